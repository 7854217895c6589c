import type { Readable, Writable } from 'node:stream';
import type { execa, Options } from 'execa';
import { PodctlError } from '../core/errors.js';
import type { Host } from '../io/host.js';
import type { Streams } from '../io/streams.js';
import { drain, type FileEnds, feed, type PipeEnds, Tail, together } from './piped.js';

/** One process to start: a program and its arguments, never a shell line. `env` adds to podctl's own environment. */
export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | undefined;
  readonly cwd?: string | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Where set, `run` takes this many characters of output at most, does not wait for what the program left behind, and kills it
   * when it does not end as it is told to.
   */
  readonly atMost?: number | undefined;
};

/** How a process ended. `exitCode` is 128+n for signal n; `timedOut` when podctl ended it because its time was up. */
export type Ended = { readonly exitCode: number; readonly signal: string | null; readonly timedOut: boolean };

/** What a captured process wrote; the last line break is taken off. `overflowed`: it was ended for writing more than `atMost`. */
export type Captured = Ended & {
  readonly stdout: string;
  readonly stderr: string;
  readonly overflowed?: boolean | undefined;
};

/** A process that shares podctl's terminal. */
export type AttachedProcess = {
  readonly signal: (name: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
};

/** Starts programs. A program that is not there throws PodctlError('UNAVAILABLE'); an exit code never throws. */
export type Processes = {
  readonly run: (command: Command) => Promise<Captured>;
  /** Hands over each line of stdout and stderr as it comes. */
  readonly stream: (command: Command, onLine: (line: string) => void) => Promise<Ended>;
  readonly attach: (command: Command, streams: Streams) => Promise<AttachedProcess>;
  /** Passes bytes through, however many; resolves with the last words on stderr. A failing end kills the program and rejects. */
  readonly pipe: (command: Command, ends: PipeEnds | FileEnds) => Promise<Ended & { readonly stderr: string }>;
};

const SIGNAL_NUMBER: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Exit code of a process that a signal ended, as shells report it. */
export function exitCodeOfSignal(signal: string): number {
  return 128 + (SIGNAL_NUMBER[signal] ?? 0);
}

/** Programs of this machine, started with the host's environment. This is the only module that imports execa, and only when used. */
export function realProcesses(host: Host): Processes {
  return {
    run: async (command) => {
      const start = await loadExeca();
      const subprocess = start(command.file, command.args, {
        ...baseOptions(command, host),
        stdin: inputOf(command),
      });
      if (command.atMost !== undefined) leaveBehind(subprocess);
      const result = await subprocess;
      const ended = endOf(result, command);
      const overflowed = result.isMaxBuffer ? { overflowed: true } : {};
      return { ...ended, stdout: result.stdout, stderr: result.stderr, ...overflowed };
    },
    stream: async (command, onLine) => {
      const start = await loadExeca();
      const options = { ...baseOptions(command, host), stdin: inputOf(command), all: true, buffer: false } as const;
      const subprocess = start(command.file, command.args, options);
      for await (const line of subprocess.iterable({ from: 'all' })) onLine(line);
      return endOf(await subprocess, command);
    },
    attach: async (command, streams) => {
      const start = await loadExeca();
      const subprocess = start(command.file, command.args, {
        ...baseOptions(command, host),
        // Handed to the child itself, so that a terminal stays a terminal.
        stdio: streams.inheritable ? 'inherit' : 'pipe',
        buffer: false,
        // podctl passes signals on itself and waits for the end; nothing may end the child behind its back.
        cleanup: false,
      });
      connect(subprocess, streams);
      return {
        signal: (name) => {
          subprocess.kill(name);
        },
        ended: (async () => endOf(await subprocess, command))(),
      };
    },
    pipe: (command, ends) => pipe(command, ends, host),
  };
}

async function pipe(command: Command, ends: PipeEnds | FileEnds, host: Host): ReturnType<Processes['pipe']> {
  const start = await loadExeca();
  const stdin = ends.input === null ? 'ignore' : 'pipe';
  const stdout = 'file' in ends ? await outputTo(ends.file) : 'pipe';
  const subprocess = start(command.file, command.args, { ...baseOptions(command, host), stdin, stdout, buffer: false });
  const said = new Tail();
  const work = [drain(subprocess.stderr, (chunk) => said.add(chunk))];
  if (!('file' in ends) && subprocess.stdout !== null) work.push(drain(subprocess.stdout, ends.onOutput));
  if (ends.input !== null && subprocess.stdin !== null) work.push(feed(subprocess.stdin, ends.input));
  await together(work, () => subprocess.kill('SIGKILL'));
  return { ...endOf(await subprocess, command), stderr: said.text() };
}

// The program gets the file itself; what passes it on is never written to.
async function outputTo(file: number) {
  const { createWriteStream } = await import('node:fs');
  return createWriteStream('', { fd: file, autoClose: false });
}

/** A program that outlives podctl; `runs`: as long as it has not ended. */
export type BackgroundStart = (
  command: Pick<Command, 'file' | 'args' | 'cwd' | 'env'>,
  where: { readonly host: Host; readonly log: string },
) => Promise<{ readonly runs: () => boolean; readonly pid?: number | undefined }>;

/** Start a program in a session of its own, so that neither podctl's end nor its terminal ends it. `log` gets what it says. */
export const startInBackground: BackgroundStart = async (command, { host, log }) => {
  const start = await loadExeca();
  const { createWriteStream, openSync } = await import('node:fs');
  const said = createWriteStream(log, { fd: openSync(log, 'a', 0o600) });
  const subprocess = start(command.file, command.args, {
    ...baseOptions(command, host),
    stdin: 'ignore',
    stdout: said,
    stderr: said,
    buffer: false,
    detached: true,
    cleanup: false,
  });
  subprocess.unref();
  // It has its own hold on the file.
  said.destroy();
  const child = { runs: true };
  const watch = async (): Promise<void> => {
    await subprocess;
    child.runs = false;
  };
  void watch();
  if (subprocess.pid === undefined) endOf(await subprocess, command);
  return { runs: () => child.runs, pid: subprocess.pid };
};

/** Load what starts programs, for whoever will need it in a moment. */
export async function loadProcesses(): Promise<void> {
  await loadExeca();
}

async function loadExeca(): Promise<typeof execa> {
  return (await import('execa')).execa;
}

function baseOptions(command: Command, host: Host) {
  return {
    cwd: command.cwd ?? host.cwd,
    env: { ...host.env, ...command.env },
    extendEnv: false,
    reject: false,
    windowsHide: true,
    forceKillAfterDelay: command.atMost === undefined ? false : 2_000,
    ...(command.atMost === undefined ? {} : { maxBuffer: command.atMost }),
    ...(command.timeout === undefined ? {} : { timeout: command.timeout }),
    ...(command.signal === undefined ? {} : { cancelSignal: command.signal }),
    ...(command.input === undefined ? {} : { input: command.input }),
  } as const satisfies Options;
}

function inputOf(command: Command): 'pipe' | 'ignore' {
  return command.input === undefined ? 'ignore' : 'pipe';
}

// An agent that a program starts holds its output open as long as it lives; what the program itself wrote is there by then.
function leaveBehind(subprocess: Pipes & { once(event: 'exit', listener: () => void): unknown }): void {
  subprocess.once('exit', () => {
    setTimeout(() => {
      subprocess.stdout?.destroy();
      subprocess.stderr?.destroy();
    }, 500).unref();
  });
}

// What podctl uses of execa's subprocess and result; their own types depend on every option.
type Pipes = { readonly stdin?: Writable | null; readonly stdout?: Readable | null; readonly stderr?: Readable | null };
type Finished = {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly code?: string | undefined;
};

function connect(subprocess: Pipes, streams: Streams): void {
  if (subprocess.stdin !== null && subprocess.stdin !== undefined) {
    // The child may end before its input does.
    subprocess.stdin.on('error', () => undefined);
    streams.stdin.pipe(subprocess.stdin);
  }
  subprocess.stdout?.pipe(streams.stdout, { end: false });
  subprocess.stderr?.pipe(streams.stderr, { end: false });
}

function endOf(result: Finished, command: Command): Ended {
  if (result.exitCode !== undefined) return { exitCode: result.exitCode, signal: null, timedOut: false };
  if (result.signal !== undefined) {
    return { exitCode: exitCodeOfSignal(result.signal), signal: result.signal, timedOut: result.timedOut };
  }
  throw notStarted(command.file, result.code);
}

function notStarted(file: string, code: string | undefined): PodctlError {
  if (code === 'ENOENT') {
    return new PodctlError('UNAVAILABLE', `\`${file}\` was not found`, {
      hint: `install ${file}, or add its folder to PATH`,
    });
  }
  if (code === 'EACCES') {
    return new PodctlError('UNAVAILABLE', `\`${file}\` may not be run`, { hint: 'check its mode and its owner' });
  }
  return new PodctlError('UNAVAILABLE', `\`${file}\` could not be started: ${code ?? 'no reason given'}`, {
    hint: 'try the same program by hand',
  });
}
