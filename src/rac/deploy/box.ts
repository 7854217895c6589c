import type { EngineName } from '../../spec/facts.js';
import type { AppSpec } from './app-spec.js';

/** Labels of all that RAC makes on an engine. */
export const RAC_LABEL = {
  instance: 'podctl.rac',
  role: 'podctl.rac.role',
  name: 'podctl.rac.name',
  release: 'podctl.rac.release',
  slot: 'podctl.rac.slot',
  project: 'podctl.project',
} as const;

export type Owned = { readonly instance: string; readonly engine: EngineName };

/** What one container is made of, beside the box that is the same for all. */
export type BoxRequest = Owned & {
  readonly name: string;
  readonly release: number;
  readonly image: string;
  readonly app: AppSpec;
  /** Volume per path. */
  readonly volumes: Readonly<Record<string, string>>;
  /** `NAME=value`, the later one wins. */
  readonly env: readonly string[];
  readonly place: { readonly holder: string };
  readonly pids: number;
  /** Bytes that one file may have. */
  readonly disk: number;
  /** Open files and processes that this machine lets a container have. */
  readonly ceiling: { readonly files: number; readonly processes: number };
};

/**
 * What ordinary images need to start as root, take a low port, hand their data to a user and become it: nothing of it reaches beyond
 * the container. Not among them, for instance: NET_RAW (forged packets), MKNOD (devices), SYS_CHROOT, SETFCAP (files that give rights).
 */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const;
/** Who is not root from the start has nothing to become; podman would give all of them to any user. */
const USER_CAPABILITIES = ['NET_BIND_SERVICE'] as const;
const CPU_PERIOD = 100_000;
const SHM_BYTES = 16 * 1024 * 1024;
/** Seconds between the stop signal and the end by force. */
export const STOP_SECONDS = 10;

/** The create body of an application's container, for docker's API and podman's form of it. */
export function boxBody(request: BoxRequest): object {
  const { app, image, env, place, volumes } = request;
  return {
    Image: image,
    Env: env,
    Labels: labelsOf(request, 'app', {
      [RAC_LABEL.name]: request.name,
      [RAC_LABEL.release]: String(request.release),
    }),
    StopTimeout: STOP_SECONDS,
    ...(app.stopSignal === null ? {} : { StopSignal: app.stopSignal }),
    ...healthOf(request),
    HostConfig: {
      ...box(request),
      CapAdd: isRoot(app.user) ? [...CAPABILITIES] : [...USER_CAPABILITIES],
      NetworkMode: `container:${place.holder}`,
      Memory: app.memory,
      // No swap on top: what it may use is what is written here.
      MemorySwap: app.memory,
      CpuPeriod: CPU_PERIOD,
      CpuQuota: Math.round(app.cpus * CPU_PERIOD),
      PidsLimit: request.pids,
      Ulimits: ulimits(request),
      Mounts: Object.entries(volumes).map(([Target, Source]) => ({ Type: 'volume', Source, Target })),
    },
  };
}

/** A holder keeps a network namespace open while the application beside it comes and goes. It runs one instruction. */
export function holderBody(request: Owned & HolderRequest): object {
  const { port } = request;
  const published = port === null ? null : `${port}/tcp`;
  return {
    Image: request.image,
    Labels: labelsOf(request, 'holder', { [RAC_LABEL.slot]: String(request.slot) }),
    // The first program of a container is not ended by a SIGTERM that it does not handle: each stop of the engine would wait for it.
    StopSignal: 'SIGKILL',
    ...(published === null ? {} : { ExposedPorts: { [published]: {} } }),
    HostConfig: {
      ...box(request),
      NetworkMode: request.network,
      ReadonlyRootfs: true,
      // Podman would give the interface a link-local address of IPv6, past all that the firewall says of IPv4.
      Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' },
      ...(published === null ? {} : { PortBindings: { [published]: [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
    },
  };
}

export type HolderRequest = {
  readonly image: string;
  readonly network: string;
  readonly slot: number;
  /** Published on 127.0.0.1 where the proxy cannot reach a bridge; null: not published. */
  readonly port: number | null;
};

/** Labels of what is no container. */
export function ownLabels({ instance }: Owned): Readonly<Record<string, string>> {
  return { [RAC_LABEL.instance]: instance, [RAC_LABEL.project]: `rac-${instance}` };
}

function labelsOf(owned: Owned, role: 'app' | 'holder', more: Readonly<Record<string, string>>) {
  return { ...ownLabels(owned), [RAC_LABEL.role]: role, ...more };
}

// What is left out stays as the image says. Podman would take it for a check without a command.
function healthOf({ app: { checks }, engine }: BoxRequest): object {
  if (checks === undefined || engine !== 'docker') return {};
  return { Healthcheck: { Interval: checks.every * 1e6, StartInterval: checks.early * 1e6 } };
}

function isRoot(user: string): boolean {
  return /^(root|0)?(:|$)/.test(user);
}

function box({ engine }: Owned) {
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [],
    SecurityOpt: ['no-new-privileges'],
    IpcMode: 'private',
    ShmSize: SHM_BYTES,
    RestartPolicy: { Name: 'no' },
    LogConfig:
      engine === 'docker'
        ? { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '2' } }
        : { Type: 'k8s-file', Config: { 'max-size': '5m' } },
  };
}

// Podman asks for more open files than a bounded machine has as soon as any limit is given, so these two are given as well.
function ulimits({ disk, ceiling }: BoxRequest) {
  return [limit('fsize', disk), limit('core', 0), limit('nofile', ceiling.files), limit('nproc', ceiling.processes)];
}

function limit(Name: string, value: number): object {
  return { Name, Soft: value, Hard: value };
}
