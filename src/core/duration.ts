import { PodctlError } from './errors.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parse a duration such as `500ms`, `30s`, `1m30s` or `2h` into milliseconds. A bare number counts seconds. */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  const parts = /^\d+(\.\d+)?$/.test(trimmed) ? `${trimmed}s` : trimmed;
  let total = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(parts) ? 0 : Number.NaN;
  for (const [, number, unit] of parts.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * (UNIT_MS[unit ?? 's'] ?? 0);
  }
  // Decimal fractions of a second are not exact in binary; a microsecond is finer than any engine counts.
  const rounded = Math.round(total * 1000) / 1000;
  if (Number.isFinite(rounded)) return rounded;
  throw new PodctlError('BAD_DATA', `\`${text}\` is not a duration`, {
    hint: 'write for instance 500ms, 30s, 1m30s or 2h',
  });
}

/** Format milliseconds in the form engines read: `1h30m0s` shortened to its parts that are not zero. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  const parts: string[] = [];
  let rest = milliseconds;
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const size = UNIT_MS[unit] ?? 1;
    const count = unit === 'ms' ? rest : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join('');
}
