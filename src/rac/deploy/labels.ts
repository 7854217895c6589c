import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import { formatSize, parseSize } from '../../core/size.js';
import type { RacLimits } from '../settings.js';
import type { AppSpec } from './app-spec.js';

/** What one name may have at most; a label can ask for less. */
export type AppLimits = Pick<RacLimits, 'memory' | 'cpus' | 'startTimeout'>;

/** What a label's value changes of the spec. Throws PodctlError('BAD_DATA') for a value that it cannot be. */
type Reading = (value: string, limits: AppLimits) => { readonly set: Partial<AppSpec>; readonly warning?: string };

export type LabelRow = {
  readonly label: string;
  readonly example: string;
  /** For people, in docs/rac-images.md. */
  readonly meaning: string;
  readonly unset: string;
  readonly read: Reading;
};

const LEAST_MEMORY = 8 * 1024 * 1024;
const LEAST_CPUS = 0.05;
const MOST_REQUESTS = 100_000;
const LONGEST_PATH = 512;
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** Every label that RAC follows, but for `rac.env.NAME`, of which there are many. */
export const LABELS: readonly LabelRow[] = [
  {
    label: 'rac.port',
    example: '8080',
    meaning: 'TCP port inside the container that requests go to',
    unset: 'the lowest TCP port of EXPOSE, else 8080',
    read: (value) => ({ set: { port: portOf(value) } }),
  },
  {
    label: 'rac.host',
    example: 'shop.example.org',
    meaning: 'a further host name; only served once the name is claimed',
    unset: 'none',
    read: (value) => {
      const host = value.toLowerCase();
      if (!HOST.test(host)) throw wrong('a host name of at least two parts');
      return { set: { host } };
    },
  },
  {
    label: 'rac.pause-after',
    example: '30s',
    meaning: 'how long without a request until its processes are frozen; `never` turns it off',
    unset: '30s',
    read: (value) => ({ set: { pauseAfter: whileOf(value) } }),
  },
  {
    label: 'rac.idle',
    example: '10m',
    meaning: 'how long without a request until it is stopped; `never` turns it off',
    unset: '5m',
    read: (value) => ({ set: { idle: whileOf(value) } }),
  },
  {
    label: 'rac.health',
    example: '/healthz',
    meaning: 'path that answers 2xx or 3xx when it is ready',
    unset: 'any HTTP answer, or an open port, counts',
    read: (value) => {
      // It is only ever asked of the container itself: nothing in it may look like another address.
      if (!/^\/(?!\/)[\u0021-\u007e]*$/.test(value) || value.length > LONGEST_PATH)
        throw wrong('a path such as /healthz');
      return { set: { health: value } };
    },
  },
  {
    label: 'rac.memory',
    example: '128m',
    meaning: 'memory limit',
    unset: 'the limit of this RAC',
    read: (value, { memory }) => {
      const bytes = parseSize(value);
      if (bytes < LEAST_MEMORY) throw wrong(`at least ${formatSize(LEAST_MEMORY)}`);
      if (bytes > memory) return { set: { memory }, warning: `at most ${formatSize(memory)} here, which it gets` };
      return { set: { memory: bytes } };
    },
  },
  {
    label: 'rac.cpus',
    example: '0.5',
    meaning: 'processors, also parts of one',
    unset: 'the limit of this RAC',
    read: (value, limits) => {
      const cpus = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      if (!(cpus >= LEAST_CPUS)) throw wrong(`a number of at least ${LEAST_CPUS}`);
      if (cpus > limits.cpus)
        return { set: { cpus: limits.cpus }, warning: `at most ${limits.cpus} here, which it gets` };
      return { set: { cpus } };
    },
  },
  {
    label: 'rac.concurrency',
    example: '20',
    meaning: 'requests that it gets at a time; the others wait',
    unset: 'as many as come',
    read: (value) => ({ set: { concurrency: countOf(value, MOST_REQUESTS) } }),
  },
  {
    label: 'rac.visibility',
    example: 'private',
    meaning: 'who may pull and see it once it is claimed: `public` or `private`',
    unset: 'public',
    read: (value) => {
      if (value !== 'public' && value !== 'private') throw wrong('`public` or `private`');
      return { set: { visibility: value } };
    },
  },
  {
    label: 'rac.always-on',
    example: 'true',
    meaning: 'never sleeps; only of claimed names',
    unset: 'false',
    read: (value) => {
      if (value !== 'true' && value !== 'false') throw wrong('`true` or `false`');
      return { set: { alwaysOn: value === 'true' } };
    },
  },
  {
    label: 'rac.start-timeout',
    example: '20s',
    meaning: 'how long a start may take until its first answer',
    unset: 'the limit of this RAC',
    read: (value, { startTimeout }) => {
      const time = parseDuration(value);
      if (time < 1) throw wrong('a duration such as 20s');
      if (time <= startTimeout) return { set: { startTimeout: time } };
      return { set: { startTimeout }, warning: `at most ${startTimeout / 1000}s here, which it gets` };
    },
  },
];

/** `rac.env.NAME=value`: a variable of the container. */
export const ENV_LABEL = 'rac.env.';
export const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The number of a TCP port, `8080`. */
export function portOf(text: string): number {
  return countOf(text, 65_535);
}

function countOf(text: string, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > most) throw wrong(`a number from 1 to ${most}`);
  return number;
}

function whileOf(text: string): number | null {
  if (text === 'never') return null;
  const time = parseDuration(text);
  if (time < 1000) throw wrong('at least 1s, or `never`');
  return time;
}

function wrong(wanted: string): PodctlError {
  return new PodctlError('BAD_DATA', `it takes ${wanted}`, { hint: 'correct the LABEL in the Dockerfile' });
}
