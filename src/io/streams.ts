import { fstatSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** stdout is the result, stderr everything else. `fd`: the descriptor that a child process can inherit. */
export type Streams = {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    readonly fd?: number;
    readonly setRawMode?: (raw: boolean) => unknown;
  };
  /** Whether stdin is a terminal, answered without opening it; undefined: ask stdin itself. */
  readonly inputIsTerminal?: boolean | undefined;
  readonly stdout: Writable & {
    readonly isTTY?: boolean;
    readonly fd?: number;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly fd?: number; readonly columns?: number };
};

/** The process's own streams; each is opened when it is first asked for, because opening stdin has side effects. */
export function realStreams(process: NodeJS.Process): Streams {
  return {
    get stdin() {
      return process.stdin;
    },
    get inputIsTerminal() {
      return mayBeTerminal(0) && process.stdin.isTTY;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
  };
}

const DEV_NULL = 0x103;

// Opening stdin loads several modules, and holds a reader on input that is the container's. Files, pipes and /dev/null need no opening.
function mayBeTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev !== DEV_NULL;
  } catch {
    // Closed from the start.
    return false;
  }
}
