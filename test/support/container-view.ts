import type { ContainerSpec } from '../../src/spec/spec.js';

type Json = { readonly [key: string]: unknown };

/** What `inspect` tells of a container, field by field of the spec, in one form for both engines. */
export type ContainerView = { readonly [K in keyof Required<ContainerSpec> | 'remove']: unknown } & {
  /** What the engine adds by itself: the same on both ways, but not the spec's to say. */
  readonly byEngine: unknown;
};

/** What the view is measured against. */
export type ViewBase = {
  readonly engine: 'docker' | 'podman';
  readonly spec: ContainerSpec;
  readonly imageLabels: Readonly<Record<string, string>>;
};

/** Read the answer of `container inspect`. */
export function viewOfInspect(raw: Json, base: ViewBase): ContainerView {
  const { engine, spec } = base;
  const config = object(raw['Config']);
  const host = object(raw['HostConfig']);
  const id = text(raw['Id']).slice(0, 12);
  const podman = engine === 'podman';
  // Of a privileged container podman tells what this machine lacks, not what was asked for.
  const everything = podman && host['Privileged'] === true;
  const annotations = object(config['Annotations']);
  return {
    name: text(raw['Name']).replace(/^\//, ''),
    image: text(config['Image']),
    // The test uses this machine's own image, and creating leaves no trace of a platform or a pull.
    platform: null,
    pull: spec.pull,
    // On the host's network the host's own name is told.
    hostname: config['Hostname'] === id || networkOf(raw) === 'host' ? null : config['Hostname'],
    user: text(config['User']) || null,
    groups: list(host['GroupAdd']),
    userns: text(host['UsernsMode']) || null,
    workdir: ['', '/'].includes(text(config['WorkingDir'])) ? null : config['WorkingDir'],
    entrypoint: Array.isArray(config['Entrypoint']) ? config['Entrypoint'].join(' ') : text(config['Entrypoint']),
    args: list(config['Cmd']),
    init: podman ? annotations['io.podman.annotations.init'] === 'TRUE' : host['Init'] === true,
    tty: config['Tty'],
    interactive: config['OpenStdin'],
    env: list(config['Env'])
      .filter((entry) => !ENGINES_OWN.test(entry))
      .toSorted(),
    // Those of files are mounts, and the others are not in both ways' words.
    secrets: [],
    mounts: podman ? podmanMounts(raw) : dockerMounts(raw),
    ports: ports(object(host['PortBindings']), spec),
    labels: sorted(
      Object.fromEntries(Object.entries(object(config['Labels'])).filter(([name]) => !(name in base.imageLabels))),
    ),
    resources: {
      memory: host['Memory'],
      memorySwap: host['MemorySwap'],
      // Podman's program cuts 0.57 cores to 0.56999.
      cpus: Math.round(Number(host['NanoCpus']) / 1e5) / 1e4,
      pids: host['PidsLimit'] ?? 0,
      shm: host['ShmSize'],
      ulimits: ulimits(host).filter(([name]) => spec.resources.ulimits.some((limit) => limit.name === name)),
    },
    network: networkOf(raw),
    networkAliases: aliases(raw)
      .filter((alias) => alias !== id)
      .toSorted(),
    extraHosts: list(host['ExtraHosts']).toSorted(),
    dns: list(host['Dns']),
    devices: devices(host['Devices']),
    gpus: host['DeviceRequests'] ?? null,
    capAdd: everything ? 'all' : list(host['CapAdd']).toSorted(),
    capDrop: everything ? 'none' : list(host['CapDrop']).toSorted(),
    security: list(host['SecurityOpt']).toSorted(),
    privileged: host['Privileged'],
    readOnlyRoot: host['ReadonlyRootfs'],
    pid: text(host['PidMode']).replace('private', '') || null,
    ipc: host['IpcMode'],
    stopSignal: SIGNALS[String(config['StopSignal'])] ?? config['StopSignal'] ?? null,
    stopTimeout: config['StopTimeout'] ?? null,
    health: healthOf(config['Healthcheck']),
    restart: restartOf(object(host['RestartPolicy'])),
    remove: podman ? annotations['io.podman.annotations.autoremove'] === 'TRUE' : host['AutoRemove'],
    byEngine: {
      env: list(config['Env'])
        .filter((entry) => ENGINES_OWN.test(entry))
        .toSorted(),
      ulimits: ulimits(host),
    },
  };
}

const ENGINES_OWN = /^(PATH|TERM|HOME|HOSTNAME|container)=/;
const SIGNALS: Readonly<Record<string, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' };

function dockerMounts(raw: Json): readonly Json[] {
  const asked = objects(object(raw['HostConfig'])['Mounts']);
  return byTarget(
    objects(raw['Mounts']).map((mount) => {
      const target = text(mount['Destination']);
      const tmpfs = object(asked.find((entry) => entry['Target'] === target)?.['TmpfsOptions']);
      return {
        ...mountView(mount),
        size: tmpfs['SizeBytes'] ?? null,
        mode: typeof tmpfs['Mode'] === 'number' ? tmpfs['Mode'] : null,
      };
    }),
  );
}

function podmanMounts(raw: Json): readonly Json[] {
  const tmpfs = Object.entries(object(object(raw['HostConfig'])['Tmpfs'])).map(([target, value]) => {
    const options = text(value).split(',');
    const valueOf = (name: string) => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
    const mode = valueOf('mode');
    return {
      type: 'tmpfs',
      source: '',
      target,
      readOnly: options.includes('ro'),
      propagation: null,
      selinux: null,
      recursive: true,
      size: valueOf('size') === undefined ? null : Number(valueOf('size')),
      mode: mode === undefined ? null : Number.parseInt(mode, 8),
    };
  });
  const others = objects(raw['Mounts']).map((mount) => ({ ...mountView(mount), size: null, mode: null }));
  return byTarget([...tmpfs, ...others]);
}

function mountView(mount: Json): Json {
  const type = text(mount['Type']);
  const mode = text(mount['Mode']).split(',');
  const name = text(mount['Name']);
  const options = list(mount['Options']);
  return {
    type,
    source: type === 'volume' ? (/^[0-9a-f]{64}$/.test(name) ? '' : name) : text(mount['Source']),
    target: text(mount['Destination']),
    readOnly: mount['RW'] === false,
    propagation: type === 'bind' ? mount['Propagation'] : null,
    selinux: type !== 'bind' ? null : mode.includes('z') ? 'shared' : mode.includes('Z') ? 'private' : null,
    recursive: options.length === 0 || options.includes('rbind'),
  };
}

function byTarget(mounts: readonly Json[]): readonly Json[] {
  return mounts.toSorted((a, b) => (text(a['target']) < text(b['target']) ? -1 : 1));
}

// Podman picks a free port when it creates, docker when it starts.
function ports(bindings: Json, spec: ContainerSpec): readonly string[] {
  return Object.entries(bindings)
    .flatMap(([key, entries]) =>
      objects(entries).map((entry) => {
        const asked = spec.ports.find((port) => `${port.containerPort}/${port.protocol}` === key);
        const hostPort = asked?.hostPort === null ? 'free' : text(entry['HostPort']);
        return `${text(entry['HostIp'])} ${hostPort} ${key}`;
      }),
    )
    .toSorted();
}

function ulimits(host: Json): readonly (readonly [string, unknown, unknown])[] {
  return objects(host['Ulimits'])
    .map((limit) => {
      const name = text(limit['Name']).replace('RLIMIT_', '').toLowerCase();
      return [name, limit['Soft'], limit['Hard']] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

// Podman says `bridge` for every network of its own kind.
function networkOf(raw: Json): string {
  const mode = text(object(raw['HostConfig'])['NetworkMode']);
  if (mode === 'default') return 'bridge';
  const [name] = Object.keys(object(object(raw['NetworkSettings'])['Networks']));
  return mode === 'bridge' && name !== undefined ? name.replace(/^podman$/, 'bridge') : mode;
}

function aliases(raw: Json): readonly string[] {
  const networks = Object.values(object(object(raw['NetworkSettings'])['Networks']));
  return networks.flatMap((network) => list(object(network)['Aliases']));
}

function devices(value: unknown): readonly unknown[] {
  return objects(value).map((device) => [device['PathOnHost'], device['PathInContainer'], device['CgroupPermissions']]);
}

// Times without a test mean nothing; podman's API fills them in all the same.
function healthOf(health: unknown): unknown {
  return list(object(health)['Test'])[0] === 'NONE' ? { Test: ['NONE'] } : (health ?? null);
}

function restartOf(policy: Json): string {
  const name = text(policy['Name']).replace(/^no$/, '');
  return Number(policy['MaximumRetryCount']) > 0 ? `${name}:${String(policy['MaximumRetryCount'])}` : name;
}

function sorted(table: Json): Json {
  return Object.fromEntries(Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
