/** Engines count stop timeouts in whole seconds: the next one up, so that nothing is cut short. */
export function toSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

/** The engine API counts health times in nanoseconds. */
export function toNanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000_000);
}

/** The engine API counts cores in billionths. */
export function toNanoCpus(cpus: number): number {
  return Math.round(cpus * 1_000_000_000);
}

/** Cores as a decimal without an exponent, which engines refuse. */
export function formatCpus(cpus: number): string {
  return cpus.toFixed(9).replace(/\.?0+$/, '');
}
