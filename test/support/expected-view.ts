import { quoteAll } from '../../src/core/shell.js';
import { secretMounts } from '../../src/spec/secret-mount.js';
import type { ContainerSpec, Health, Mount, RunShape } from '../../src/spec/spec.js';
import type { ContainerView } from './container-view.js';

type Engine = 'docker' | 'podman';

/** What the image says for a container that does not. */
export type ImageWords = { readonly entrypoint: string; readonly cmd: readonly string[] };

/** What an engine's `inspect` must tell of a container that was made from this spec. */
export function expectedView(
  spec: ContainerSpec,
  shape: RunShape,
  { engine, image }: { readonly engine: Engine; readonly image: ImageWords },
): Omit<ContainerView, 'byEngine'> {
  const podman = engine === 'podman';
  const [first, ...rest] = spec.entrypoint ?? [];
  const words = [...rest, ...spec.args];
  const everything = podman && spec.privileged;
  return {
    ...spec,
    platform: null,
    // Rootful podman has no namespace to leave.
    userns: podman ? null : spec.userns,
    entrypoint: spec.entrypoint === null ? image.entrypoint : (first ?? ''),
    args: words.length === 0 && spec.entrypoint === null ? image.cmd : words,
    env: spec.env.map(({ name, value }) => `${name}=${String(value)}`).toSorted(),
    secrets: [],
    mounts: [
      ...[...secretMounts(spec.secrets), ...spec.mounts].map(mountView),
      ...(podman && spec.readOnlyRoot ? WRITABLE : []),
    ].toSorted((a, b) => (a.target < b.target ? -1 : 1)),
    ports: spec.ports
      .map(
        (port) =>
          `${podman ? port.address.replace('0.0.0.0', '') : port.address} ${port.hostPort ?? 'free'} ${port.containerPort}/${port.protocol}`,
      )
      .toSorted(),
    labels: Object.fromEntries(Object.entries(spec.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    resources: resources(spec, engine),
    network: spec.network ?? 'bridge',
    networkAliases: [...spec.networkAliases].toSorted(),
    extraHosts: Object.entries(spec.extraHosts)
      .map(([name, address]) => `${name}:${address}`)
      .toSorted(),
    // Podman keeps a device's permissions to itself, and all devices of a privileged container, which has the host's.
    devices: everything
      ? []
      : spec.devices.map(deviceView).map(([host, inside, rights]) => [host, inside, podman ? '' : rights]),
    gpus: spec.gpus === null ? null : [gpuView(spec.gpus)],
    capAdd: everything ? 'all' : spec.capAdd.map(longName).toSorted(),
    capDrop: everything ? 'none' : spec.capDrop.map(longName).toSorted(),
    security: security(spec, engine),
    // Podman says `shareable` whatever the truth is; what-inspect-hides.test.ts starts such containers.
    ipc: podman ? 'shareable' : (spec.ipc ?? 'private'),
    stopSignal: spec.stopSignal ?? (podman ? 'SIGTERM' : null),
    stopTimeout: spec.stopTimeout === null ? (podman ? 10 : null) : Math.ceil(spec.stopTimeout / 1000),
    health: spec.health === null ? null : healthView(spec.health, engine),
    restart: (spec.restart ?? '').replace(/^no$/, ''),
    remove: shape.remove,
  };
}

// Podman leaves a read-only container some folders to write to; its API has no word against it.
const WRITABLE = ['/run', '/tmp', '/var/tmp'].map((target) => ({
  type: 'tmpfs',
  source: '',
  target,
  readOnly: false,
  propagation: null,
  selinux: null,
  recursive: true,
  size: null,
  mode: null,
}));

function mountView(mount: Mount) {
  return {
    type: mount.type as string,
    source: mount.source,
    target: mount.target,
    readOnly: mount.readOnly,
    propagation: mount.type === 'bind' ? (mount.propagation ?? 'rprivate') : null,
    selinux: mount.selinux,
    recursive: true,
    size: mount.size,
    mode: mount.mode === null ? null : Number.parseInt(mount.mode, 8),
  };
}

function resources({ resources: wanted }: ContainerSpec, engine: Engine) {
  const podman = engine === 'podman';
  return {
    memory: wanted.memory ?? 0,
    // Both engines allow as much swap again as memory.
    memorySwap: wanted.memorySwap ?? (wanted.memory ?? 0) * 2,
    cpus: wanted.cpus ?? 0,
    pids: Math.max(wanted.pids ?? (podman ? 2048 : 0), 0),
    shm: wanted.shm ?? (podman ? 65_536_000 : 67_108_864),
    ulimits: wanted.ulimits
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, soft, hard }) => [name, soft, hard]),
  };
}

function deviceView(device: string): readonly string[] {
  const [host = '', second, third] = device.split(':');
  if (second === 'rw') return [host, host, 'rw'];
  return [host, second ?? host, third ?? 'rwm'];
}

function gpuView(gpus: string) {
  const ids = gpus.startsWith('device=') ? gpus.slice('device='.length).split(',') : null;
  const count = gpus === 'all' ? -1 : Number(gpus);
  return { Driver: '', Count: ids === null ? count : 0, DeviceIDs: ids, Capabilities: [['gpu']], Options: {} };
}

function longName(capability: string): string {
  return capability.startsWith('CAP_') ? capability : `CAP_${capability}`;
}

// Docker confines no container by labels that sees the host's processes or has all rights, unless told how.
function security(spec: ContainerSpec, engine: Engine): readonly string[] {
  const open = spec.privileged || spec.pid === 'host' || spec.ipc === 'host';
  const told = spec.security.some((option) => option.startsWith('label'));
  return [...spec.security, ...(engine === 'docker' && open && !told ? ['label=disable'] : [])].toSorted();
}

function healthView(health: Health, engine: Engine) {
  if (health.disable) return { Test: ['NONE'] };
  const times = { Interval: health.interval, Timeout: health.timeout, StartPeriod: health.startPeriod };
  const defaults = engine === 'podman' && health.test !== null ? { Interval: 30_000, Timeout: 30_000 } : {};
  const set = Object.entries({ ...times }).map(
    ([name, value]) => [name, value ?? Reflect.get(defaults, name)] as const,
  );
  const retries = health.retries ?? ('Interval' in defaults ? 3 : null);
  const check = {
    ...(health.test === null ? {} : { Test: testView(health.test, engine) }),
    ...Object.fromEntries(set.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value * 1e6]] : []))),
    ...(retries === null ? {} : { Retries: retries }),
  };
  return Object.keys(check).length === 0 ? null : check;
}

function testView([form, ...words]: readonly string[], engine: Engine): readonly string[] {
  return form === 'CMD' && engine === 'docker' ? ['CMD-SHELL', quoteAll(words, 'sh')] : [form ?? '', ...words];
}
