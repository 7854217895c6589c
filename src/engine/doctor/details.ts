import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { Tools } from '../ask.js';
import type { FoundEngine } from '../engine.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';
import type { EngineDetails } from './engine-details.js';
import { readPodmanStorage } from './podman-storage.js';

const LIMIT_MS = 5_000;

export type DetailsDeps = { readonly host: Host; readonly files: Files; readonly tools: Tools };

/** Ask an engine about itself. */
export async function askDetails(
  { facts, connection }: FoundEngine,
  { host, files, tools: { probe, run } }: DetailsDeps,
): Promise<EngineDetails> {
  const { address } = connection;
  if (isLocal({ facts, connection }, host.platform) && facts.name.startsWith('podman')) {
    const read = await readPodmanStorage(facts.rootless, { host, files });
    if (read !== null) return read;
  }
  // What podman says through its API in docker's words lacks half of it.
  if (address !== null && facts.name === 'docker') {
    const { json } = await probe(address, { path: '/info', timeout: LIMIT_MS });
    return fromInfo(asObject(json));
  }
  const docker = !facts.name.startsWith('podman');
  const args = ['info', '--format', docker ? '{{json .}}' : 'json'];
  const ended = await run({ file: connection.program, args: [...connection.globals, ...args], timeout: LIMIT_MS });
  const info = asObject(parseJson(ended.stdout));
  return docker ? fromInfo(info) : fromPodman(info);
}

/** From `docker info` or the API's /info. */
export function fromInfo(info: Json): EngineDetails {
  const status = Object.fromEntries(
    asList(info['DriverStatus']).map((pair) => {
      const [key, value] = asList(pair);
      return [asText(key), asText(value)];
    }),
  );
  const time = Date.parse(asText(info['SystemTime']));
  return {
    root: asText(info['DockerRootDir']),
    driver: asText(info['Driver']),
    backing: status['Backing Filesystem'] ?? '',
    dType: typed(status['Supports d_type']),
    proxies: { http: asText(info['HttpProxy']), https: asText(info['HttpsProxy']), no: asText(info['NoProxy']) },
    time: Number.isNaN(time) ? null : time,
    network: '',
  };
}

/** From `podman info --format json`. */
export function fromPodman(info: Json): EngineDetails {
  const store = asObject(info['store']);
  const status = asObject(store['graphStatus']);
  return {
    root: asText(store['graphRoot']),
    driver: asText(store['graphDriverName']),
    backing: asText(status['Backing Filesystem']),
    dType: typed(asText(status['Supports d_type'])),
    proxies: null,
    time: null,
    network: asText(asObject(info['host'])['networkBackend']),
  };
}

/** The engine's files are on this machine. */
export function isLocal({ facts, connection }: FoundEngine, platform: NodeJS.Platform): boolean {
  const { address } = connection;
  return platform === 'linux' && !facts.vm && (address === null || address.startsWith('unix:'));
}

function typed(text: string | undefined): boolean | null {
  return text === 'true' ? true : text === 'false' ? false : null;
}
