import { type Capability, OLDEST } from './capability.js';
import type { EngineFacts } from './facts.js';
import { secretMounts, secretPointer } from './secret-mount.js';
import type { Health, Mount, Resources } from './spec.js';

type Rows = readonly Capability[];

function mounts(matches: (mount: Mount) => boolean): Capability['uses'] {
  // Secret files are mounts as well.
  return (spec) => [
    ...spec.mounts.filter(matches).map(({ key }) => `mounts/${key}`),
    ...secretMounts(spec.secrets)
      .filter(matches)
      .map(({ key }) => secretPointer(key)),
  ];
}

function everyMount(option: string, matches: (mount: Mount) => boolean): Rows {
  return [{ option, uses: mounts(matches), since: OLDEST }];
}

// A drive letter's colon is known to every engine.
function hasColon({ source, target }: Mount): boolean {
  return `${source.replace(/^[A-Za-z]:(?=[\\/])/, '')}${target}`.includes(':');
}

function needsBinds({ type, propagation, source, target }: Mount): boolean {
  return type === 'tmpfs' || propagation !== null || /[",\r\n]/.test(`${source}${target}`);
}

// By field of a mount, so that a new one does not compile without a row. Fields that only podctl reads have none.
const MOUNT_ROWS = {
  key: [],
  kind: [],
  contains: [],
  create: [],
  optional: [],
  source: [
    {
      // Both are split at colons: docker relabels only with --volume, and what podman's API takes whole are its Binds and Tmpfs.
      option: 'mounts: a colon in a path, together with selinux',
      uses: mounts((mount) => mount.selinux !== null && hasColon(mount)),
      since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
      api: { podman: null },
      instead: 'write selinux = "none" on the mount, or rename the folder',
    },
    {
      option: 'mounts: a colon in a path, together with propagation, tmpfs, a comma or a double quote',
      uses: mounts((mount) => hasColon(mount) && needsBinds(mount)),
      since: OLDEST,
      api: { podman: null },
      instead: 'run with --via cli',
    },
  ],
  target: [],
  type: [
    ...everyMount('mounts: bind', ({ type }) => type === 'bind'),
    ...everyMount('mounts: volume', ({ type }) => type === 'volume'),
    ...everyMount('mounts: tmpfs', ({ type }) => type === 'tmpfs'),
  ],
  readOnly: everyMount('mounts: read_only', ({ readOnly }) => readOnly),
  selinux: [
    {
      option: 'mounts: selinux',
      uses: mounts(({ selinux }) => selinux !== null),
      since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
      instead: 'write selinux = "none" on the mount: nerdctl does not label containers',
    },
  ],
  propagation: everyMount('mounts: propagation', ({ propagation }) => propagation !== null),
  size: everyMount('mounts: size', ({ size }) => size !== null),
  mode: everyMount('mounts: mode', ({ mode }) => mode !== null),
  driver: [
    {
      option: 'mounts: driver',
      uses: mounts(({ driver }) => driver !== null),
      since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
      instead: 'use docker or podman, or a bind mount',
      note: 'on podman the volume is made with them before the container',
    },
  ],
  options: [
    {
      option: 'mounts: options',
      uses: mounts(({ options }) => Object.keys(options).length > 0),
      since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
      instead: 'use docker or podman, or a bind mount',
      note: 'on podman the volume is made with them before the container',
    },
  ],
} satisfies Readonly<{ [K in keyof Required<Mount>]: Rows }>;

// Such engines start the container and leave the limit out, without a word.
function needsCgroup2({ rootless, cgroup }: EngineFacts): string | null {
  return rootless && cgroup === 1 ? 'without root it needs cgroup v2, and this machine has v1' : null;
}

function limit(field: 'memory' | 'memorySwap' | 'cpus' | 'pids', option: string): Rows {
  return [
    {
      option: `resources.${option}`,
      uses: ({ resources }) => (resources[field] === null ? [] : [`resources/${field}`]),
      since: OLDEST,
      unless: needsCgroup2,
      instead: 'take the limit out, or switch the machine to cgroup v2',
      note: 'without root only with cgroup v2',
    },
  ];
}

const RESOURCE_ROWS = {
  memory: limit('memory', 'memory'),
  memorySwap: [
    ...limit('memorySwap', 'memory_swap'),
    {
      // Podman's API takes -1 for nothing said.
      option: 'resources.memory_swap = -1',
      uses: ({ resources }) => (resources.memorySwap === -1 ? ['resources/memorySwap'] : []),
      since: OLDEST,
      api: { podman: null },
      instead: 'run with --via cli, or write a size',
    },
  ],
  cpus: limit('cpus', 'cpus'),
  pids: limit('pids', 'pids'),
  shm: [
    {
      option: 'resources.shm',
      uses: ({ resources }) => (resources.shm === null ? [] : ['resources/shm']),
      since: OLDEST,
    },
  ],
  ulimits: [
    {
      option: 'resources.ulimits',
      uses: ({ resources }) => resources.ulimits.map(({ name }) => `resources/ulimits/${name}`),
      since: OLDEST,
      // Podman's API leaves them out without a word.
      unless: ({ name, rootless }, via) =>
        name === 'podman' && rootless && via === 'api' ? 'without root only the podman program can' : null,
      instead: 'run with --via cli',
      note: 'rootless podman: not through the API',
    },
  ],
} satisfies Readonly<{ [K in keyof Required<Resources>]: Rows }>;

function healthField(field: keyof Health, option: string): Rows {
  return [
    {
      option: `health.${option}`,
      uses: ({ health }) => (health === null || health[field] === null || health[field] === false ? [] : ['health']),
      since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
      instead: 'take the health check out; podctl itself waits until the port answers',
    },
  ];
}

// Podman would forget them, and use the image's own.
function isOnlyTimes({ test, disable, interval, timeout, startPeriod, retries }: Health): boolean {
  return test === null && !disable && [interval, timeout, startPeriod, retries].some((value) => value !== null);
}

const HEALTH_ROWS = {
  test: [
    ...healthField('test', 'test'),
    {
      option: 'health times without health.test',
      uses: ({ health }) => (health !== null && isOnlyTimes(health) ? ['health'] : []),
      since: { docker: '20.10', podman: null, nerdctl: null, 'podman-hpc': null },
      instead: 'write the test in [container.health], too',
    },
  ],
  interval: healthField('interval', 'interval'),
  timeout: healthField('timeout', 'timeout'),
  startPeriod: healthField('startPeriod', 'start_period'),
  retries: [
    ...healthField('retries', 'retries'),
    {
      option: 'health.retries = 0',
      uses: ({ health }) => (health?.retries === 0 ? ['health'] : []),
      since: { docker: '20.10', podman: null, nerdctl: null, 'podman-hpc': null },
      instead: 'take retries out, or write at least 1',
    },
  ],
  disable: healthField('disable', 'disable'),
} satisfies Readonly<{ [K in keyof Required<Health>]: Rows }>;

export const MOUNT_CAPABILITIES: Rows = Object.values(MOUNT_ROWS).flat();
export const RESOURCE_CAPABILITIES: Rows = Object.values(RESOURCE_ROWS).flat();
export const HEALTH_CAPABILITIES: Rows = Object.values(HEALTH_ROWS).flat();
