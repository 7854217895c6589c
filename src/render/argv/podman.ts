import { formatPort } from '../../core/port.js';
import { quoteCsv } from '../../spec/csv.js';
import { secretMount } from '../../spec/secret-mount.js';
import type { ContainerSecret } from '../../spec/secrets.js';
import type { ContainerSpec } from '../../spec/spec.js';
import { cannotSay } from '../cannot-say.js';
import { gpuDevices, parseGpus } from '../gpu.js';
import { podmanTest, refuseTimesAlone } from '../health.js';
import type { ArgToken } from '../token.js';
import { podmanEntrypoint, startWords } from '../words.js';
import { docker, healthFlags, pairs } from './docker.js';
import { type Dialect, each, option } from './flags.js';
import { formatMount, type MountWords } from './mount.js';

const MOUNT_WORDS: MountWords = {
  // Podman 4.3 knows `readonly` for binds alone, `ro` for all.
  readOnly: { bind: 'readonly', volume: 'ro', tmpfs: 'ro' },
  relabel: (label) => `relabel=${label}`,
  // Podman takes volume-opt for an option of the mount; driver and options belong to `volume create`.
  driver: false,
};

/** Podman's flags: docker's, but for lists that podman reads as CSV, relabelling, exec forms as JSON and GPUs as devices. */
export const podman = {
  ...docker,
  groups: (spec) => each('--group-add', spec.groups.map(quoteCsv), 'groups'),
  entrypoint: (spec) => entrypointFlag(spec),
  env: (_, { envFile, inlineEnv }) => [
    ...option('--env-file', envFile === null ? null : quoteCsv(envFile), 'env'),
    ...inlineEnv.flatMap((name) => option('--env', name, `env/${name}`)),
  ],
  secrets: (spec) => spec.secrets.flatMap(secretFlags),
  mounts: (spec) =>
    spec.mounts.flatMap((mount) => option('--mount', formatMount(mount, MOUNT_WORDS), `mounts/${mount.key}`)),
  ports: (spec) => spec.ports.flatMap((port) => option('-p', quoteCsv(formatPort(port)), `ports/${port.key}`)),
  networkAliases: (spec) => each('--network-alias', spec.networkAliases.map(quoteCsv), 'networkAliases'),
  extraHosts: (spec) => pairs('--add-host', spec.extraHosts, { at: 'extraHosts', between: ':' }),
  dns: (spec) => each('--dns', spec.dns.map(quoteCsv), 'dns'),
  devices: (spec) => each('--device', spec.devices.map(quoteCsv), 'devices'),
  gpus: (spec) => gpuFlags(spec),
  capAdd: (spec) => each('--cap-add', spec.capAdd.map(quoteCsv), 'capAdd'),
  capDrop: (spec) => each('--cap-drop', spec.capDrop.map(quoteCsv), 'capDrop'),
  health: (spec) => podmanHealth(spec),
} satisfies Dialect;

function secretFlags(secret: ContainerSecret): readonly ArgToken[] {
  const at = `secrets/${secret.name}`;
  if (secret.by === 'file') return option('--mount', formatMount(secretMount(secret), MOUNT_WORDS), at);
  // The value is split at commas, and nothing quotes them.
  if (secret.target.includes(',')) {
    throw cannotSay(
      `podman cannot put a secret at \`${secret.target}\`: there is a comma in it`,
      'choose another target',
    );
  }
  const type = secret.as === 'env' ? 'env' : 'mount';
  return option('--secret', `${secret.secret},type=${type},target=${secret.target}`, at);
}

function entrypointFlag(spec: ContainerSpec): readonly ArgToken[] {
  const { entrypoint } = startWords(spec);
  return option('--entrypoint', entrypoint === null ? null : podmanEntrypoint(entrypoint), 'entrypoint');
}

function gpuFlags(spec: ContainerSpec): readonly ArgToken[] {
  if (spec.gpus === null) return [];
  return gpuDevices(parseGpus(spec.gpus)).flatMap((device) => option('--device', quoteCsv(device), 'gpus'));
}

function podmanHealth(spec: ContainerSpec): readonly ArgToken[] {
  if (spec.health !== null && !spec.health.disable) refuseTimesAlone(spec.health);
  return healthFlags(spec, podmanTest);
}
