/** A start that failed, and when the next one may be tried. */
export type Failure = {
  readonly release: number;
  readonly reason: string;
  /** How many in a row. */
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly until: number;
};

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;

/** The next failure after another one: twice as long a pause each time, from one second to five minutes; a new release begins anew. */
export function failAgain(before: Failure | null, what: { release: number; reason: string; now: number }): Failure {
  const count = before !== null && before.release === what.release ? before.count + 1 : 1;
  const pause = Math.min(FIRST_MS * 2 ** Math.min(count - 1, 20), LONGEST_MS);
  return { release: what.release, reason: what.reason, count, until: what.now + pause };
}
