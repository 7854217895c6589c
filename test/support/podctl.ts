import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));

/** Variables that a user's shell may carry and that would change what a test sees. */
const HERMETIC = /^(DOCKER_|CONTAINER|PODCTL_|PODMAN_|XDG_|DESI_|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/;

export type PodctlOptions = {
  readonly cwd: string;
  /** Added to this process's environment without engine, podctl and XDG variables. State goes below `cwd` unless XDG_STATE_HOME says otherwise. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to stdin, which is empty otherwise. */
  readonly input?: string;
  /** Milliseconds until the process is killed and the promise rejected. */
  readonly within?: number;
  /** Runs as this user, with `env` alone as its environment. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Another node binary, or another podctl than this checkout's. */
  readonly node?: string;
  readonly bin?: string;
};

/** How a process ended: its own code, or 128 plus the number of the signal that ended it. */
export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type Running = {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Sends the signal, and waits for the end; an end that was before is told again. */
  readonly end: (name: NodeJS.Signals) => Promise<Finished>;
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs `podctl ARGS` from bin/ to its end. */
export function podctl(args: readonly string[], options: PodctlOptions): Promise<Finished> {
  const started = launch(args, options);
  return bounded(started.finished, { within: options.within ?? 300_000, started });
}

/** Starts `podctl ARGS` from bin/; resolves when the process is there. */
export function startPodctl(args: readonly string[], options: PodctlOptions): Promise<Running> {
  return Promise.resolve(launch(args, options));
}

function launch(args: readonly string[], options: PodctlOptions): Running {
  const child = spawn(options.node ?? process.execPath, [options.bin ?? BIN, ...args], {
    cwd: options.cwd,
    env: environment(options),
    stdio: 'pipe',
    ...options.user,
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr });
    });
  });
  // Whoever waits sees the failure; nobody has to wait.
  finished.catch(() => undefined);
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  const started: Omit<Running, 'end'> = {
    pid: child.pid ?? 0,
    finished,
    stdout: () => stdout,
    stderr: () => stderr,
    signal,
  };
  const end = (name: NodeJS.Signals): Promise<Finished> => {
    signal(name);
    return bounded(finished, { within: 300_000, started });
  };
  return { ...started, end };
}

async function bounded(
  finished: Promise<Finished>,
  limit: { readonly within: number; readonly started: Omit<Running, 'end'> },
): Promise<Finished> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      limit.started.signal('SIGKILL');
      const said = `${limit.started.stdout()}${limit.started.stderr()}`;
      reject(new Error(`podctl does not end within ${limit.within} ms; it wrote:\n${said}`));
    }, limit.within);
  });
  try {
    return await Promise.race([finished, over]);
  } finally {
    clearTimeout(timer);
  }
}

function environment(options: PodctlOptions): NodeJS.ProcessEnv {
  const state = { XDG_STATE_HOME: join(options.cwd, '.state') };
  if (options.user !== undefined) return { ...state, ...options.env };
  const own = Object.entries(process.env).filter(([name]) => !HERMETIC.test(name));
  return { ...Object.fromEntries(own), NO_COLOR: '1', ...state, ...options.env };
}

/** Waits for a command that a test only prepares with; one that fails is an error with what it said. */
export async function done(ended: Promise<Finished>): Promise<Finished> {
  const finished = await ended;
  if (finished.code !== 0) throw new Error(`it ended with ${finished.code}:\n${finished.stdout}${finished.stderr}`);
  return finished;
}
