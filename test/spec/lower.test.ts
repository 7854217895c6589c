import { describe, expect, test } from 'vitest';
import type { Via } from '../../src/spec/capability.js';
import type { EngineFacts } from '../../src/spec/facts.js';
import { lowerSpec } from '../../src/spec/lower.js';
import { type ContainerSpec, EMPTY_SPEC } from '../../src/spec/spec.js';
import { secretFile } from '../support/samples.js';
import { engine, errorOf, mount, rootlessPodman, spec } from './desk.js';
import { FULL_SPEC } from './full-spec.js';

const podman = (version: string): EngineFacts => engine({ name: 'podman', version });
const rootless = (version: string): EngineFacts => rootlessPodman({ version });
const nerdctl = engine({ name: 'nerdctl', version: '2.1.2' });
const hpc = rootlessPodman({ name: 'podman-hpc', version: '4.9.4' });
const health = { test: null, interval: null, timeout: null, startPeriod: null, retries: null, disable: false };
const resources = EMPTY_SPEC.resources;

describe('what an engine lacks is an error that names the option and the version that has it', () => {
  type Row = readonly [string, Partial<ContainerSpec>, EngineFacts, Via, string, string];
  test.each<Row>([
    [
      'keep-id on docker',
      { userns: 'keep-id' },
      engine(),
      'cli',
      'docker 28.2.2 cannot do `userns = "keep-id"` (userns): no version of docker has it; podman 3.4 and newer have',
      'user = "host"',
    ],
    [
      'keep-id mapping, old podman',
      { userns: 'keep-id:uid=1,gid=1' },
      rootless('4.2.0'),
      'cli',
      'it came with podman 4.3',
      'user = "host"',
    ],
    ['keep-id with root', { userns: 'keep-id' }, podman('5.4.0'), 'cli', 'it needs rootless podman', 'user = "host"'],
    ['keep-id on podman-hpc', { userns: 'keep-id' }, hpc, 'cli', 'no version of podman-hpc has it', 'user = "host"'],
    ['nomap with root', { userns: 'nomap' }, podman('5.4.0'), 'cli', 'it needs rootless podman', 'take userns out'],
    ['auto on docker', { userns: 'auto' }, engine(), 'cli', 'podman 3.4 and newer have', 'use podman'],
    [
      'a made-up userns',
      { userns: 'mine' },
      podman('5.4.0'),
      'cli',
      'no engine that podctl knows has it',
      'take userns out',
    ],
    [
      'userns on nerdctl',
      { userns: 'host' },
      nerdctl,
      'cli',
      'docker 20.10, podman 3.4 and newer have',
      'take userns out',
    ],
    [
      'keep-groups on docker',
      { groups: ['keep-groups'] },
      engine(),
      'cli',
      '`groups = ["keep-groups"]` (groups/0)',
      'numbers',
    ],
    ['gpus on old podman', { gpus: 'all' }, podman('4.0.2'), 'cli', 'it came with podman 4.1', 'podman 4.1'],
    [
      'gpus through podman’s API',
      { gpus: 'all' },
      podman('5.4.0'),
      'api',
      'podman 5.4.0 through its API cannot do `gpus = "all"` (gpus): only the podman program can',
      '--via cli',
    ],
    ['chosen gpus on podman-hpc', { gpus: 'device=0' }, hpc, 'cli', 'no version of podman-hpc has it', 'gpus = "all"'],
    [
      'a CDI device on old docker',
      { devices: ['/dev/fuse', 'nvidia.com/gpu=0'] },
      engine({ version: '24.0.7' }),
      'cli',
      '`devices by CDI name` (devices/1): it came with docker 25.0',
      'by its path',
    ],
    [
      'a CDI device through the API',
      { devices: ['nvidia.com/gpu=0'] },
      podman('5.4.0'),
      'api',
      'only the podman program can',
      '--via cli',
    ],
    [
      'host-gateway on podman 4.6',
      { extraHosts: { host: 'host-gateway' } },
      podman('4.6.2'),
      'cli',
      '(extraHosts/host): it came with podman 4.7',
      'host.containers.internal',
    ],
    [
      'aliases on docker’s default network',
      { networkAliases: ['db'] },
      engine(),
      'cli',
      '`network_aliases on the default network` (networkAliases/0)',
      'make a network',
    ],
    [
      'aliases without root',
      { networkAliases: ['db'] },
      rootless('5.4.0'),
      'cli',
      'without root the default network has no names',
      'make a network',
    ],
    [
      'aliases on the host’s network',
      { networkAliases: ['db'], network: 'host' },
      engine(),
      'cli',
      'no engine that podctl knows has it',
      'take network_aliases out',
    ],
    [
      'aliases on nerdctl',
      { networkAliases: ['db'], network: 'own' },
      nerdctl,
      'cli',
      'no version of nerdctl has it',
      'by its name',
    ],
    [
      'a secret of the engine on docker',
      { secrets: [{ by: 'engine', name: 'KEY', secret: 'k', as: 'env', target: 'KEY' }] },
      engine(),
      'cli',
      '`engine_secret as a variable` (secrets/KEY): no version of docker has it',
      'source = { file = "…" }',
    ],
    [
      'a secret of the engine through podman’s API',
      { secrets: [{ by: 'engine', name: 'KEY', secret: 'k', as: 'file', target: '/k' }] },
      podman('4.3.1'),
      'api',
      'only the podman program can',
      'source = { file = "…" }',
    ],
    [
      'health on nerdctl',
      { health: { ...health, test: ['CMD', 'x'] } },
      nerdctl,
      'cli',
      '`health.test`',
      'waits until the port answers',
    ],
    [
      'no health on nerdctl',
      { health: { ...health, disable: true } },
      nerdctl,
      'cli',
      '`health.disable`',
      'take the health check out',
    ],
    [
      'no retries on podman',
      { health: { ...health, test: ['CMD', 'x'], retries: 0 } },
      podman('5.4.0'),
      'cli',
      '`health.retries = 0`',
      'at least 1',
    ],
    [
      'health times without a test on podman',
      { health: { ...health, interval: 1000 } },
      podman('5.4.0'),
      'cli',
      '`health times without health.test`',
      'write the test',
    ],
    [
      'unlimited swap through podman’s API',
      { resources: { ...resources, memorySwap: -1 } },
      podman('5.4.0'),
      'api',
      '`resources.memory_swap = -1`',
      '--via cli',
    ],
    [
      'a platform through the API of old podman',
      { platform: 'linux/arm64' },
      podman('4.3.1'),
      'api',
      'it came with podman 5.0',
      '--via cli',
    ],
    [
      'a seccomp file through docker’s API',
      { security: ['seccomp=/etc/s.json'] },
      engine(),
      'api',
      '`security: seccomp=FILE` (security/0)',
      '--via cli',
    ],
    [
      'a colon in a relabelled path on docker',
      { mounts: [mount({ source: '/a:b', selinux: 'shared' })] },
      engine(),
      'cli',
      'together with selinux',
      'selinux = "none"',
    ],
    [
      'a colon in the path of a tmpfs through podman’s API',
      { mounts: [mount({ type: 'tmpfs', source: '', target: '/a:b' })] },
      podman('5.4.0'),
      'api',
      'together with propagation, tmpfs',
      '--via cli',
    ],
    [
      'a label on nerdctl',
      { mounts: [mount({ selinux: 'shared' })] },
      nerdctl,
      'cli',
      '`mounts: selinux` (mounts/data)',
      'selinux = "none"',
    ],
    [
      'a volume driver on nerdctl',
      { mounts: [mount({ type: 'volume', driver: 'nfs' })] },
      nerdctl,
      'cli',
      '`mounts: driver`',
      'bind mount',
    ],
    [
      'volume options on nerdctl',
      { mounts: [mount({ type: 'volume', options: { o: 'x' } })] },
      nerdctl,
      'cli',
      '`mounts: options`',
      'bind mount',
    ],
    [
      'memory on cgroup v1',
      { resources: { ...resources, memory: 1 } },
      rootlessPodman({ cgroup: 1 }),
      'cli',
      '`resources.memory` (resources/memory): without root it needs cgroup v2',
      'cgroup v2',
    ],
    [
      'pids on cgroup v1, docker',
      { resources: { ...resources, pids: 1 } },
      engine({ rootless: true, cgroup: 1 }),
      'cli',
      '`resources.pids`',
      'cgroup v2',
    ],
    [
      'ulimits through podman’s API',
      { resources: { ...resources, ulimits: [{ name: 'nofile', soft: 1, hard: 1 }] } },
      rootless('5.4.0'),
      'api',
      '(resources/ulimits/nofile): without root only the podman program can',
      '--via cli',
    ],
    [
      'label on nerdctl',
      { security: ['label=disable'] },
      nerdctl,
      'cli',
      '`security: label=…` (security/0)',
      'nerdctl does not label',
    ],
    [
      'unmask on docker',
      { security: ['unmask=ALL'] },
      engine(),
      'cli',
      '`security: mask, unmask, proc-opts`',
      'use podman',
    ],
    [
      'systempaths on podman 4.2',
      { security: ['systempaths=unconfined'] },
      podman('4.2.0'),
      'cli',
      'it came with podman 4.3',
      'unmask=ALL',
    ],
    [
      'a made-up security option',
      { security: ['shiny=1'] },
      engine(),
      'cli',
      '`security: anything else`',
      'take it out',
    ],
    [
      'a pid namespace by path',
      { pid: 'ns:/proc/1/ns/pid' },
      engine(),
      'cli',
      '`pid = "private" or "ns:…"`',
      'the default',
    ],
    ['no ipc on podman 4.2', { ipc: 'none' }, podman('4.2.0'), 'cli', 'it came with podman 4.3', 'ipc = "private"'],
    ['an ipc namespace by path', { ipc: 'ns:/x' }, engine(), 'cli', '`ipc = "ns:…"`', 'container:NAME'],
  ])('%s', (_, parts, facts, via, message, hint) => {
    const error = errorOf(() => lowerSpec(spec(parts), facts, via));
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test('everything that is lacking is said at once', () => {
    const error = errorOf(() =>
      lowerSpec(spec({ userns: 'keep-id', gpus: 'all', ipc: 'ns:/x' }), podman('4.0.0'), 'cli'),
    );
    expect(error.message).toBe('podman 4.0.0 lacks what this container needs: 2 problems');
    expect(error.problems.map(({ message }) => message)).toEqual([
      'podman 4.0.0 cannot do `userns = "keep-id"` (userns): it needs rootless podman',
      'podman 4.0.0 cannot do `gpus = "all"` (gpus): it came with podman 4.1',
    ]);
  });

  test.each([
    ['docker', '19.03.15', '20.10'],
    ['podman', '3.3.1', '3.4'],
    ['nerdctl', '0.23.0', '1.0'],
    ['podman-hpc', '3.0', '3.4'],
  ] as const)('%s %s is too old', (name, version, oldest) => {
    const error = errorOf(() => lowerSpec(spec(), engine({ name, version }), 'cli'));
    expect([error.code, error.message]).toEqual([
      'UNAVAILABLE',
      `${name} ${version} is too old: podctl needs ${oldest} or newer`,
    ]);
  });

  test.each(['nerdctl', 'podman-hpc'] as const)('%s has no API', (name) => {
    const error = errorOf(() => lowerSpec(spec(), engine({ name, version: '5.0' }), 'api'));
    expect([error.code, error.hint]).toEqual(['UNAVAILABLE', 'run with --via cli']);
  });
});

describe('what an engine has passes unchanged', () => {
  test.each<[string, Partial<ContainerSpec>, EngineFacts, Via]>([
    ['everything, on rootless podman', FULL_SPEC, rootlessPodman(), 'cli'],
    ['keep-id mapping on podman 4.3', { userns: 'keep-id:uid=1,gid=1' }, rootless('4.3.1'), 'cli'],
    ['keep-id through the API', { userns: 'keep-id' }, rootless('4.3.1'), 'api'],
    ['a CDI device on docker 25', { devices: ['nvidia.com/gpu=0'] }, engine({ version: '25.0.0' }), 'cli'],
    ['gpus through docker’s API', { gpus: '2' }, engine(), 'api'],
    ['gpus on nerdctl', { gpus: 'device=0' }, nerdctl, 'cli'],
    ['host-gateway on nerdctl', { extraHosts: { host: 'host-gateway' } }, nerdctl, 'cli'],
    [
      'memory with root on cgroup v1',
      { resources: { ...resources, memory: 1, memorySwap: -1, cpus: 1 } },
      podman('4.3.1'),
      'cli',
    ],
    ['a secret file on nerdctl', { secrets: [secretFile()] }, nerdctl, 'cli'],
    ['a secret file through docker’s API', { secrets: [secretFile()] }, engine(), 'api'],
    ['aliases on a network of one’s own', { networkAliases: ['db'], network: 'own' }, engine(), 'cli'],
    ['aliases on podman’s default network', { networkAliases: ['db'], network: 'bridge' }, podman('4.3.1'), 'cli'],
    [
      'ulimits without root, by the program',
      { resources: { ...resources, ulimits: [{ name: 'nofile', soft: 1, hard: 1 }] } },
      rootless('4.3.1'),
      'cli',
    ],
    ['pid = "private" on podman', { pid: 'private' }, podman('4.3.1'), 'cli'],
    ['a version that cannot be read', { userns: 'keep-id:uid=1,gid=1' }, rootless('HEAD'), 'cli'],
    ['all gpus on podman-hpc', { gpus: 'all' }, hpc, 'cli'],
  ])('%s', (_, parts, facts, via) => {
    expect(lowerSpec(spec(parts), facts, via)).toEqual(spec(parts));
  });
});

describe('an older spelling', () => {
  test('docker’s colon becomes the equals sign that all engines read', () => {
    const security = ['label:type:x_t', 'seccomp:unconfined', 'apparmor:unconfined', 'no-new-privileges:true'];
    expect(lowerSpec(spec({ security }), podman('4.3.1'), 'cli').security).toEqual([
      'label=type:x_t',
      'seccomp=unconfined',
      'apparmor=unconfined',
      'no-new-privileges:true',
    ]);
  });

  test('pid = "private" is docker’s default, for which it has no word', () => {
    expect(lowerSpec(spec({ pid: 'private' }), engine(), 'cli').pid).toBeNull();
  });
});
