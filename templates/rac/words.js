// What states, times and sizes are called.

export const STATES = {
  on: 'serving',
  off: 'stopped',
  held: 'held',
  failed: 'failed',
  deploying: 'deploying',
  empty: 'no image yet',
};

export const TIERS = { running: 'running', paused: 'paused', holder: 'asleep', removed: 'asleep, removed' };

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
];
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 minutes ago`, from milliseconds since 1970. */
export function ago(at, now = Date.now()) {
  let amount = (at - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return RELATIVE.format(Math.round(amount), unit);
    amount /= size;
  }
  return '';
}

export function exactly(at) {
  return new Date(at).toLocaleString();
}

export function bytes(count) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = count;
  let unit = 0;
  for (; amount >= 1024 && unit < units.length - 1; unit += 1) amount /= 1024;
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

export function milliseconds(count) {
  return count < 1000 ? `${Math.round(count)} ms` : `${(count / 1000).toFixed(count < 10_000 ? 2 : 1)} s`;
}

export function shortDigest(digest) {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
