import { formatDuration } from '../../core/duration.js';
import { formatPort } from '../../core/port.js';
import { formatSize } from '../../core/size.js';
import { quoteCsv } from '../../spec/csv.js';
import { secretPointer } from '../../spec/secret-mount.js';
import type { ContainerSpec, Mount, Resources } from '../../spec/spec.js';
import { formatCpus, toSeconds } from '../amounts.js';
import { parseGpus } from '../gpu.js';
import { shellTest } from '../health.js';
import { secretFileMounts } from '../secret-mounts.js';
import type { ArgToken } from '../token.js';
import { startWords } from '../words.js';
import { type Dialect, each, option, toggle } from './flags.js';
import { formatMount, formatVolume, type MountWords } from './mount.js';

const MOUNT_WORDS: MountWords = {
  readOnly: { bind: 'readonly', volume: 'readonly', tmpfs: 'readonly' },
  relabel: null,
  driver: true,
};

/** Docker's flags. */
export const docker = {
  name: (spec) => option('--name', orNull(spec.name), 'name'),
  // The image stands alone after the flags; `--` only where it could be taken for one.
  image: (spec) => [...toggle('--', spec.image.startsWith('-'), 'image'), { text: spec.image, at: 'image' }],
  platform: (spec) => option('--platform', spec.platform, 'platform'),
  // One word: podman's flag has a value that may be left out, so the next word would not be its value.
  pull: (spec) => toggle(`--pull=${spec.pull}`, spec.pull !== null, 'pull'),
  hostname: (spec) => option('--hostname', spec.hostname, 'hostname'),
  user: (spec) => option('--user', spec.user, 'user'),
  groups: (spec) => each('--group-add', spec.groups, 'groups'),
  userns: (spec) => option('--userns', spec.userns, 'userns'),
  workdir: (spec) => option('--workdir', spec.workdir, 'workdir'),
  entrypoint: (spec) => option('--entrypoint', startWords(spec).entrypoint, 'entrypoint'),
  args: (spec) => [
    ...startWords(spec).rest.map((text) => ({ text, at: 'entrypoint' })),
    ...spec.args.map((text, index) => ({ text, at: `args/${index}` })),
  ],
  init: (spec) => toggle('--init', spec.init, 'init'),
  tty: (spec) => toggle('--tty', spec.tty, 'tty'),
  interactive: (spec) => toggle('--interactive', spec.interactive, 'interactive'),
  env: (_, { envFile, inlineEnv }) => [
    ...option('--env-file', envFile, 'env'),
    ...inlineEnv.flatMap((name) => option('--env', name, `env/${name}`)),
  ],
  secrets: (spec) =>
    secretFileMounts(spec.secrets, 'docker').flatMap((mount) => dockerMount(mount, secretPointer(mount.key))),
  mounts: (spec) => spec.mounts.flatMap((mount) => dockerMount(mount)),
  ports: (spec) => spec.ports.flatMap((port) => option('-p', formatPort(port), `ports/${port.key}`)),
  labels: (spec) => pairs('--label', spec.labels, { at: 'labels', between: '=' }),
  resources: (spec) => resourceFlags(spec.resources),
  network: (spec) => option('--network', spec.network, 'network'),
  networkAliases: (spec) => each('--network-alias', spec.networkAliases, 'networkAliases'),
  extraHosts: (spec) => pairs('--add-host', spec.extraHosts, { at: 'extraHosts', between: ':' }),
  dns: (spec) => each('--dns', spec.dns, 'dns'),
  devices: (spec) => each('--device', spec.devices, 'devices'),
  gpus: (spec) => gpuFlag(spec),
  capAdd: (spec) => each('--cap-add', spec.capAdd, 'capAdd'),
  capDrop: (spec) => each('--cap-drop', spec.capDrop, 'capDrop'),
  security: (spec) => each('--security-opt', spec.security, 'security'),
  privileged: (spec) => toggle('--privileged', spec.privileged, 'privileged'),
  readOnlyRoot: (spec) => toggle('--read-only', spec.readOnlyRoot, 'readOnlyRoot'),
  pid: (spec) => option('--pid', spec.pid, 'pid'),
  ipc: (spec) => option('--ipc', spec.ipc, 'ipc'),
  stopSignal: (spec) => option('--stop-signal', spec.stopSignal, 'stopSignal'),
  stopTimeout: (spec) =>
    option('--stop-timeout', spec.stopTimeout === null ? null : String(toSeconds(spec.stopTimeout)), 'stopTimeout'),
  health: (spec) => healthFlags(spec, shellTest),
  restart: (spec) => option('--restart', spec.restart, 'restart'),
} satisfies Dialect;

/** `--health-…` for a test in an engine's spelling. */
export function healthFlags(spec: ContainerSpec, spell: (test: readonly string[]) => string): readonly ArgToken[] {
  const { health } = spec;
  if (health === null) return [];
  if (health.disable) return toggle('--no-healthcheck', true, 'health');
  return [
    ...option('--health-cmd', health.test === null ? null : spell(health.test), 'health'),
    ...timeFlag('--health-interval', health.interval),
    ...timeFlag('--health-timeout', health.timeout),
    ...timeFlag('--health-start-period', health.startPeriod),
    ...option('--health-retries', numberOrNull(health.retries), 'health'),
  ];
}

function timeFlag(flag: string, milliseconds: number | null): readonly ArgToken[] {
  return option(flag, milliseconds === null ? null : formatDuration(milliseconds), 'health');
}

/** `--NAME KEY<between>VALUE` per entry of a table. */
export function pairs(
  flag: string,
  table: Readonly<Record<string, string>>,
  { at, between }: { readonly at: string; readonly between: string },
): readonly ArgToken[] {
  return Object.entries(table).flatMap(([key, value]) => option(flag, `${key}${between}${value}`, `${at}/${key}`));
}

function dockerMount(mount: Mount, at = `mounts/${mount.key}`): readonly ArgToken[] {
  // --mount has no word for relabelling (docker/cli), --volume has.
  if (mount.selinux !== null) return option('--volume', formatVolume(mount), at);
  return option('--mount', formatMount(mount, MOUNT_WORDS), at);
}

function resourceFlags(resources: Resources): readonly ArgToken[] {
  const { memory, memorySwap, cpus, pids, shm, ulimits } = resources;
  return [
    ...option('--memory', sizeOrNull(memory), 'resources/memory'),
    ...option('--memory-swap', sizeOrNull(memorySwap), 'resources/memorySwap'),
    ...option('--cpus', cpus === null ? null : formatCpus(cpus), 'resources/cpus'),
    ...option('--pids-limit', numberOrNull(pids), 'resources/pids'),
    ...option('--shm-size', sizeOrNull(shm), 'resources/shm'),
    ...ulimits.flatMap(({ name, soft, hard }) =>
      option('--ulimit', `${name}=${soft}:${hard}`, `resources/ulimits/${name}`),
    ),
  ];
}

// The value is CSV: several devices would else be read as several settings.
function gpuFlag(spec: ContainerSpec): readonly ArgToken[] {
  if (spec.gpus === null) return [];
  parseGpus(spec.gpus);
  return option('--gpus', quoteCsv(spec.gpus), 'gpus');
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

// -1 stands for no limit.
function sizeOrNull(bytes: number | null): string | null {
  return bytes !== null && bytes > 0 ? formatSize(bytes) : numberOrNull(bytes);
}

function numberOrNull(value: number | null): string | null {
  return value === null ? null : String(value);
}
