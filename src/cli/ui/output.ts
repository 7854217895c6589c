import type { World } from '../../io/world.js';

/** Where a command's words go: results to stdout, everything else to stderr. */
export type Output = {
  /** The result, as it is. */
  readonly text: (text: string) => void;
  /** The result as one JSON document that carries its version. */
  readonly json: (document: Readonly<Record<string, unknown>>) => void;
  /** A line for the person who runs podctl. */
  readonly note: (text: string) => void;
};

/** Output on the world's streams. */
export function makeOutput({ streams }: World): Output {
  return {
    text: (text) => streams.print('stdout', text),
    json: (document) => streams.print('stdout', `${JSON.stringify({ podctl: 1, ...document }, null, 2)}\n`),
    note: (text) => streams.print('stderr', `${text}\n`),
  };
}
