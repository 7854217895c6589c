import type { ContainerFacts, ImageFacts, VolumeFacts } from '../spec/facts.js';
import { goArch } from './facts.js';
import { asList, asObject, asText, asTextRecord, asTexts, type Json } from './json.js';

/** Image facts from an inspect answer, docker's or podman's. */
export function toImage(ref: string, image: Json): ImageFacts {
  const config = asObject(image['Config']);
  return {
    ref,
    id: asText(image['Id']).replace(/^sha256:/, ''),
    entrypoint: words(config['Entrypoint']),
    cmd: words(config['Cmd']),
    user: asText(config['User']),
    workdir: asText(config['WorkingDir']),
    exposed: Object.keys(asObject(config['ExposedPorts'])),
    volumes: Object.keys(asObject(config['Volumes'])),
    labels: asTextRecord(config['Labels']),
    env: variables(config['Env']),
    arch: goArch(asText(image['Architecture'])),
    os: asText(image['Os']),
  };
}

/** Volume facts from an inspect answer. */
export function toVolume(volume: Json): VolumeFacts {
  const mountpoint = asText(volume['Mountpoint']);
  return {
    name: asText(volume['Name']),
    driver: asText(volume['Driver']),
    ...(mountpoint === '' ? {} : { mountpoint }),
    options: asTextRecord(volume['Options']),
    labels: asTextRecord(volume['Labels']),
  };
}

/** Container facts from an inspect answer. */
export function toContainer(container: Json): ContainerFacts {
  const state = asObject(container['State']);
  const config = asObject(container['Config']);
  const startedAt = asText(state['StartedAt']);
  const status = stateOf(asText(state['Status']));
  return {
    id: asText(container['Id']),
    name: asText(container['Name']).replace(/^\//, ''),
    image: asText(config['Image']) || asText(container['ImageName']),
    state: status,
    exitCode: status === 'exited' || status === 'dead' ? numberOf(state['ExitCode']) : null,
    oomKilled: state['OOMKilled'] === true,
    // Go's zero time stands for never.
    startedAt: startedAt === '' || startedAt.startsWith('0001-') ? null : startedAt,
    labels: asTextRecord(config['Labels']),
    mounts: mountsOf(container),
    ports: portsOf(container),
  };
}

function mountsOf(container: Json): ContainerFacts['mounts'] {
  return asList(container['Mounts']).flatMap((entry) => {
    const mount = asObject(entry);
    const type = asText(mount['Type']) === 'volume' ? 'volume' : 'bind';
    const source = asText(mount[type === 'volume' ? 'Name' : 'Source']);
    if (source === '') return [];
    const propagation = asText(mount['Propagation']);
    return [
      {
        type,
        source,
        target: asText(mount['Destination']),
        readOnly: mount['RW'] === false,
        propagation: propagation === '' ? null : propagation,
      },
    ];
  });
}

// An image without an entrypoint has null, an empty list or no key at all, by engine and version.
function words(value: unknown): readonly string[] | null {
  if (typeof value === 'string') return value === '' ? null : [value];
  const list = asTexts(value);
  return list === null || list.length === 0 ? null : list;
}

// `NAME=VALUE`; a value may hold further equals signs.
function variables(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (asTexts(value) ?? []).map((entry) => {
      const at = entry.indexOf('=');
      return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

const STATES = ['created', 'running', 'paused', 'restarting', 'exited', 'dead', 'removing'] as const;

// Podman's own words for what docker calls created, running and exited.
const PODMAN_STATES: Readonly<Record<string, ContainerFacts['state']>> = {
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
};

function stateOf(status: string): ContainerFacts['state'] {
  return STATES.find((state) => state === status) ?? PODMAN_STATES[status] ?? 'unknown';
}

// A stopped container publishes nothing, but still has the ports that it will publish.
function portsOf(container: Json): ContainerFacts['ports'] {
  const live = asObject(asObject(container['NetworkSettings'])['Ports']);
  const wanted = asObject(asObject(container['HostConfig'])['PortBindings']);
  const table = Object.values(live).some((bindings) => asList(bindings).length > 0) ? live : wanted;
  return Object.entries(table).flatMap(([key, bindings]) => {
    const [port = '', protocol = 'tcp'] = key.split('/');
    return asList(bindings).map((entry) => {
      const binding = asObject(entry);
      return {
        address: asText(binding['HostIp']) || '0.0.0.0',
        hostPort: Number(asText(binding['HostPort']) || '0'),
        containerPort: Number(port),
        protocol,
      };
    });
  });
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
