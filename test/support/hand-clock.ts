import type { Clock } from '../../src/io/clock.js';

/** A clock that stands still until a test moves it. Sleepers wake in the order of their times, and what follows from one is done before the next wakes. */
export type HandClock = Clock & { readonly pass: (milliseconds: number) => Promise<void> };

type Sleeper = { readonly at: number; readonly wake: () => void };

export function handClock(start = Date.parse('2026-01-02T03:04:05Z')): HandClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const nextBefore = (until: number): Sleeper | undefined =>
    [...sleepers].filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)[0];
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper = { at: now + milliseconds, wake: () => end() };
        const end = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        signal?.addEventListener('abort', end);
        sleepers.add(sleeper);
      }),
    pass: async (milliseconds) => {
      const until = now + milliseconds;
      await settle();
      for (let next = nextBefore(until); next !== undefined; next = nextBefore(until)) {
        now = next.at;
        next.wake();
        // oxlint-disable-next-line no-await-in-loop -- one after the other is what this is for
        await settle();
      }
      now = until;
    },
  };
}

/** Let everything be done that waits for nothing outside. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- what one turn ends begins another
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
