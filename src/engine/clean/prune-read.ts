import type {
  CacheThere,
  ContainerThere,
  ImageThere,
  NetworkThere,
  VolumeThere,
} from '../../plan/clean/prune-facts.js';
import { toVolume } from '../inspect.js';
import { asList, asObject, asText, asTextRecord, asTexts, type Json } from '../json.js';

/** A container from an inspect answer, docker's or podman's. */
export function readContainer(json: Json): ContainerThere {
  const state = asObject(json['State']);
  const networks = asObject(asObject(json['NetworkSettings'])['Networks']);
  return {
    id: asText(json['Id']),
    name: asText(json['Name']).replace(/^\//, ''),
    state: asText(state['Status']),
    created: timeOf(json['Created']),
    ended: timeOf(state['FinishedAt']),
    labels: asTextRecord(asObject(json['Config'])['Labels']),
    image: plainId(json['Image']),
    networks: Object.entries(networks).flatMap(([name, one]) => [name, asText(asObject(one)['NetworkID'])]),
    volumes: asList(json['Mounts'])
      .map(asObject)
      .flatMap((mount) => (asText(mount['Type']) === 'volume' ? [asText(mount['Name'])] : [])),
    inPod: asText(json['Pod']) !== '',
    bytes: numberOf(json['SizeRw']),
  };
}

/** An image from an inspect answer. */
export function readImage(json: Json): ImageThere {
  const parent = plainId(json['Parent']);
  return {
    id: plainId(json['Id']),
    tags: (asTexts(json['RepoTags']) ?? []).filter((tag) => !tag.includes('<none>')),
    digests: (asTexts(json['RepoDigests']) ?? []).filter((digest) => !digest.includes('<none>')),
    parent: parent === '' ? null : parent,
    created: timeOf(json['Created']),
    labels: { ...asTextRecord(json['Labels']), ...asTextRecord(asObject(json['Config'])['Labels']) },
    bytes: numberOf(json['Size']) ?? 0,
    layers: asTexts(asObject(json['RootFS'])['Layers']) ?? [],
  };
}

const BUILT_IN = ['bridge', 'host', 'none', 'podman', 'ingress', 'docker_gwbridge'];

/** A network from an inspect answer; podman writes its keys small. */
export function readNetwork(json: Json): NetworkThere {
  const of = (key: string): unknown => json[key] ?? json[key.toLowerCase()];
  const name = asText(of('Name'));
  return {
    id: asText(of('Id')),
    name,
    created: timeOf(of('Created')),
    labels: asTextRecord(of('Labels')),
    builtIn: BUILT_IN.includes(name) || asText(of('Scope')) === 'swarm',
    used: Object.keys(asObject(of('Containers'))).length > 0,
  };
}

/** A volume from an inspect answer. */
export function readVolume(json: Json): VolumeThere {
  const facts = toVolume(json);
  const unnamed = 'com.docker.volume.anonymous' in facts.labels || json['Anonymous'] === true;
  return { facts, created: timeOf(json['CreatedAt']), anonymous: unnamed || /^[0-9a-f]{64}$/.test(facts.name) };
}

/** A piece of docker's build cache, as `system df` prints it. */
export function readCache(json: Json): CacheThere {
  const shared = asText(json['Shared']) === 'true';
  return {
    id: asText(json['ID']),
    used: timeOf(json['LastUsedAt']) ?? timeOf(json['CreatedAt']),
    inUse: asText(json['InUse']) === 'true',
    shared,
    bytes: shared ? 0 : humanBytes(asText(json['Size'])),
    size: asText(json['Size']),
  };
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** A size as engines print it for people, `5.002MB`: in powers of 1000, with three or four digits. */
export function humanBytes(text: string): number {
  const [, number = '0', unit = 'b'] = /^([\d.]+)\s*([a-z])?/i.exec(text) ?? [];
  return Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}

// `2026-11-27T04:00:47.59276807Z`, or Go's own way of printing one; its zero time stands for never.
function timeOf(value: unknown): number | null {
  const text = asText(value)
    .replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d).*$/, '$1T$2$3:$4')
    .replace(/(\.\d{3})\d+/, '$1');
  const time = text.startsWith('0001-') ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function plainId(value: unknown): string {
  return asText(value).replace(/^sha256:/, '');
}
