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
