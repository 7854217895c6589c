import { PodctlError } from '../../core/errors.js';

/** How an application failed last, and when it may be started again. */
type Failing = {
  readonly times: number;
  readonly until: number;
  readonly reason: string;
  readonly lines: readonly string[];
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/** An application that ran so long is not in a loop. */
const STEADY_MS = 60_000;

/** Starts that fail, and applications that end right after it, are held back longer each time: nobody's requests keep a loop going. */
export class Failures {
  readonly #of = new Map<string, Failing>();
  readonly #startedAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  started(name: string): void {
    this.#startedAt.set(name, this.#now());
  }

  /** It did not start, or ended by itself. */
  failed(name: string, reason: string, lines: readonly string[]): void {
    const now = this.#now();
    const steady = now - (this.#startedAt.get(name) ?? now) >= STEADY_MS;
    const times = steady ? 1 : (this.#of.get(name)?.times ?? 0) + 1;
    // The first end may be chance: the next request tries again at once.
    const wait = times === 1 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (times - 2), LONGEST_WAIT_MS);
    this.#of.set(name, { times, until: now + wait, reason, lines });
  }

  /** A new release, or its owner's word: all is forgotten. */
  forget(name: string): void {
    this.#of.delete(name);
    this.#startedAt.delete(name);
  }

  /** Why it does not run; null: nothing is wrong, or it has run for long since. */
  reason(name: string): string | null {
    const failing = this.#of.get(name);
    if (failing === undefined) return null;
    return [failing.reason, ...failing.lines].join('\n');
  }

  /** Milliseconds until it may be started again. */
  waitOf(name: string): number {
    return Math.max(0, (this.#of.get(name)?.until ?? 0) - this.#now());
  }

  /** Throws PodctlError('TRY_AGAIN') while it is held back. */
  check(name: string): void {
    const wait = this.waitOf(name);
    const failing = this.#of.get(name);
    if (wait === 0 || failing === undefined) return;
    throw new PodctlError('TRY_AGAIN', `\`${name}\` failed ${failing.times} times: ${failing.reason}`, {
      hint: `the next start is tried in ${Math.ceil(wait / 1000)} s; a push or \`podctl rac start ${name}\` starts it at once`,
      problems: failing.lines.map((message) => ({ message })),
    });
  }
}
