import { describe, expect, it } from 'vitest';
import { type CheckReport, checkNames, countOf, findCheck } from '../../../src/plan/doctor/checks.js';
import { type DiskFacts, judgeDisk } from '../../../src/plan/doctor/disk.js';
import { note, ok, problem } from '../../../src/plan/doctor/finding.js';
import { judgeInotify } from '../../../src/plan/doctor/inotify.js';
import { judgeLogins, type LoginHelper } from '../../../src/plan/doctor/logins.js';
import { judgePorts, type WantedPort } from '../../../src/plan/doctor/ports.js';
import { judgeProxy, type ProxyFacts } from '../../../src/plan/doctor/proxy.js';
import { idsOf, judgeRootless, type RootlessFacts } from '../../../src/plan/doctor/rootless.js';
import { judgeScripts } from '../../../src/plan/doctor/scripts.js';
import { judgeSelinux, type SelinuxFacts } from '../../../src/plan/doctor/selinux.js';
import { judgeState, type StateFacts } from '../../../src/plan/doctor/state.js';
import { DOCKER } from '../../support/samples.js';
import { brief } from './brief.js';

const GB = 1e9;

describe('disk', () => {
  const room = (free: number, total = 500 * GB) => ({ free, total, inodes: { free: 1000, total: 10_000 } });
  const engine = (free: number, total?: number) =>
    ({ what: 'engine', path: '/var/lib/docker', room: room(free, total) }) as const;
  it.each<[facts: DiskFacts, findings: string[]]>([
    [
      { places: [engine(80 * GB)], reclaimable: null },
      ["ok: 80 GB of 500 GB are free at /var/lib/docker (the engine's files)"],
    ],
    [
      { places: [engine(0.4 * GB)], reclaimable: null },
      [
        "problem: only 400 MB of 500 GB are free at /var/lib/docker (the engine's files) -> podctl prune --dry-run shows what could go",
      ],
    ],
    [
      { places: [engine(9 * GB)], reclaimable: null },
      [
        "warning: only 9 GB of 500 GB are free at /var/lib/docker (the engine's files) -> podctl prune --dry-run shows what could go",
      ],
    ],
    [
      { places: [engine(9 * GB, 20 * GB)], reclaimable: null },
      ["ok: 9 GB of 20 GB are free at /var/lib/docker (the engine's files)"],
    ],
    [
      { places: [{ what: 'project', path: '/p', room: room(1e6, 2e6) }], reclaimable: null },
      ['problem: only 1 MB of 2 MB are free at /p (the project) -> make room there, or move the project'],
    ],
    [
      { places: [{ what: 'engine', path: '/x', room: null }], reclaimable: null },
      ['note: how much room /x has cannot be seen from here'],
    ],
    [
      {
        places: [{ what: 'engine', path: '/x', room: { ...room(80 * GB), inodes: { free: 10, total: 10_000 } } }],
        reclaimable: null,
      },
      [
        "ok: 80 GB of 500 GB are free at /x (the engine's files)",
        "problem: only 10 of 10000 inodes are free at /x (the engine's files) -> podctl prune --dry-run shows what could go",
      ],
    ],
    [
      { places: [engine(80 * GB)], reclaimable: { images: 30 * GB, containers: 0, volumes: null, buildCache: GB } },
      [
        expect.any(String),
        'note: 31 GB are kept that no running container uses: 30 GB images, 1 GB build cache -> podctl prune --dry-run shows what could go',
      ],
    ],
    [
      { places: [engine(80 * GB)], reclaimable: { images: GB, containers: 0, volumes: null, buildCache: null } },
      [expect.any(String), 'ok: 1 GB are kept that no running container uses: 1 GB images'],
    ],
  ])('%#', (facts, findings) => {
    expect(judgeDisk(facts).map(brief)).toEqual(findings);
  });
});

describe('ports', () => {
  const wanted = (changes: Partial<WantedPort> = {}): WantedPort => ({
    address: '127.0.0.1',
    port: 5000,
    by: 'server',
    answer: { free: true },
    container: null,
    ...changes,
  });
  const taken = { free: false, why: 'taken', holder: { pid: 77, program: 'nginx' } } as const;
  it.each<[ports: WantedPort[], rootless: boolean, finding: string]>([
    [[], false, 'ok: the project wants no port of this machine'],
    [[wanted()], false, 'ok: what the project wants is free: 127.0.0.1:5000'],
    [
      [wanted({ answer: taken })],
      false,
      'problem: 127.0.0.1:5000, which `server` wants, is held by `nginx` (process 77) -> end it (kill 77), or choose another port with --port',
    ],
    [
      [wanted({ answer: { ...taken, holder: null } })],
      false,
      "problem: 127.0.0.1:5000, which `server` wants, is held by another program -> sudo ss -ltnp 'sport = :5000' says who; end it, or choose another port with --port",
    ],
    [
      [wanted({ answer: taken, container: { name: 'db-1', project: 'other-1', own: false } })],
      false,
      'problem: 127.0.0.1:5000, which `server` wants, is held by the container `db-1` of project other-1 -> docker stop db-1, or choose another port with --port',
    ],
    [
      [wanted({ answer: taken, container: { name: 'db-1', project: 'own-1', own: true } })],
      false,
      "ok: the project's own containers hold 127.0.0.1:5000",
    ],
    [
      [wanted(), wanted({ port: 1, answer: taken, container: { name: 'x', project: 'own-1', own: true } })],
      false,
      'ok: what the project wants is free: 127.0.0.1:5000; 127.0.0.1:1 by its own containers',
    ],
    [
      [wanted({ address: '::1', port: 80, answer: { ...taken, why: 'denied', holder: null } })],
      true,
      'problem: [::1]:80, which `server` wants, is closed to users other than root -> sudo sysctl net.ipv4.ip_unprivileged_port_start=80, or choose a port from 1024 up with --port',
    ],
    [
      [wanted({ answer: { ...taken, why: 'no-address', holder: null } })],
      false,
      'problem: 127.0.0.1:5000, which `server` wants, is no address of this machine -> publish on 127.0.0.1, or on an address of this machine',
    ],
  ])('%#', (ports, rootless, finding) => {
    expect(judgePorts({ ports, engine: { ...DOCKER, rootless } }).map(brief)).toEqual([finding]);
  });

  it('a low port is no matter for an engine that runs as root', () => {
    const low = wanted({ port: 80, answer: { free: false, why: 'denied', holder: null } });
    expect(judgePorts({ ports: [low], engine: DOCKER }).map(({ level }) => level)).toEqual(['ok']);
  });
});

describe('rootless', () => {
  const facts: RootlessFacts = {
    platform: 'linux',
    engine: { name: 'podman', rootless: true, vm: false, cgroup: 2 },
    uid: 1000,
    user: 'ann',
    subuid: 'bob:100000:65536\nann:165536:65536\n',
    subgid: 'ann:165536:65536\n',
    newuidmap: true,
    podman: true,
    systemd: true,
    lingers: true,
    runtime: { path: '/run/user/1000', state: 'good' },
    controllers: ['cpu', 'memory', 'pids'],
    namespaces: 28_000,
  };
  const good = 'ok: ann has ranges of ids, a runtime folder and cgroups of its own';
  it.each<[what: string, changes: Partial<RootlessFacts>, finding: string]>([
    ['all well', {}, good],
    ['macOS', { platform: 'darwin' }, 'ok: containers run in a virtual machine, as root there'],
    ['rootful', { engine: { ...DOCKER } }, 'ok: the engine runs as root'],
    ['root without an engine', { engine: null, uid: 0 }, 'ok: no rootless engine is here'],
    ['no engine, no podman', { engine: null, podman: false, subuid: null }, 'ok: no rootless engine is here'],
    [
      'no range',
      { subuid: 'bob:1:65536\n' },
      'problem: ann has 0 ids in /etc/subuid and 65536 in /etc/subgid, and an image may need 65536 -> sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ann && podman system migrate (choose numbers that nobody else has there)',
    ],
    [
      'no file at all, no engine',
      { subuid: null, subgid: null, engine: null },
      'problem: ann has 0 ids in /etc/subuid and 0 in /etc/subgid, and an image may need 65536 -> sudo usermod',
    ],
    [
      'a short range',
      { subgid: '1000:5:100' },
      'warning: ann has 65536 ids in /etc/subuid and 100 in /etc/subgid, and an image may need 65536 -> sudo usermod',
    ],
    ['no newuidmap', { newuidmap: false }, 'problem: newuidmap is not installed -> sudo apt-get install uidmap'],
    [
      'namespaces off',
      { namespaces: 0 },
      'problem: user namespaces are switched off (user.max_user_namespaces is 0) -> echo user.max_user_namespaces=28633',
    ],
    [
      'no runtime folder',
      { runtime: null },
      'warning: XDG_RUNTIME_DIR is not set -> export XDG_RUNTIME_DIR=/run/user/1000',
    ],
    [
      'a missing one',
      { runtime: { path: '/run/user/1000', state: 'missing' } },
      'problem: XDG_RUNTIME_DIR=/run/user/1000 is not there -> sudo loginctl enable-linger ann',
    ],
    [
      'a missing one, no systemd',
      { systemd: false, runtime: { path: '/run/user/1000', state: 'missing' } },
      'problem: XDG_RUNTIME_DIR=/run/user/1000 is not there -> sudo install -d -m 700 -o ann /run/user/1000',
    ],
    [
      "another user's",
      { runtime: { path: '/run/user/0', state: 'foreign' } },
      'problem: XDG_RUNTIME_DIR=/run/user/0 does not belong to ann -> export XDG_RUNTIME_DIR=/run/user/1000',
    ],
    ['no lingering', { lingers: false }, 'warning: ann does not linger -> loginctl enable-linger ann'],
    ['no systemd, so no lingering', { lingers: false, systemd: false }, good],
    [
      'no delegation',
      { controllers: ['memory', 'pids'] },
      'warning: cgroup controllers are not passed on to user 1000: cpu -> sudo mkdir -p /etc/systemd/system/user@.service.d',
    ],
    [
      'cgroup v1',
      { engine: { name: 'podman', rootless: true, vm: false, cgroup: 1 } },
      'note: this machine has cgroup v1 -> boot with systemd.unified_cgroup_hierarchy=1',
    ],
    ['controllers unknown', { controllers: null }, good],
  ])('%s', (_what, changes, finding) => {
    const found = judgeRootless({ ...facts, ...changes }).map(brief);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(finding);
  });

  it('ranges of one user add up', () => {
    expect(idsOf('ann:1:10\n1000:20:30\n# x\nann:9:x\n', 'ann', 1000)).toBe(40);
  });
});

it.each<[watches: number | null, instances: number | null, levels: string[]]>([
  [null, null, ['ok']],
  [524_288, 1024, ['ok', 'ok']],
  [20_000, 128, ['note', 'ok']],
  [8192, 64, ['warning', 'warning']],
])('inotify limits %s and %s', (watches, instances, levels) => {
  const found = judgeInotify({ watches, instances });
  expect(found.map(({ level }) => level)).toEqual(levels);
  expect(found.filter(({ level }) => level !== 'ok').every(({ mend }) => mend?.includes('sudo sysctl --system'))).toBe(
    true,
  );
});

describe('proxy', () => {
  const facts: ProxyFacts = {
    shell: { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost,127.0.0.1' },
    engine: { name: 'docker', vm: false },
    daemon: { http: '', https: 'http://proxy:3128', no: '' },
    containers: { http: '', https: 'http://proxy:3128', no: '' },
  };
  const shell = (changes: Record<string, string>) => ({ shell: { ...facts.shell, ...changes } });
  const podman = { engine: { name: 'podman', vm: false }, daemon: null, containers: null } as const;
  it.each<[changes: Partial<ProxyFacts>, finding: string]>([
    [{}, 'ok: HTTPS_PROXY, NO_PROXY fit together'],
    [{ shell: {}, daemon: null }, 'ok: no proxy is set'],
    [{ shell: {} }, 'ok: the engine goes through a proxy, this shell does not'],
    [
      shell({ HTTPS_PROXY: 'proxy:3128' }),
      'warning: HTTPS_PROXY=proxy:3128 does not begin with http:// -> export HTTPS_PROXY=http://proxy:3128',
    ],
    [
      shell({ HTTPS_PROXY: '"http://proxy:3128"' }),
      'problem: HTTPS_PROXY="http://proxy:3128": quotes and blanks are part of the value -> export HTTPS_PROXY=http://HOST:PORT',
    ],
    [
      shell({ HTTPS_PROXY: 'http://ann:s3cret@proxy:99999' }),
      'problem: HTTPS_PROXY=http://[redacted]@proxy:99999: it is no address',
    ],
    [
      shell({ https_proxy: 'http://other:1' }),
      'warning: HTTPS_PROXY and https_proxy differ -> export https_proxy="$HTTPS_PROXY"',
    ],
    [
      shell({ NO_PROXY: '.corp' }),
      'warning: NO_PROXY lacks localhost and 127.0.0.1 -> export NO_PROXY=localhost,127.0.0.1,::1${NO_PROXY:+,$NO_PROXY}',
    ],
    [shell({ NO_PROXY: 'localhost,127.0.0.0/8' }), 'ok: HTTPS_PROXY, NO_PROXY fit together'],
    [shell({ NO_PROXY: '*' }), 'ok: '],
    [
      { daemon: { http: '', https: '', no: '' } },
      'warning: this shell has a proxy, and docker has none -> write "proxies"',
    ],
    [{ containers: null }, 'note: containers and builds of docker get no proxy -> write "proxies"'],
    [{ ...podman }, 'ok: '],
    [
      { ...podman, ...shell({ HTTPS_PROXY: 'http://127.0.0.1:3128' }) },
      'warning: podman gives containers the proxy http://127.0.0.1:3128 -> write http_proxy = false',
    ],
  ])('%#', (changes, finding) => {
    const found = judgeProxy({ ...facts, ...changes }).map(brief);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(finding);
    expect(found[0]).not.toContain('s3cret');
  });
});

describe('logins', () => {
  const helper = (changes: Partial<LoginHelper>): LoginHelper => ({
    program: 'docker-credential-desktop',
    file: '/h/config.json',
    registries: null,
    answer: 'answers',
    said: '',
    ...changes,
  });
  it.each<[helpers: LoginHelper[], finding: string]>([
    [[], 'ok: no program keeps registry logins'],
    [[helper({})], 'ok: docker-credential-desktop answers'],
    [
      [helper({ answer: 'missing' })],
      'problem: docker-credential-desktop, which /h/config.json names in `credsStore`, is not installed -> install docker-credential-desktop, or take `credsStore` out of /h/config.json and log in again',
    ],
    [
      [helper({ answer: 'silent', said: '1 s', registries: ['ghcr.io'] })],
      'problem: docker-credential-desktop does not answer within 1 s -> start what it talks to (a keyring, a desktop), or take `credHelpers` (ghcr.io) out of /h/config.json and log in again',
    ],
    [
      [helper({ answer: 'fails', said: 'locked' })],
      'warning: docker-credential-desktop fails: locked -> unlock or repair it',
    ],
  ])('%#', (helpers, finding) => {
    expect(judgeLogins({ files: [], helpers }).map(brief)[0]).toContain(finding);
  });

  it.each([
    ['good', 'ok: no program keeps registry logins'],
    ['open', 'warning: other users may read the logins in /h/c -> chmod 600 /h/c'],
    ['broken', 'problem: /h/c is no JSON -> correct /h/c, or move it away and log in again'],
    ['unreadable', 'problem: /h/c cannot be read -> sudo chown "$USER" /h/c'],
  ] as const)('a file that is %s', (state, finding) => {
    expect(judgeLogins({ files: [{ path: '/h/c', state }], helpers: [] }).map(brief)).toEqual([finding]);
  });
});

it.each<[facts: SelinuxFacts, finding: string]>([
  [{ state: 'absent', engine: DOCKER, binds: [] }, 'ok: SELinux is not on'],
  [{ state: 'permissive', engine: DOCKER, binds: [] }, 'ok: SELinux only reports, it refuses nothing'],
  [{ state: 'enforcing', engine: null, binds: [] }, 'ok: SELinux is enforcing'],
  [
    { state: 'enforcing', engine: DOCKER, binds: [] },
    'note: SELinux is enforcing, and docker does not label containers -> write "selinux-enabled"',
  ],
  [
    { state: 'enforcing', engine: { ...DOCKER, selinux: true }, binds: [{ source: '/a', by: 's', label: 'shared' }] },
    'ok: SELinux is enforcing, and docker labels containers and what they mount',
  ],
  [
    { state: 'enforcing', engine: { ...DOCKER, selinux: true }, binds: [{ source: '/a b', by: 's', label: null }] },
    'warning: /a b is mounted into `s` without a label of SELinux -> selinux = "shared" on the mount (in a compose file :z); ls -dZ \'/a b\'',
  ],
])('SELinux %#', (facts, finding) => {
  expect(judgeSelinux(facts).map(brief)[0]).toContain(finding);
});

it('scripts with Windows line endings are named, and how they are mended', () => {
  const script = (path: string) => ({ path, by: 'server' });
  expect(judgeScripts({ scripts: [], looked: 0, more: false }).map(brief)).toEqual(['ok: no scripts are mounted']);
  expect(judgeScripts({ scripts: [], looked: 12, more: true }).map(brief)).toEqual([
    'ok: none among 12 mounted files; there are more, which were not looked at',
  ]);
  expect(judgeScripts({ scripts: [script('/p/a b.sh')], looked: 2, more: false }).map(brief)).toEqual([
    "problem: a script has Windows line endings: /p/a b.sh (mounted into `server`) -> sed -i 's/\\r$//' '/p/a b.sh'; *.sh text eol=lf in .gitattributes keeps git from writing them so again",
  ]);
  const many = ['1', '2', '3', '4', '5', '6', '7'].map(script);
  expect(judgeScripts({ scripts: many, looked: 9, more: false })[0]?.seen).toMatch(/^7 scripts have .* and 2 more$/);
});

it.each<[changes: Partial<StateFacts>, findings: string[]]>([
  [{ folder: null }, ['ok: podctl keeps nothing yet (/s)']],
  [{}, ['ok: /s is yours alone']],
  [
    { folder: { uid: 0, mode: 0o700 } },
    ['problem: /s belongs to user 0, not to you (1000) -> sudo chown -R "$(id -u):$(id -g)" /s'],
  ],
  [{ folder: { uid: 1000, mode: 0o755 } }, ['warning: other users may look into /s -> chmod 700 /s']],
  [{ uid: null, folder: { uid: 0, mode: 0o777 } }, ['ok: /s is yours alone']],
  [{ kept: { bytes: 1e6, count: 1 } }, ['ok: /s is yours alone', 'ok: 1 MB are kept for podctl undo (1 time)']],
  [
    { kept: { bytes: 3e9, count: 2 } },
    [
      'ok: /s is yours alone',
      'note: 3 GB are kept for podctl undo (2 times) -> podctl undo --list shows them, podctl undo --drop gives the room back',
    ],
  ],
])("podctl's own folder %#", (changes, findings) => {
  const facts: StateFacts = { path: '/s', uid: 1000, folder: { uid: 1000, mode: 0o700 }, kept: null };
  expect(judgeState({ ...facts, ...changes }).map(brief)).toEqual(findings);
});

it('checks have names, and only problems count', () => {
  expect(findCheck('dns')).toBe('dns');
  expect(findCheck('toString')).toBeUndefined();
  expect(checkNames()).toContain('ports');
  const reports: CheckReport[] = [
    { check: 'dns', findings: [ok('a'), note('b')] },
    { check: 'disk', findings: [problem('c', { why: 'd', mend: 'e' })] },
  ];
  expect([countOf(reports, 'problem'), countOf(reports, 'warning')]).toEqual([1, 0]);
});
