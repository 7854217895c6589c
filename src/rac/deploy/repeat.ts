import type { Clock } from '../../io/clock.js';

/** Do something again and again, with a pause after each time, until the signal. */
export async function repeat(
  pause: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await clock.sleep(pause, signal);
    if (signal.aborted) return;
    await work();
  }
}

/**
 * Something that is to be done soon after each call: calls that come while it is done, or within the pause after it, are one more time.
 * Nothing begins after the signal; `settled` resolves when what was begun has ended.
 */
export function soon(
  { wait, pause }: { readonly wait: number; readonly pause: number },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: () => Promise<void>,
): { readonly ask: () => void; readonly settled: () => Promise<void> } {
  let asked = false;
  let going: Promise<void> | null = null;
  const go = async (): Promise<void> => {
    await clock.sleep(wait, signal);
    while (asked && !signal.aborted) {
      asked = false;
      await work();
      await clock.sleep(pause, signal);
    }
    going = null;
  };
  return {
    ask: () => {
      asked = true;
      if (!signal.aborted) going ??= go();
    },
    settled: async () => {
      await going;
    },
  };
}
