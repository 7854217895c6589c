import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { renderCreate } from '../../src/render/engine-api.js';
import { type ContainerSpec, EMPTY_SPEC, type Health } from '../../src/spec/spec.js';
import { secretFile } from '../support/samples.js';
import { mount, port, refusalOf, spec, target } from './desk.js';

const ATTACHED = { detach: false, remove: false };

const BARE = {
  Image: 'app:1',
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  AttachStdin: false,
  AttachStdout: true,
  AttachStderr: true,
};

type Part = { readonly top?: object; readonly host?: object };
type Row = [
  what: string,
  field: keyof ContainerSpec,
  wanted: Partial<ContainerSpec>,
  docker: Part,
  /** Where podman's API needs other words. A text is the message of the refusal. */
  podman?: Part | string,
];

const check: Health = {
  test: ['CMD-SHELL', 'true'],
  interval: 30_000,
  timeout: 1.5,
  startPeriod: 0,
  retries: 3,
  disable: false,
};
const untested: Health = { ...check, test: null, interval: null, timeout: null, startPeriod: null, retries: null };
const resources = EMPTY_SPEC.resources;

const ROWS: Row[] = [
  ['name', 'name', { name: 'web' }, {}],
  ['platform', 'platform', { platform: 'linux/arm64' }, {}],
  ['pull, which is a step of its own', 'pull', { pull: 'always' }, {}],
  ['image', 'image', { image: 'b:2' }, { top: { Image: 'b:2' } }],
  ['hostname', 'hostname', { hostname: 'web' }, { top: { Hostname: 'web' } }],
  ['user', 'user', { user: '1000:1000' }, { top: { User: '1000:1000' } }],
  ['groups', 'groups', { groups: ['27'] }, { host: { GroupAdd: ['27'] } }],
  ['user namespace', 'userns', { userns: 'host' }, { host: { UsernsMode: 'host' } }],
  ['working folder', 'workdir', { workdir: '/w' }, { top: { WorkingDir: '/w' } }],
  [
    'entrypoint',
    'entrypoint',
    { entrypoint: ['sh', '-c'], args: ['x'] },
    { top: { Entrypoint: ['sh'], Cmd: ['-c', 'x'] } },
  ],
  ['no entrypoint', 'entrypoint', { entrypoint: [], args: ['sh'] }, { top: { Entrypoint: [''], Cmd: ['sh'] } }],
  [
    'an entrypoint that podman would read as JSON',
    'entrypoint',
    { entrypoint: ['null'] },
    { top: { Entrypoint: ['null'] } },
    { top: { Entrypoint: ['["null"]'] } },
  ],
  ['arguments', 'args', { args: ['', '-x'] }, { top: { Cmd: ['', '-x'] } }],
  ['init', 'init', { init: true }, { host: { Init: true } }],
  ['terminal', 'tty', { tty: true }, { top: { Tty: true } }],
  [
    'standard input',
    'interactive',
    { interactive: true },
    { top: { OpenStdin: true, StdinOnce: true, AttachStdin: true } },
  ],
  [
    'env, the last of a name',
    'env',
    {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: 'x\ny' },
        { name: 'A', value: '' },
      ],
    },
    { top: { Env: ['A=', 'B=x\ny'] } },
  ],
  [
    'bind, read-only',
    'mounts',
    { mounts: [mount({ readOnly: true })] },
    { host: { Mounts: [{ Type: 'bind', Source: '/srv/data', Target: '/data', ReadOnly: true }] } },
  ],
  [
    // Podman makes a bind with BindOptions non-recursive.
    'bind with propagation',
    'mounts',
    { mounts: [mount({ propagation: 'rslave' })] },
    {
      host: {
        Mounts: [{ Type: 'bind', Source: '/srv/data', Target: '/data', BindOptions: { Propagation: 'rslave' } }],
      },
    },
    { host: { Binds: ['/srv/data:/data:rw,rslave'] } },
  ],
  [
    'SELinux labels',
    'mounts',
    { mounts: [mount({ selinux: 'shared', readOnly: true }), mount({ selinux: 'private', target: '/b' })] },
    { host: { Binds: ['/srv/data:/data:ro,z', '/srv/data:/b:rw,Z'] } },
  ],
  [
    // Podman writes Mounts into an unquoted CSV line.
    'a comma and a quote in paths',
    'mounts',
    { mounts: [mount({ source: '/a,b' }), mount({ source: '/a', target: '/a"b' }), mount({ source: '/c' })] },
    {
      host: {
        Mounts: [
          { Type: 'bind', Source: '/a,b', Target: '/data' },
          { Type: 'bind', Source: '/a', Target: '/a"b' },
          { Type: 'bind', Source: '/c', Target: '/data' },
        ],
      },
    },
    { host: { Mounts: [{ Type: 'bind', Source: '/c', Target: '/data' }], Binds: ['/a,b:/data:rw', '/a:/a"b:rw'] } },
  ],
  [
    'a comma and a colon in a path',
    'mounts',
    { mounts: [mount({ source: '/a,b:c' })] },
    { host: { Mounts: [{ Type: 'bind', Source: '/a,b:c', Target: '/data' }] } },
    "podman's API cannot say mount `data`: there is a colon in `/a,b:c` or `/data`",
  ],
  [
    'Windows path',
    'mounts',
    { mounts: [mount({ source: String.raw`C:\a,b` })] },
    { host: { Mounts: [{ Type: 'bind', Source: String.raw`C:\a,b`, Target: '/data' }] } },
    { host: { Binds: [String.raw`C:\a,b:/data:rw`] } },
  ],
  [
    'volumes, named and anonymous',
    'mounts',
    {
      mounts: [
        mount({ type: 'volume', source: 'cache', readOnly: true }),
        mount({ type: 'volume', source: '', target: '/x' }),
      ],
    },
    {
      host: {
        Mounts: [
          { Type: 'volume', Source: 'cache', Target: '/data', ReadOnly: true },
          { Type: 'volume', Target: '/x' },
        ],
      },
    },
  ],
  [
    'anonymous volume on a path with a comma',
    'mounts',
    { mounts: [mount({ type: 'volume', source: '', target: '/a,b' })] },
    { host: { Mounts: [{ Type: 'volume', Target: '/a,b' }] } },
    { host: { Binds: ['/a,b'] } },
  ],
  [
    // Podman's volume is made with them before.
    'volume with driver and options',
    'mounts',
    { mounts: [mount({ type: 'volume', source: 'cache', driver: 'local', options: { type: 'nfs' } })] },
    {
      host: {
        Mounts: [
          {
            Type: 'volume',
            Source: 'cache',
            Target: '/data',
            VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'nfs' } } },
          },
        ],
      },
    },
    { host: { Mounts: [{ Type: 'volume', Source: 'cache', Target: '/data' }] } },
  ],
  [
    // Podman fills the missing one of size and mode with 0.
    'tmpfs',
    'mounts',
    {
      mounts: [
        mount({ type: 'tmpfs', source: '', size: 4096, mode: '0700' }),
        mount({ type: 'tmpfs', source: '', target: '/b' }),
      ],
    },
    {
      host: {
        Mounts: [
          { Type: 'tmpfs', Target: '/data', TmpfsOptions: { SizeBytes: 4096, Mode: 0o700 } },
          { Type: 'tmpfs', Target: '/b' },
        ],
      },
    },
    { host: { Tmpfs: { '/data': 'rw,size=4096,mode=0700', '/b': 'rw' } } },
  ],
  [
    'ports',
    'ports',
    {
      ports: [
        port(),
        port({ hostPort: null }),
        port({ address: '0.0.0.0', hostPort: 53, containerPort: 53, protocol: 'udp' }),
      ],
    },
    {
      top: { ExposedPorts: { '5000/tcp': {}, '53/udp': {} } },
      host: {
        PortBindings: {
          '5000/tcp': [
            { HostIp: '127.0.0.1', HostPort: '5000' },
            { HostIp: '127.0.0.1', HostPort: '' },
          ],
          '53/udp': [{ HostIp: '0.0.0.0', HostPort: '53' }],
        },
      },
    },
    {
      top: { ExposedPorts: { '5000/tcp': {}, '53/udp': {} } },
      host: {
        PortBindings: {
          '5000/tcp': [
            { HostIp: '127.0.0.1', HostPort: '5000' },
            { HostIp: '127.0.0.1', HostPort: '' },
          ],
          '53/udp': [{ HostIp: '', HostPort: '53' }],
        },
      },
    },
  ],
  ['labels', 'labels', { labels: { 'podctl.mode': 'public' } }, { top: { Labels: { 'podctl.mode': 'public' } } }],
  [
    'limits',
    'resources',
    {
      resources: {
        memory: 1024,
        memorySwap: 2048,
        cpus: 0.57,
        pids: 9,
        shm: 64,
        ulimits: [{ name: 'core', soft: 0, hard: -1 }],
      },
    },
    {
      host: {
        Memory: 1024,
        MemorySwap: 2048,
        NanoCpus: 570_000_000,
        PidsLimit: 9,
        ShmSize: 64,
        Ulimits: [{ Name: 'core', Soft: 0, Hard: -1 }],
      },
    },
  ],
  [
    'no limit of processes',
    'resources',
    { resources: { ...resources, pids: -1 } },
    { host: { PidsLimit: -1 } },
    { host: { PidsLimit: 0 } },
  ],
  [
    'unlimited swap',
    'resources',
    { resources: { ...resources, memory: 1, memorySwap: -1 } },
    { host: { Memory: 1, MemorySwap: -1 } },
    "podman's API cannot say unlimited swap",
  ],
  [
    'a secret by a file',
    'secrets',
    { secrets: [secretFile({ source: '/s/token' })] },
    { host: { Mounts: [{ Type: 'bind', Source: '/s/token', Target: '/run/secrets/TOKEN', ReadOnly: true }] } },
  ],
  ['network', 'network', { network: 'mesh' }, { host: { NetworkMode: 'mesh' } }],
  [
    'network aliases',
    'networkAliases',
    { network: 'mesh', networkAliases: ['db'] },
    { top: { NetworkingConfig: { EndpointsConfig: { mesh: { Aliases: ['db'] } } } }, host: { NetworkMode: 'mesh' } },
  ],
  ['extra hosts', 'extraHosts', { extraHosts: { six: '::1' } }, { host: { ExtraHosts: ['six:::1'] } }],
  ['name servers', 'dns', { dns: ['192.0.2.1'] }, { host: { Dns: ['192.0.2.1'] } }],
  [
    'devices by path',
    'devices',
    { devices: ['/dev/a', '/dev/a:/dev/b', '/dev/a:/dev/b:r', '/dev/a:rw'] },
    {
      host: {
        Devices: [
          { PathOnHost: '/dev/a', PathInContainer: '/dev/a', CgroupPermissions: 'rwm' },
          { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'rwm' },
          { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
          { PathOnHost: '/dev/a', PathInContainer: '/dev/a', CgroupPermissions: 'rw' },
        ],
      },
    },
  ],
  [
    'devices by name, and GPUs beside them',
    'gpus',
    { devices: ['vendor.com/class=one'], gpus: 'device=0,1' },
    {
      host: {
        DeviceRequests: [
          { Driver: 'cdi', Count: 0, DeviceIDs: ['vendor.com/class=one'], Capabilities: null, Options: {} },
          { Driver: '', Count: 0, DeviceIDs: ['0', '1'], Capabilities: [['gpu']], Options: {} },
        ],
      },
    },
    "podman's API cannot hand out the named device `vendor.com/class=one`",
  ],
  [
    'all GPUs',
    'gpus',
    { gpus: 'all' },
    { host: { DeviceRequests: [{ Driver: '', Count: -1, DeviceIDs: null, Capabilities: [['gpu']], Options: {} }] } },
    "podman's API cannot hand out GPUs",
  ],
  [
    'rights to add',
    'capAdd',
    { capAdd: ['net_admin', 'CAP_KILL', 'all'] },
    { host: { CapAdd: ['CAP_NET_ADMIN', 'CAP_KILL', 'ALL'] } },
  ],
  ['rights to drop', 'capDrop', { capDrop: ['CHOWN'] }, { host: { CapDrop: ['CAP_CHOWN'] } }],
  [
    'security options',
    'security',
    { security: ['label=disable', 'seccomp=unconfined'] },
    { host: { SecurityOpt: ['label=disable', 'seccomp=unconfined'] } },
  ],
  [
    'open system paths, which docker’s program settles itself',
    'security',
    { security: ['systempaths=unconfined'] },
    { host: { MaskedPaths: [], ReadonlyPaths: [] } },
    { host: { SecurityOpt: ['systempaths=unconfined'] } },
  ],
  ['privileged', 'privileged', { privileged: true }, { host: { Privileged: true } }],
  ['read-only root', 'readOnlyRoot', { readOnlyRoot: true }, { host: { ReadonlyRootfs: true } }],
  ['process namespace', 'pid', { pid: 'host' }, { host: { PidMode: 'host' } }],
  ['IPC namespace', 'ipc', { ipc: 'private' }, { host: { IpcMode: 'private' } }],
  ['stop signal', 'stopSignal', { stopSignal: 'SIGINT' }, { top: { StopSignal: 'SIGINT' } }],
  ['stop timeout', 'stopTimeout', { stopTimeout: 1500 }, { top: { StopTimeout: 2 } }],
  [
    'health check for a shell',
    'health',
    { health: check },
    {
      top: {
        Healthcheck: {
          Test: ['CMD-SHELL', 'true'],
          Interval: 30_000_000_000,
          Timeout: 1_500_000,
          StartPeriod: 0,
          Retries: 3,
        },
      },
    },
    {
      top: {
        Healthcheck: {
          Test: ['["CMD-SHELL","true"]'],
          Interval: 30_000_000_000,
          Timeout: 1_500_000,
          StartPeriod: 0,
          Retries: 3,
        },
      },
    },
  ],
  [
    'health check of words',
    'health',
    { health: { ...untested, test: ['CMD', 'check', 'a b'] } },
    { top: { Healthcheck: { Test: ['CMD-SHELL', "check 'a b'"] } } },
    { top: { Healthcheck: { Test: ['["check","a b"]'] } } },
  ],
  [
    'health times alone',
    'health',
    { health: { ...untested, retries: 2 } },
    { top: { Healthcheck: { Retries: 2 } } },
    'podman takes health times only together with a health test',
  ],
  ['a health check that says nothing', 'health', { health: untested }, {}],
  [
    'no health check',
    'health',
    { health: { ...untested, disable: true } },
    { top: { Healthcheck: { Test: ['NONE'] } } },
  ],
  [
    'restart policy',
    'restart',
    { restart: 'always' },
    { host: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } } },
  ],
  [
    'restart, counted',
    'restart',
    { restart: 'on-failure:3' },
    { host: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } } },
  ],
];

// Left out, the stop timeout would be 0.
function podmanBody({ top, host }: Part) {
  return { ...BARE, StopTimeout: 10, ...top, HostConfig: { AutoRemove: false, ...host } };
}

describe('every field', () => {
  test.each<Row>(ROWS)('%s: docker', (_what, _field, wanted, { top, host }) => {
    expect(renderCreate(spec(wanted), ATTACHED, target('docker')).body).toEqual({
      ...BARE,
      ...top,
      HostConfig: { AutoRemove: false, ...host },
    });
  });

  test.each<Row>(ROWS)('%s: podman', (_what, _field, wanted, docker, podman = docker) => {
    const said =
      typeof podman === 'string' ? refusalOf(() => renderCreate(spec(wanted), ATTACHED, target('podman'))) : null;
    expect(said?.slice(0, 2) ?? renderCreate(spec(wanted), ATTACHED, target('podman')).body).toEqual(
      typeof podman === 'string' ? ['UNAVAILABLE', podman] : podmanBody(podman),
    );
  });

  test('each field of a spec has a row', () => {
    expect([...new Set(ROWS.map(([, field]) => field))].toSorted()).toEqual(Object.keys(EMPTY_SPEC).toSorted());
  });
});

describe('the call', () => {
  test('name and platform are for the query', () => {
    const call = renderCreate(spec({ name: 'web', platform: 'linux/arm64' }), ATTACHED, target('docker'));
    expect([call.name, call.platform]).toEqual(['web', 'linux/arm64']);
  });

  test('a detached container keeps its input open with nobody attached', () => {
    const { body } = renderCreate(spec({ interactive: true }), { detach: true, remove: true }, target('docker'));
    expect(body).toEqual({
      ...BARE,
      OpenStdin: true,
      AttachStdout: false,
      AttachStderr: false,
      HostConfig: { AutoRemove: true },
    });
  });

  test('secrets do not print', () => {
    const { body } = renderCreate(
      spec({ env: [{ name: 'KEY', value: new Secret('canary') }] }),
      ATTACHED,
      target('docker'),
    );
    expect(JSON.stringify(body.Env)).toBe('["[redacted]"]');
    expect(body.Env?.map((entry) => (entry instanceof Secret ? entry.reveal() : entry))).toEqual(['KEY=canary']);
  });

  test('what rootless podman would forget is refused', () => {
    const wanted = spec({ resources: { ...resources, ulimits: [{ name: 'core', soft: 0, hard: 0 }] } });
    expect(refusalOf(() => renderCreate(wanted, ATTACHED, target('podman', true)))).toEqual([
      'UNAVAILABLE',
      'the API of rootless podman cannot set `resources.ulimits`',
      'use --via cli',
    ]);
  });

  test('a seccomp file is for docker’s program to read', () => {
    const wanted = spec({ security: ['seccomp=/etc/profile.json'] });
    expect(refusalOf(() => renderCreate(wanted, ATTACHED, target('docker')))).toEqual([
      'UNAVAILABLE',
      "docker's API cannot read the seccomp profile `/etc/profile.json`",
      'use --via cli',
    ]);
  });
});
