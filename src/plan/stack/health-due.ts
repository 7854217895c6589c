/** A container's health check as the engine keeps it. Times are milliseconds. */
export type HealthCheck = {
  readonly container: string;
  readonly interval: number;
  readonly timeout: number;
  /** When the last check ended; null: none has run. */
  readonly lastEnd: number | null;
};

/** Podman's own interval where neither image nor file has one. */
const INTERVAL_MS = 30_000;
/** While somebody waits, the first check need not wait for the interval, as podman's timers do not. */
const LEAST_PAUSE_MS = 100;

/** Milliseconds until a check is due; 0: now. */
export function untilDue({ interval, lastEnd }: HealthCheck, now: number): number {
  if (lastEnd === null) return 0;
  const pause = Math.max(LEAST_PAUSE_MS, interval > 0 ? interval : INTERVAL_MS);
  return Math.max(0, lastEnd + pause - now);
}
