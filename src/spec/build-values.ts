import { parseDuration } from '../core/duration.js';
import { revealed, Secret } from '../core/secret.js';
import { parseSize } from '../core/size.js';
import type { ResolvedContainer, ResolvedProfile } from '../profile/resolved.js';
import type { BuildBook } from './build-book.js';
import type { SpecRequest } from './request.js';
import type { EnvVar, Health, Resources } from './spec.js';

/** Milliseconds of a duration in the profile; null when it has none. */
export function durationAt(text: string | undefined, at: string, book: BuildBook): number | null {
  return text === undefined ? null : book.attempt(() => parseDuration(text), null, { at });
}

/** Limits in bytes, cores and counts; -1 stands for no limit. */
export function buildResources(resources: ResolvedContainer['resources'], book: BuildBook): Resources {
  const bytes = (value: number | string | undefined, at: string): number | null => {
    if (value === undefined) return null;
    return Number(value) === -1 ? -1 : book.attempt(() => parseSize(String(value)), null, { at });
  };
  return {
    memory: bytes(resources?.memory, 'resources/memory'),
    memorySwap: bytes(resources?.memory_swap, 'resources/memorySwap'),
    cpus: numberOrNull(resources?.cpus),
    pids: numberOrNull(resources?.pids),
    shm: bytes(resources?.shm, 'resources/shm'),
    ulimits: Object.entries(resources?.ulimits ?? {}).map(([name, text]) => {
      const [soft = '', hard = soft] = text.split(':');
      return { name, soft: Number(soft), hard: Number(hard) };
    }),
  };
}

/** The health check in milliseconds; its test begins with `CMD` or `CMD-SHELL`, as engines keep it. */
export function buildHealth(health: ResolvedContainer['health'], book: BuildBook): Health | null {
  if (health === undefined) return null;
  return {
    test: testOf(health.test),
    interval: durationAt(health.interval, 'health/interval', book),
    timeout: durationAt(health.timeout, 'health/timeout', book),
    startPeriod: durationAt(health.start_period, 'health/startPeriod', book),
    retries: numberOrNull(health.retries),
    disable: health.disable ?? false,
  };
}

/** The container's environment; a variable of `--env` wins over the profile's. */
export function buildEnv(resolved: ResolvedProfile, request: SpecRequest, book: BuildBook): readonly EnvVar[] {
  const env = new Map<string, EnvVar['value']>(resolved.container.env.map(({ name, value }) => [name, value]));
  for (const text of request.flags.env) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    if (!/^[^\s=]+$/.test(name)) {
      book.fail('USAGE', 'env', {
        message: '`--env` needs the name of a variable',
        hint: 'write --env NAME=VALUE, or --env NAME',
      });
      continue;
    }
    const value = at < 0 ? passedOn(name, request, book) : text.slice(at + 1);
    if (value === null) continue;
    if (at >= 0) book.setOrigins(`env/${name}`, [{ kind: 'flag', flag: '--env' }]);
    // A later variable of one name goes to the end, where the flag stands.
    env.delete(name);
    env.set(name, value);
  }
  if (env.size > 0) book.setOrigins('env', [{ kind: 'podctl', rule: 'env-file' }]);
  for (const [name, value] of env) {
    if (/[\r\n]/.test(revealed(value))) book.addOrigin(`env/${name}`, { kind: 'podctl', rule: 'env-inline' });
  }
  return [...env].map(([name, value]) => ({ name, value }));
}

// Nobody typed this value, so nobody expects to see it: it is kept like a secret.
function passedOn(name: string, { variables = {} }: SpecRequest, book: BuildBook): Secret | null {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (variable === undefined) {
    const hint = `set ${name}, or write --env ${name}=VALUE`;
    book.fail('USAGE', 'env', { message: `\`--env ${name}\`: the variable is not set`, hint });
    return null;
  }
  book.setOrigins(`env/${name}`, [
    { kind: 'flag', flag: '--env' },
    { kind: 'variable', name, file: variable.file, line: variable.line },
  ]);
  return new Secret(variable.value);
}

function testOf(test: string | readonly string[] | undefined): readonly string[] | null {
  if (test === undefined) return null;
  if (typeof test === 'string') return ['CMD-SHELL', test];
  const [first] = test;
  return first === 'CMD' || first === 'CMD-SHELL' ? test : ['CMD', ...test];
}

function numberOrNull(value: number | string | undefined): number | null {
  return value === undefined ? null : Number(value);
}
