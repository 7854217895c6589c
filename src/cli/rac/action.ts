import type { Context } from '../context.js';
import type { FlagKey } from '../flags.js';
import type { Flags } from '../parser.js';

/** What stands on the line beside the action's name. */
export type RacLine = { readonly words: readonly string[]; readonly flags: Flags };

/** The work of an action; resolves with the exit code. */
export type RacWork = (line: RacLine, context: Context) => Promise<number>;

/** One action of `podctl rac`. */
export type RacAction = {
  readonly about: string;
  /** What it takes, as help shows it: `NAME`, `[NAME]` where it may be left out, `…` where more may follow. */
  readonly words: string;
  readonly flags: readonly FlagKey[];
  /** Not in help: podctl itself starts it. */
  readonly hidden?: true;
  readonly load: () => Promise<RacWork>;
};
