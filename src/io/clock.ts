/** Time, so that waits can be tested without waiting. Milliseconds. */
export type Clock = {
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
};
