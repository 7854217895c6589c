import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { parseSize } from '../../core/size.js';
import type { RacLimits } from '../../rac/settings.js';

/** How each limit is written, and the least that makes sense. */
const LIMITS = {
  memory: { read: parseSize, least: 4 * 1024 * 1024, shape: '256m' },
  cpus: { read: Number, least: 0.01, shape: '0.5' },
  pids: { read: whole, least: 8, shape: '256' },
  disk: { read: parseSize, least: 1024 * 1024, shape: '2g' },
  'anonymous-names': { read: whole, least: 0, shape: '20' },
  'anonymous-pushes': { read: whole, least: 0, shape: '60' },
  'account-names': { read: whole, least: 1, shape: '500' },
  'account-pushes': { read: whole, least: 1, shape: '600' },
  queue: { read: whole, least: 1, shape: '2000' },
  'start-timeout': { read: parseDuration, least: 1000, shape: '60s' },
} as const;

const FIELD = {
  memory: 'memory',
  cpus: 'cpus',
  pids: 'pids',
  disk: 'disk',
  'anonymous-names': 'anonymousNames',
  'anonymous-pushes': 'anonymousPushes',
  'account-names': 'accountNames',
  'account-pushes': 'accountPushes',
  queue: 'queue',
  'start-timeout': 'startTimeout',
} as const satisfies Record<keyof typeof LIMITS, keyof RacLimits>;

/** `--limit NAME=VALUE` over the limits that hold. Throws PodctlError('USAGE') with the names and forms. */
export function limitsOf(words: readonly string[], before: RacLimits): RacLimits {
  let limits = before;
  for (const word of words) {
    const [name, value] = [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)];
    if (!isLimit(name)) throw unknown(word);
    const { read, least, shape } = LIMITS[name];
    const number = read(value);
    if (!(number >= least) || value.trim() === '') {
      throw new PodctlError('USAGE', `\`--limit ${word}\` is no such limit`, {
        hint: `for instance --limit ${name}=${shape}`,
      });
    }
    limits = { ...limits, [FIELD[name]]: number };
  }
  return limits;
}

function isLimit(name: string): name is keyof typeof LIMITS {
  return Object.hasOwn(LIMITS, name);
}

function unknown(word: string): PodctlError {
  const names = Object.keys(LIMITS);
  const meant = nearest(word.split('=')[0] ?? '', names);
  const forms = Object.entries(LIMITS).map(([name, { shape }]) => `${name}=${shape}`);
  return new PodctlError('USAGE', `there is no limit \`${word}\``, {
    hint: meant === undefined ? `--limit knows ${forms.join(', ')}` : `did you mean ${meant}?`,
  });
}

function whole(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
