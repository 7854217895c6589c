import type { Readable, Writable } from 'node:stream';

/** stdout is the result, stderr everything else. `fd`: the descriptor that a child process can inherit. */
export type Streams = {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    readonly fd?: number;
    readonly setRawMode?: (raw: boolean) => unknown;
  };
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
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
  };
}
