import { PodctlError } from './errors.js';

const UNIT: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Parse an engine size such as `512m`, `1.5g`, `64MiB` or `1048576` into bytes (powers of 1024, as engines read them). */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|b)?$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * (UNIT[(match?.[2] ?? 'b').toLowerCase()] ?? Number.NaN);
  if (!Number.isFinite(bytes)) {
    throw new PodctlError('BAD_DATA', `\`${text}\` is not a size`, {
      hint: 'write a number and b, k, m, g or t, for instance 512m',
    });
  }
  return Math.floor(bytes);
}

/** Format bytes with the largest unit that divides them exactly, which engines read back to the same number. */
export function formatSize(bytes: number): string {
  for (const unit of ['t', 'g', 'm', 'k'] as const) {
    const factor = UNIT[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}b`;
}

/** Format bytes for a person, in powers of 1000 as disks and `docker images` count: `2.1 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${index === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${units[index]}`;
}
