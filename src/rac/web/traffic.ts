import type { Tier } from '../deploy/lifecycle.js';

/** How a name was used. Times are milliseconds. */
export type Traffic = {
  readonly requests: number;
  /** Answers 500 and above. */
  readonly failures: number;
  readonly openStreams: number;
  readonly lastRequestAt: number | null;
  /** The newest ones, oldest first. `ms`: from the request to the application's answer; `problem`: why it did not come up. */
  readonly wakes: readonly {
    readonly at: number;
    readonly ms: number;
    readonly from: Tier;
    readonly problem: string | null;
  }[];
};
