import { fstatSync, type Stats, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { codeOf } from './io-error.js';

type Input = Readable & {
  readonly isTTY?: boolean;
  readonly fd?: number;
  readonly setRawMode?: (raw: boolean) => unknown;
};
type Output = Writable & {
  readonly isTTY?: boolean;
  readonly fd?: number;
  readonly columns?: number;
  readonly rows?: number;
};

/** stdout is the result, stderr everything else. */
export type Streams = {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Answered without opening files, pipes and /dev/null. */
  readonly isTerminal: (name: keyof typeof DESCRIPTOR) => boolean;
  /** They are podctl's own descriptors, which a child process can inherit. */
  readonly inheritable: boolean;
  /** Write podctl's own words, in order. It throws nothing: `failedWrite` tells. */
  readonly print: (to: OutputName, text: string) => void;
  /** What went wrong when the result was written; null too when its reader had enough, as in `podctl ps | head -1`. */
  readonly failedWrite: () => Promise<Error | null>;
};

export type OutputName = 'stdout' | 'stderr';

/** Streams that are open already. */
export function openStreams(open: Pick<Streams, 'stdin' | 'stdout' | 'stderr'>): Streams {
  const { stdout, stderr } = open;
  const failures = new Failures();
  failures.watch('stdout', stdout);
  failures.watch('stderr', stderr);
  return {
    ...open,
    isTerminal: (name) => open[name].isTTY === true,
    inheritable: false,
    print: (to, text) => void open[to].write(text),
    failedWrite: () => failures.settled(),
  };
}

/**
 * The process's own streams. Each is opened when it is first asked for: opening loads a dozen modules of Node, and opening stdin
 * holds a reader on input that is the container's. podctl's own words go past an unopened stream, straight to the descriptor.
 */
export function realStreams(process: NodeJS.Process): Streams {
  const failures = new Failures();
  const opened = new Set<OutputName>();
  const open = (name: OutputName): Output => {
    if (!opened.has(name)) failures.watch(name, process[name]);
    opened.add(name);
    return process[name];
  };
  const print = (to: OutputName, text: string): void => {
    const direct = !opened.has(to) && isDirect(DESCRIPTOR[to], process.platform);
    const rest = direct ? writeDirectly(to, Buffer.from(text), failures) : text;
    if (rest.length > 0) open(to).write(rest);
  };
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return open('stdout');
    },
    get stderr() {
      return open('stderr');
    },
    isTerminal: (name) =>
      mayBeTerminal(DESCRIPTOR[name]) && (name === 'stdin' ? process.stdin : open(name)).isTTY === true,
    inheritable: true,
    print,
    failedWrite: async () => (opened.has('stdout') ? failures.settled() : failures.stdout),
  };
}

const DESCRIPTOR = { stdin: 0, stdout: 1, stderr: 2 } as const;
const DEV_NULL = 0x103;

/** What could not be written. Only the result's failure is told: there is nowhere to tell one of stderr. */
class Failures {
  #stdout: Error | null = null;

  get stdout(): Error | null {
    return this.#stdout;
  }

  add(name: OutputName, error: unknown): void {
    if (name === 'stdout' && error instanceof Error && codeOf(error) !== 'EPIPE') this.#stdout = error;
  }

  watch(name: OutputName, stream: Output): void {
    stream.on('error', (error) => this.add(name, error));
  }

  // Streams report a failed write one turn later.
  async settled(): Promise<Error | null> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    return this.#stdout;
  }
}

// Gives what is left for the stream to write: a reader that is slow on a pipe that does not block.
function writeDirectly(to: OutputName, bytes: Buffer, failures: Failures): Buffer {
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(DESCRIPTOR[to], bytes, at);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return bytes.subarray(at);
    failures.add(to, error);
  }
  return bytes.subarray(bytes.length);
}

// Node's own streams write to these at once and blocking as well, but on Windows.
function isDirect(fd: number, platform: NodeJS.Platform): boolean {
  const stat = platform === 'win32' ? null : statOf(fd);
  return stat !== null && (stat.isFile() || stat.isFIFO() || stat.isSocket() || stat.rdev === DEV_NULL);
}

// Files, pipes and /dev/null need no opening to be known for no terminal.
function mayBeTerminal(fd: number): boolean {
  const stat = statOf(fd);
  return stat !== null && stat.isCharacterDevice() && stat.rdev !== DEV_NULL;
}

function statOf(fd: number): Stats | null {
  try {
    return fstatSync(fd);
  } catch {
    // Closed from the start.
    return null;
  }
}
