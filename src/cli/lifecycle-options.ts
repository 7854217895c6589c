import type { Selection } from './containers.js';
import type { Context } from './context.js';
import type { Flags } from './parser.js';
import { type Printing, readPrinting } from './printing.js';
import { readStackChoice, type StackChoice } from './stack/options.js';

/** What every verb on containers that are there understands. */
export type LifecycleOptions = Printing & {
  readonly selection: Selection;
  readonly engine: string | undefined;
  /** Env files, as typed; what a public mode hides may hang on their variables. */
  readonly envFiles?: readonly string[];
  /** Which stack may be meant; left out: none. */
  readonly stack?: StackChoice | undefined;
};

/** Flags → options. */
export function readLifecycleOptions(
  words: readonly string[],
  flags: Flags,
  { purpose }: Pick<Context, 'purpose'>,
): LifecycleOptions {
  return {
    selection: { words, mode: flags.mode },
    engine: flags.engine,
    envFiles: flags.envFile ?? [],
    stack: readStackChoice(flags),
    ...readPrinting(flags, purpose),
  };
}
