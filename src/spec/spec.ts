import type { PortMapping } from '../core/port.js';
import type { Secret } from '../core/secret.js';
import type { ContainerSecret } from './secrets.js';

/** A mount, every path absolute. `key` is the profile's name for it (`release/fuji` for an entry of an `each` list). */
export type Mount = {
  readonly key: string;
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** Host path of a bind, name of a volume (empty: anonymous), empty for tmpfs. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly selinux: 'shared' | 'private' | null;
  readonly propagation: string | null;
  /** What the source must be before the start; null: anything that exists. */
  readonly kind: 'file' | 'directory' | 'socket' | null;
  /** Paths below the source that must be there before the start. */
  readonly contains: readonly string[];
  /** Create a missing source directory. */
  readonly create: boolean;
  /** Leave out when the source is missing. */
  readonly optional: boolean;
  /** tmpfs: bytes and octal mode. */
  readonly size: number | null;
  readonly mode: string | null;
  /** volume: driver and options. */
  readonly driver: string | null;
  readonly options: Readonly<Record<string, string>>;
};

export type EnvVar = { readonly name: string; readonly value: string | Secret };

export type PublishedPort = PortMapping & { readonly key: string };

/** Bytes, cores, counts; null leaves the engine's default. */
export type Resources = {
  readonly memory: number | null;
  readonly memorySwap: number | null;
  readonly cpus: number | null;
  readonly pids: number | null;
  readonly shm: number | null;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
};

/** Milliseconds; null leaves the image's or engine's own. */
export type Health = {
  /** Docker's form: `['CMD', program, …]` runs without a shell, `['CMD-SHELL', text]` in the image's. */
  readonly test: readonly string[] | null;
  readonly interval: number | null;
  readonly timeout: number | null;
  readonly startPeriod: number | null;
  readonly retries: number | null;
  readonly disable: boolean;
};

/** The one engine-neutral description of a container: resolved, checked, no variables left. */
export type ContainerSpec = {
  readonly name: string;
  readonly image: string;
  readonly platform: string | null;
  readonly pull: 'never' | 'missing' | 'always' | null;
  readonly hostname: string | null;
  readonly user: string | null;
  readonly groups: readonly string[];
  readonly userns: string | null;
  readonly workdir: string | null;
  /** Replaces the image's entrypoint; null keeps it. */
  readonly entrypoint: readonly string[] | null;
  /** What the engine appends after the image, fillers for the entrypoint's form included. */
  readonly args: readonly string[];
  readonly init: boolean;
  readonly tty: boolean;
  readonly interactive: boolean;
  readonly env: readonly EnvVar[];
  /** Secrets that do not go by the environment. */
  readonly secrets: readonly ContainerSecret[];
  readonly mounts: readonly Mount[];
  readonly ports: readonly PublishedPort[];
  readonly labels: Readonly<Record<string, string>>;
  readonly resources: Resources;
  readonly network: string | null;
  readonly networkAliases: readonly string[];
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly dns: readonly string[];
  /** `host[:container[:rwm]]` as engines write it. */
  readonly devices: readonly string[];
  /** `all` or a count or `device=…`. */
  readonly gpus: string | null;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly security: readonly string[];
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  readonly pid: string | null;
  readonly ipc: string | null;
  readonly stopSignal: string | null;
  /** Milliseconds. */
  readonly stopTimeout: number | null;
  readonly health: Health | null;
  readonly restart: string | null;
};

/** How a container is started, apart from what it is. */
export type RunShape = {
  /** true: podctl returns once it answers; false: podctl stays attached and passes the exit code through. */
  readonly detach: boolean;
  /** Remove the container when it ends. */
  readonly remove: boolean;
};

/** A container with nothing set: the base that `build` and tests start from. */
export const EMPTY_SPEC: ContainerSpec = {
  name: '',
  image: '',
  platform: null,
  pull: null,
  hostname: null,
  user: null,
  groups: [],
  userns: null,
  workdir: null,
  entrypoint: null,
  args: [],
  init: false,
  tty: false,
  interactive: false,
  env: [],
  secrets: [],
  mounts: [],
  ports: [],
  labels: {},
  resources: { memory: null, memorySwap: null, cpus: null, pids: null, shm: null, ulimits: [] },
  network: null,
  networkAliases: [],
  extraHosts: {},
  dns: [],
  devices: [],
  gpus: null,
  capAdd: [],
  capDrop: [],
  security: [],
  privileged: false,
  readOnlyRoot: false,
  pid: null,
  ipc: null,
  stopSignal: null,
  stopTimeout: null,
  health: null,
  restart: null,
};
