import { type Capability, OLDEST } from './capability.js';
import { HEALTH_CAPABILITIES, MOUNT_CAPABILITIES, RESOURCE_CAPABILITIES } from './capability-parts.js';
import {
  GROUPS_CAPABILITIES,
  IPC_CAPABILITIES,
  PID_CAPABILITIES,
  SECURITY_CAPABILITIES,
  USERNS_CAPABILITIES,
} from './capability-rights.js';
import { SECRET_CAPABILITIES } from './capability-secrets.js';
import { asks, entries, everywhere, NOWHERE, word } from './capability-uses.js';
import type { ContainerSpec } from './spec.js';

const isCdi = (device: string): boolean => !device.startsWith('/');

/**
 * What every engine can do, by field of the spec. A new field does not compile without a row here. Where a version is not certain,
 * the later one stands: an option that is refused too early can be seen and told, one that is left out cannot.
 */
export const CAPABILITIES = {
  name: everywhere('name', 'the container’s name'),
  image: everywhere('image', 'the image'),
  platform: [
    {
      // Earlier podmen take the image that they have, without a word.
      option: 'images.*.platform',
      uses: asks('platform'),
      since: OLDEST,
      api: { podman: '5.0' },
      instead: 'run with --via cli',
    },
  ],
  pull: everywhere('pull', 'images.*.pull'),
  hostname: everywhere('hostname', 'hostname'),
  user: everywhere('user', 'user'),
  groups: GROUPS_CAPABILITIES,
  userns: USERNS_CAPABILITIES,
  workdir: everywhere('workdir', 'workdir'),
  entrypoint: everywhere('entrypoint', 'entrypoint'),
  args: everywhere('args', 'arguments'),
  init: [
    {
      option: 'init',
      uses: asks('init'),
      since: OLDEST,
      note: 'podman needs catatonit on the host, nerdctl needs tini',
    },
  ],
  tty: everywhere('tty', 'tty'),
  interactive: everywhere('interactive', 'standard input'),
  env: everywhere('env', 'env'),
  secrets: SECRET_CAPABILITIES,
  mounts: MOUNT_CAPABILITIES,
  ports: everywhere('ports', 'ports'),
  labels: everywhere('labels', 'labels'),
  resources: RESOURCE_CAPABILITIES,
  network: [
    {
      option: 'network',
      uses: asks('network'),
      since: OLDEST,
      note: 'with an engine in a virtual machine, "host" is the network of that machine',
    },
  ],
  networkAliases: [
    {
      option: 'network_aliases on a network of your own',
      uses: aliases((network) => network !== null && !isShared(network) && !isDefault(network)),
      since: { docker: '20.10', podman: '3.4', nerdctl: null, 'podman-hpc': null },
      instead: 'reach the container by its name',
    },
    {
      option: 'network_aliases on the default network',
      uses: aliases((network) => network === null || isDefault(network)),
      since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': null },
      unless: ({ rootless }) => (rootless ? 'without root the default network has no names' : null),
      instead: 'make a network (`docker network create NAME`) and write network = "NAME"',
    },
    {
      option: 'network_aliases with network = "host", "none" or "container:…"',
      uses: aliases((network) => network !== null && isShared(network)),
      since: NOWHERE,
      instead: 'take network_aliases out',
    },
  ],
  extraHosts: [
    {
      option: 'extra_hosts',
      uses: (spec) => hosts(spec, (address) => address !== 'host-gateway'),
      since: OLDEST,
    },
    {
      option: 'extra_hosts with host-gateway',
      uses: (spec) => hosts(spec, (address) => address === 'host-gateway'),
      since: { docker: '20.10', podman: '4.7', nerdctl: '1.0', 'podman-hpc': '4.7' },
      instead: 'podman itself adds host.containers.internal for this machine',
    },
  ],
  dns: everywhere('dns', 'dns'),
  devices: [
    { option: 'devices by path', uses: entries('devices', (device) => !isCdi(device)), since: OLDEST },
    {
      option: 'devices by CDI name',
      uses: entries('devices', isCdi),
      since: { docker: '25.0', podman: '4.1', nerdctl: null, 'podman-hpc': null },
      api: { podman: null },
      instead: 'name the device by its path, or run with --via cli',
    },
  ],
  gpus: [
    {
      option: 'gpus = "all"',
      uses: word('gpus', (gpus) => gpus === 'all'),
      since: { docker: '20.10', podman: '4.1', nerdctl: '1.0', 'podman-hpc': '3.4' },
      api: { podman: null },
      instead: 'run with --via cli, on podman 4.1 or newer',
      note: 'docker and nerdctl --gpus, podman --device nvidia.com/gpu=all, podman-hpc --gpu',
    },
    {
      option: 'gpus by number or name',
      uses: word('gpus', (gpus) => gpus !== 'all'),
      since: { docker: '20.10', podman: '4.1', nerdctl: '1.0', 'podman-hpc': null },
      api: { podman: null },
      instead: 'write gpus = "all", or run with --via cli',
    },
  ],
  capAdd: everywhere('capAdd', 'cap_add'),
  capDrop: everywhere('capDrop', 'cap_drop'),
  security: SECURITY_CAPABILITIES,
  privileged: everywhere('privileged', 'privileged'),
  readOnlyRoot: [
    {
      option: 'read_only',
      uses: asks('readOnlyRoot'),
      since: OLDEST,
      note: 'podman leaves /run, /tmp and /var/tmp writable, in memory',
    },
  ],
  pid: PID_CAPABILITIES,
  ipc: IPC_CAPABILITIES,
  stopSignal: everywhere('stopSignal', 'stop_signal'),
  stopTimeout: everywhere('stopTimeout', 'stop_timeout'),
  health: HEALTH_CAPABILITIES,
  restart: everywhere('restart', 'restart'),
} satisfies Readonly<{ [K in keyof Required<ContainerSpec>]: readonly Capability[] }>;

function aliases(matches: (network: string | null) => boolean): Capability['uses'] {
  return ({ network, networkAliases }) =>
    matches(network) ? networkAliases.map((_, index) => `networkAliases/${index}`) : [];
}

function isShared(network: string): boolean {
  return /^(host|none|container:.*)$/.test(network);
}

function isDefault(network: string): boolean {
  return network === 'bridge' || network === 'default';
}

function hosts({ extraHosts }: ContainerSpec, matches: (address: string) => boolean): readonly string[] {
  return Object.entries(extraHosts).flatMap(([name, address]) => (matches(address) ? [`extraHosts/${name}`] : []));
}
