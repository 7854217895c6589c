import { describe, expect, test } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { Secret } from '../../src/core/secret.js';
import { ORDER } from '../../src/render/argv/run.js';
import type { EngineName } from '../../src/spec/facts.js';
import { type ContainerSpec, EMPTY_SPEC, type Health } from '../../src/spec/spec.js';
import { secretFile } from '../support/samples.js';
import { argv, ENGINES, mount, port, spec } from './desk.js';

/** Flags between `run --detach=false` and the image; a text is the message with which the engine's dialect refuses. */
type Expected = readonly string[] | string;
type Row = [
  what: string,
  field: keyof ContainerSpec,
  wanted: Partial<ContainerSpec>,
  everywhere: readonly string[],
  differing?: Partial<Readonly<Record<EngineName, Expected>>>,
];

type End = [
  what: string,
  wanted: Partial<ContainerSpec>,
  everywhere: readonly string[],
  differing?: Partial<Readonly<Record<EngineName, readonly string[]>>>,
];

const check: Health = {
  test: ['CMD-SHELL', 'curl -f localhost || exit 1'],
  interval: 30_000,
  timeout: 1500,
  startPeriod: 0,
  retries: 3,
  disable: false,
};
const untested: Health = { ...check, test: null, interval: null, timeout: null, startPeriod: null, retries: null };
const resources = EMPTY_SPEC.resources;

const ROWS: Row[] = [
  ['name', 'name', { name: 'podctl-desi-api-server' }, ['--name', 'podctl-desi-api-server']],
  [
    'labels in their order',
    'labels',
    { labels: { 'podctl.mode': 'public', a: '' } },
    ['--label', 'podctl.mode=public', '--label', 'a='],
  ],
  ['platform', 'platform', { platform: 'linux/arm64' }, ['--platform', 'linux/arm64']],
  ['pull', 'pull', { pull: 'never' }, ['--pull=never']],
  ['init', 'init', { init: true }, ['--init']],
  ['standard input', 'interactive', { interactive: true }, ['--interactive']],
  ['terminal', 'tty', { tty: true }, ['--tty']],
  ['user', 'user', { user: '1000:1000' }, ['--user', '1000:1000']],
  ['groups', 'groups', { groups: ['27', 'audio'] }, ['--group-add', '27', '--group-add', 'audio']],
  [
    'user namespace',
    'userns',
    { userns: 'host' },
    ['--userns', 'host'],
    { nerdctl: 'nerdctl has no flag for `userns`' },
  ],
  ['working folder', 'workdir', { workdir: '/work dir' }, ['--workdir', '/work dir']],
  ['hostname', 'hostname', { hostname: 'web' }, ['--hostname', 'web']],
  ['env by file', 'env', { env: [{ name: 'A', value: '1' }] }, ['--env-file', '/run/env']],
  [
    'env that no file carries, by name only',
    'env',
    { env: [{ name: 'KEY', value: new Secret('one\ntwo') }] },
    ['--env', 'KEY'],
  ],
  [
    'both kinds of env',
    'env',
    {
      env: [
        { name: 'KEY', value: 'one\ntwo' },
        { name: 'A', value: '1' },
      ],
    },
    ['--env-file', '/run/env', '--env', 'KEY'],
  ],
  [
    'bind, read-only',
    'mounts',
    { mounts: [mount({ readOnly: true })] },
    ['--mount', 'type=bind,src=/srv/data,target=/data,readonly'],
  ],
  [
    'bind with propagation',
    'mounts',
    { mounts: [mount({ propagation: 'rslave' })] },
    ['--mount', 'type=bind,src=/srv/data,target=/data,bind-propagation=rslave'],
  ],
  [
    // docker's --mount has no word for it, podman's has.
    'bind with a shared SELinux label',
    'mounts',
    { mounts: [mount({ selinux: 'shared', readOnly: true })] },
    ['--mount', 'type=bind,src=/srv/data,target=/data,readonly,relabel=shared'],
    {
      docker: ['--volume', '/srv/data:/data:ro,z'],
      nerdctl: 'nerdctl cannot relabel mount `data` for SELinux',
    },
  ],
  [
    'bind with a private SELinux label and propagation',
    'mounts',
    { mounts: [mount({ selinux: 'private', propagation: 'rshared' })] },
    ['--mount', 'type=bind,src=/srv/data,target=/data,bind-propagation=rshared,relabel=private'],
    {
      docker: ['--volume', '/srv/data:/data:Z,rshared'],
      nerdctl: 'nerdctl cannot relabel mount `data` for SELinux',
    },
  ],
  [
    'volume',
    'mounts',
    { mounts: [mount({ type: 'volume', source: 'cache' })] },
    ['--mount', 'type=volume,src=cache,target=/data'],
  ],
  [
    // podman 4.3 knows `readonly` for binds alone.
    'volume, read-only',
    'mounts',
    { mounts: [mount({ type: 'volume', source: 'cache', readOnly: true })] },
    ['--mount', 'type=volume,src=cache,target=/data,readonly'],
    {
      podman: ['--mount', 'type=volume,src=cache,target=/data,ro'],
      'podman-hpc': ['--mount', 'type=volume,src=cache,target=/data,ro'],
    },
  ],
  [
    'anonymous volume',
    'mounts',
    { mounts: [mount({ type: 'volume', source: '' })] },
    ['--mount', 'type=volume,target=/data'],
  ],
  [
    // podman would take volume-opt for an option of the mount; the plan makes the volume before.
    'volume with driver and options',
    'mounts',
    {
      mounts: [
        mount({ type: 'volume', source: 'cache', driver: 'local', options: { type: 'nfs', o: 'addr=10.0.0.1,rw' } }),
      ],
    },
    ['--mount', 'type=volume,src=cache,target=/data'],
    {
      docker: [
        '--mount',
        'type=volume,src=cache,target=/data,volume-driver=local,volume-opt=type=nfs,"volume-opt=o=addr=10.0.0.1,rw"',
      ],
      nerdctl: 'nerdctl has no volume drivers or options, which mount `data` asks for',
    },
  ],
  [
    'tmpfs',
    'mounts',
    { mounts: [mount({ type: 'tmpfs', source: '', size: 1_048_576, mode: '1777' })] },
    ['--mount', 'type=tmpfs,target=/data,tmpfs-size=1048576,tmpfs-mode=1777'],
  ],
  [
    'tmpfs, read-only',
    'mounts',
    { mounts: [mount({ type: 'tmpfs', source: '', readOnly: true })] },
    ['--mount', 'type=tmpfs,target=/data,readonly'],
    { podman: ['--mount', 'type=tmpfs,target=/data,ro'], 'podman-hpc': ['--mount', 'type=tmpfs,target=/data,ro'] },
  ],
  [
    'mounts stay in the order of the spec',
    'mounts',
    { mounts: [mount({ key: 'b', target: '/b' }), mount({ key: 'a', target: '/b/a' })] },
    ['--mount', 'type=bind,src=/srv/data,target=/b', '--mount', 'type=bind,src=/srv/data,target=/b/a'],
  ],
  ['port', 'ports', { ports: [port()] }, ['-p', '127.0.0.1:5000:5000']],
  ['free host port', 'ports', { ports: [port({ hostPort: null })] }, ['-p', '127.0.0.1::5000']],
  [
    'UDP port on IPv6',
    'ports',
    { ports: [port({ address: '::1', hostPort: 53, containerPort: 5353, protocol: 'udp' })] },
    ['-p', '[::1]:53:5353/udp'],
  ],
  [
    'limits',
    'resources',
    { resources: { memory: 536_870_912, memorySwap: -1, cpus: 1.5, pids: 100, shm: 67_108_864, ulimits: [] } },
    ['--memory', '512m', '--memory-swap', '-1', '--cpus', '1.5', '--pids-limit', '100', '--shm-size', '64m'],
  ],
  [
    'bytes that no unit divides',
    'resources',
    { resources: { ...resources, memory: 536_870_913 } },
    ['--memory', '536870913b'],
  ],
  ['a small share of a core', 'resources', { resources: { ...resources, cpus: 0.000001 } }, ['--cpus', '0.000001']],
  ['no limit of processes', 'resources', { resources: { ...resources, pids: -1 } }, ['--pids-limit', '-1']],
  [
    'ulimits',
    'resources',
    {
      resources: {
        ...resources,
        ulimits: [
          { name: 'nofile', soft: 1024, hard: 4096 },
          { name: 'core', soft: -1, hard: -1 },
        ],
      },
    },
    ['--ulimit', 'nofile=1024:4096', '--ulimit', 'core=-1:-1'],
  ],
  [
    'a secret by a file',
    'secrets',
    { secrets: [secretFile({ source: '/s/a b,c', target: '/run/secrets/TOKEN' })] },
    ['--mount', 'type=bind,"src=/s/a b,c",target=/run/secrets/TOKEN,readonly'],
  ],
  [
    'secrets of the engine',
    'secrets',
    {
      secrets: [
        { by: 'engine', name: 'KEY', secret: 'app-key', as: 'env', target: 'KEY' },
        { by: 'engine', name: 'CERT', secret: 'app-cert', as: 'file', target: '/etc/cert' },
      ],
    },
    ['--secret', 'app-key,type=env,target=KEY', '--secret', 'app-cert,type=mount,target=/etc/cert'],
    {
      docker: "docker cannot hand out the engine's secret `app-key`",
      nerdctl: "nerdctl cannot hand out the engine's secret `app-key`",
    },
  ],
  ['network', 'network', { network: 'host' }, ['--network', 'host']],
  [
    'network aliases',
    'networkAliases',
    { network: 'mesh', networkAliases: ['db', 'sql'] },
    ['--network', 'mesh', '--network-alias', 'db', '--network-alias', 'sql'],
    { nerdctl: 'nerdctl has no flag for `networkAliases`' },
  ],
  [
    'extra hosts, one of them IPv6',
    'extraHosts',
    { extraHosts: { db: '10.0.0.2', six: '2001:db8::1' } },
    ['--add-host', 'db:10.0.0.2', '--add-host', 'six:2001:db8::1'],
  ],
  ['name servers', 'dns', { dns: ['192.0.2.53', '2001:db8::53'] }, ['--dns', '192.0.2.53', '--dns', '2001:db8::53']],
  [
    'devices',
    'devices',
    { devices: ['/dev/fuse', '/dev/a:/dev/b:r'] },
    ['--device', '/dev/fuse', '--device', '/dev/a:/dev/b:r'],
  ],
  [
    'all GPUs',
    'gpus',
    { gpus: 'all' },
    ['--gpus', 'all'],
    { podman: ['--device', 'nvidia.com/gpu=all'], 'podman-hpc': ['--gpu'] },
  ],
  [
    'two GPUs',
    'gpus',
    { gpus: '2' },
    ['--gpus', '2'],
    {
      podman: ['--device', 'nvidia.com/gpu=0', '--device', 'nvidia.com/gpu=1'],
      'podman-hpc': 'podman-hpc cannot choose the GPUs `2`',
    },
  ],
  [
    // Docker reads the value as CSV, so without the quotes `1` would be a setting of its own.
    'named GPUs',
    'gpus',
    { gpus: 'device=0,1' },
    ['--gpus', '"device=0,1"'],
    {
      podman: ['--device', 'nvidia.com/gpu=0', '--device', 'nvidia.com/gpu=1'],
      'podman-hpc': 'podman-hpc cannot choose the GPUs `device=0,1`',
    },
  ],
  [
    'rights to add',
    'capAdd',
    { capAdd: ['NET_ADMIN', 'SYS_PTRACE'] },
    ['--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_PTRACE'],
  ],
  ['rights to drop', 'capDrop', { capDrop: ['ALL'] }, ['--cap-drop', 'ALL']],
  [
    'security options',
    'security',
    { security: ['no-new-privileges', 'label=disable'] },
    ['--security-opt', 'no-new-privileges', '--security-opt', 'label=disable'],
  ],
  ['privileged', 'privileged', { privileged: true }, ['--privileged']],
  ['read-only root', 'readOnlyRoot', { readOnlyRoot: true }, ['--read-only']],
  ['process namespace', 'pid', { pid: 'host' }, ['--pid', 'host']],
  ['IPC namespace', 'ipc', { ipc: 'private' }, ['--ipc', 'private']],
  ['stop signal', 'stopSignal', { stopSignal: 'SIGINT' }, ['--stop-signal', 'SIGINT']],
  ['stop timeout, rounded up to seconds', 'stopTimeout', { stopTimeout: 2500 }, ['--stop-timeout', '3']],
  [
    'health check for a shell',
    'health',
    { health: check },
    [
      '--health-cmd',
      'curl -f localhost || exit 1',
      '--health-interval',
      '30s',
      '--health-timeout',
      '1s500ms',
      '--health-start-period',
      '0s',
      '--health-retries',
      '3',
    ],
    {
      podman: [
        '--health-cmd',
        '["CMD-SHELL","curl -f localhost || exit 1"]',
        '--health-interval',
        '30s',
        '--health-timeout',
        '1s500ms',
        '--health-start-period',
        '0s',
        '--health-retries',
        '3',
      ],
      'podman-hpc': [
        '--health-cmd',
        '["CMD-SHELL","curl -f localhost || exit 1"]',
        '--health-interval',
        '30s',
        '--health-timeout',
        '1s500ms',
        '--health-start-period',
        '0s',
        '--health-retries',
        '3',
      ],
      nerdctl: 'nerdctl has no flag for `health`',
    },
  ],
  [
    // docker's program knows only shell tests, so the words are quoted for the image's shell.
    'health check of several words',
    'health',
    { health: { ...untested, test: ['CMD', './check.py', 'a b', "it's"] } },
    ['--health-cmd', '["./check.py","a b","it\'s"]'],
    { docker: ['--health-cmd', `./check.py 'a b' 'it'\\''s'`], nerdctl: 'nerdctl has no flag for `health`' },
  ],
  [
    // podman makes a shell line of a list with one word.
    'health check of one word',
    'health',
    { health: { ...untested, test: ['CMD', './check.py'] } },
    ['--health-cmd', 'CMD ./check.py'],
    { docker: ['--health-cmd', './check.py'], nerdctl: 'nerdctl has no flag for `health`' },
  ],
  [
    'health check of one word with a blank',
    'health',
    { health: { ...untested, test: ['CMD', './my check'] } },
    ['--health-cmd', `["CMD-SHELL","'./my check'"]`],
    { docker: ['--health-cmd', `'./my check'`], nerdctl: 'nerdctl has no flag for `health`' },
  ],
  [
    'health times without a test',
    'health',
    { health: { ...untested, interval: 60_000 } },
    ['--health-interval', '1m'],
    {
      podman: 'podman takes health times only together with a health test',
      'podman-hpc': 'podman takes health times only together with a health test',
      nerdctl: 'nerdctl has no flag for `health`',
    },
  ],
  [
    'no health check',
    'health',
    { health: { ...untested, disable: true } },
    ['--no-healthcheck'],
    { nerdctl: 'nerdctl has no flag for `health`' },
  ],
  ['restart policy', 'restart', { restart: 'on-failure:3' }, ['--restart', 'on-failure:3']],
];

// The argv, or the message of the refusal.
function saidBy(engine: EngineName, container: ContainerSpec): Expected {
  try {
    return argv(engine, container);
  } catch (error) {
    return error instanceof PodctlError && error.code === 'UNAVAILABLE' ? error.message : String(error);
  }
}

describe('every field on every engine', () => {
  test.each<Row>(ROWS)('%s', (_what, _field, wanted, everywhere, differing = {}) => {
    for (const engine of ENGINES) {
      const expected = differing[engine] ?? everywhere;
      const line = typeof expected === 'string' ? expected : [engine, 'run', '--detach=false', ...expected, 'app:1'];
      expect(saidBy(engine, spec(wanted))).toEqual(line);
    }
  });

  // Behind the flags: the image, then what the program gets.
  const ENDS: End[] = [
    ['image', { image: 'ghcr.io/desihub/desiapi:dev' }, ['ghcr.io/desihub/desiapi:dev']],
    [
      'arguments',
      { args: ['--', 'server', '-c', '/config/config.toml'] },
      ['app:1', '--', 'server', '-c', '/config/config.toml'],
    ],
    ['an entrypoint of one word', { entrypoint: ['python'] }, ['--entrypoint', 'python', 'app:1']],
    [
      'an entrypoint of several words: engines take one, the rest goes first among the arguments',
      { entrypoint: ['python', '-m', 'http.server'], args: ['8000'] },
      ['--entrypoint', 'python', 'app:1', '-m', 'http.server', '8000'],
    ],
    ['no entrypoint at all', { entrypoint: [], args: ['sh'] }, ['--entrypoint', '', 'app:1', 'sh']],
    [
      'an entrypoint that looks like JSON',
      { entrypoint: ['["x"]'] },
      ['--entrypoint', '["[\\"x\\"]"]', 'app:1'],
      { docker: ['--entrypoint', '["x"]', 'app:1'], nerdctl: ['--entrypoint', '["x"]', 'app:1'] },
    ],
    [
      'an entrypoint called null',
      { entrypoint: ['null'] },
      ['--entrypoint', '["null"]', 'app:1'],
      { docker: ['--entrypoint', 'null', 'app:1'], nerdctl: ['--entrypoint', 'null', 'app:1'] },
    ],
  ];
  test.each<End>(ENDS)('%s', (_what, wanted, everywhere, differing = {}) => {
    for (const engine of ENGINES) {
      expect(argv(engine, spec(wanted))).toEqual([
        engine,
        'run',
        '--detach=false',
        ...(differing[engine] ?? everywhere),
      ]);
    }
  });

  test('each field of a spec has a row', () => {
    const elsewhere = ['image', 'args', 'entrypoint'];
    const covered = [...ROWS.map(([, field]) => field), ...elsewhere];
    expect([...new Set(covered)].toSorted()).toEqual(Object.keys(EMPTY_SPEC).toSorted());
  });

  test('the order names each field once', () => {
    expect([...ORDER].toSorted()).toEqual(Object.keys(EMPTY_SPEC).toSorted());
  });

  test('an empty spec says nothing', () => {
    for (const engine of ENGINES) expect(argv(engine, spec())).toEqual([engine, 'run', '--detach=false', 'app:1']);
  });
});
