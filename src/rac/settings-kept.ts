import { join } from 'node:path';
import { asObject, asText, asTexts, type Json, parseJson } from '../engine/json.js';
import type { Files } from '../io/files.js';
import {
  DEFAULT_ANONYMOUS_TTL,
  DEFAULT_LIMITS,
  DEFAULT_PORTS,
  type RacLimits,
  type RacSettings,
  type RegistryStorage,
} from './settings.js';

/** Settings of the last `up` in that folder; null: there was none. What an older podctl did not know gets its default. */
export async function readSettings(home: string, files: Pick<Files, 'readText'>): Promise<RacSettings | null> {
  const text = await files.readText(join(home, 'settings.json'));
  return text === null ? null : settingsOf(home, asObject(parseJson(text)));
}

export async function keepSettings(settings: RacSettings, files: Files): Promise<void> {
  await files.makeDirectory(settings.home, 0o700);
  const { home, ...kept } = settings;
  await files.writeText(join(home, 'settings.json'), `${JSON.stringify(kept, null, 2)}\n`, 0o600);
}

/** What RAC runs with when nothing is said. */
export function defaultSettings(home: string): RacSettings {
  return settingsOf(home, {});
}

function settingsOf(home: string, kept: Json): RacSettings {
  const text = (key: string): string | null => asText(kept[key]) || null;
  return {
    home,
    engine: text('engine'),
    registry: text('registry'),
    domain: text('domain') ?? 'localhost',
    apiPort: numberOr(kept['apiPort'], DEFAULT_PORTS.api),
    registryPort: numberOr(kept['registryPort'], DEFAULT_PORTS.registry),
    proxyPort: numberOr(kept['proxyPort'], DEFAULT_PORTS.proxy),
    proxyAddress: text('proxyAddress') ?? '127.0.0.1',
    tls: tlsOf(kept['tls']),
    trustedProxies: asTexts(kept['trustedProxies']) ?? [],
    publicUrl: text('publicUrl'),
    registryHost: text('registryHost') ?? '',
    storage: storageOf(asObject(kept['storage'])),
    anonymousTtl: numberOr(kept['anonymousTtl'], DEFAULT_ANONYMOUS_TTL),
    trustPushers: kept['trustPushers'] === true,
    limits: limitsOf(asObject(kept['limits'])),
  };
}

function tlsOf(kept: unknown): RacSettings['tls'] {
  const { certificate, key } = asObject(kept);
  return asText(certificate) === '' ? null : { certificate: asText(certificate), key: asText(key) };
}

function storageOf(kept: Json): RegistryStorage {
  if (kept['kind'] !== 's3') return { kind: 'volume' };
  return {
    kind: 's3',
    bucket: asText(kept['bucket']),
    region: asText(kept['region']),
    endpoint: asText(kept['endpoint']) || null,
    pathStyle: kept['pathStyle'] === true,
    accessKeyVariable: asText(kept['accessKeyVariable']),
    secretKeyVariable: asText(kept['secretKeyVariable']),
  };
}

function limitsOf(kept: Json): RacLimits {
  const limit = (key: keyof RacLimits): number => numberOr(kept[key], DEFAULT_LIMITS[key]);
  return {
    memory: limit('memory'),
    cpus: limit('cpus'),
    pids: limit('pids'),
    disk: limit('disk'),
    anonymousNames: limit('anonymousNames'),
    anonymousPushes: limit('anonymousPushes'),
    accountNames: limit('accountNames'),
    accountPushes: limit('accountPushes'),
    queue: limit('queue'),
    startTimeout: limit('startTimeout'),
  };
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
