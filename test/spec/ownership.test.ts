import { describe, expect, test } from 'vitest';
import type { EngineFacts, HostFacts } from '../../src/spec/facts.js';
import { resolveOwnership } from '../../src/spec/ownership.js';
import type { OwnershipQuestion } from '../../src/spec/ownership-question.js';
import type { Mount } from '../../src/spec/spec.js';
import { engine, errorOf, ME, mount, rootlessPodman } from './desk.js';

type Row = {
  readonly name: string;
  readonly engine?: EngineFacts;
  readonly host?: HostFacts;
  readonly imageUser?: string | null;
  readonly user?: string | null;
  readonly userns?: string | null;
  readonly runsAs?: string;
  readonly seen?: boolean;
  readonly mounts?: readonly Mount[];
  readonly is: { readonly user?: string; readonly userns?: string; readonly rules: readonly string[] };
};

function ask(parts: Partial<OwnershipQuestion>): ReturnType<typeof resolveOwnership> {
  return resolveOwnership({
    engine: engine(),
    host: ME,
    imageUser: '',
    user: 'host',
    userns: null,
    runsAs: null,
    seen: true,
    mounts: [mount()],
    unlabelled: new Set(),
    security: [],
    privileged: false,
    project: '/work/project',
    flavour: 'posix',
    ...parts,
  });
}

const ROOT: HostFacts = { ...ME, uid: 0, gid: 0, home: '/root' };
const WINDOWS: HostFacts = { platform: 'win32', uid: null, gid: null, home: 'C:\\Users\\me' };
const podman = engine({ name: 'podman', version: '5.4.0' });
const rootlessDocker = engine({ rootless: true });
const hpc = rootlessPodman({ name: 'podman-hpc' });
const nerdctl = engine({ name: 'nerdctl', version: '2.0.0' });
const readOnly = [mount({ readOnly: true })];
const volume = [mount({ type: 'volume', source: 'cache' })];

const mapped = 'ownership-keep-id-image-user';

const ROWS: readonly Row[] = [
  // Rootful engines number users as the host does.
  { name: 'docker', is: { user: '1001:1002', rules: ['ownership-user'] } },
  { name: 'docker, image user', imageUser: '1000', is: { user: '1001:1002', rules: ['ownership-user'] } },
  { name: 'docker, image unknown', imageUser: null, is: { user: '1001:1002', rules: ['ownership-user'] } },
  { name: 'docker as root', host: ROOT, is: { rules: ['ownership-root-host'] } },
  { name: 'docker as root, USER root', host: ROOT, imageUser: 'root', is: { rules: ['ownership-root-host'] } },
  { name: 'docker as root, USER 0:0', host: ROOT, imageUser: '0:0', is: { rules: ['ownership-root-host'] } },
  { name: 'docker as root, image user', host: ROOT, imageUser: 'app', is: { user: '0:0', rules: ['ownership-user'] } },
  {
    name: 'docker as root, image unknown',
    host: ROOT,
    imageUser: null,
    is: { user: '0:0', rules: ['ownership-user'] },
  },
  {
    name: 'docker, old',
    engine: engine({ version: '20.10.24' }),
    is: { user: '1001:1002', rules: ['ownership-user'] },
  },
  { name: 'podman with root', engine: podman, is: { user: '1001:1002', rules: ['ownership-user'] } },
  { name: 'podman with root, as root', engine: podman, host: ROOT, is: { rules: ['ownership-root-host'] } },
  { name: 'nerdctl with root', engine: nerdctl, is: { user: '1001:1002', rules: ['ownership-user'] } },
  {
    name: 'docker, userns = host',
    userns: 'host',
    is: { user: '1001:1002', userns: 'host', rules: ['ownership-user'] },
  },

  // A remapping daemon.
  {
    name: 'docker remaps, userns = host',
    engine: engine({ usernsRemap: true }),
    userns: 'host',
    is: { user: '1001:1002', userns: 'host', rules: ['ownership-user'] },
  },
  {
    name: 'docker remaps, no host files',
    engine: engine({ usernsRemap: true }),
    mounts: volume,
    is: { user: '1001:1002', rules: ['ownership-user'] },
  },

  // Rootless docker and nerdctl: root inside is the host user.
  { name: 'rootless docker', engine: rootlessDocker, is: { rules: ['ownership-rootless-root'] } },
  {
    name: 'rootless docker, USER root',
    engine: rootlessDocker,
    imageUser: 'root',
    is: { rules: ['ownership-rootless-root'] },
  },
  {
    name: 'rootless docker, image user',
    engine: rootlessDocker,
    imageUser: 'app',
    is: { user: '0:0', rules: ['ownership-rootless-as-root'] },
  },
  {
    name: 'rootless docker, USER 1000',
    engine: rootlessDocker,
    imageUser: '1000:1000',
    is: { user: '0:0', rules: ['ownership-rootless-as-root'] },
  },
  {
    name: 'rootless docker, image unknown',
    engine: rootlessDocker,
    imageUser: null,
    is: { user: '0:0', rules: ['ownership-rootless-as-root'] },
  },
  {
    name: 'rootless docker, no binds',
    engine: rootlessDocker,
    mounts: volume,
    is: { rules: ['ownership-rootless-root'] },
  },
  {
    name: 'rootless nerdctl',
    engine: engine({ name: 'nerdctl', version: '1.7.0', rootless: true }),
    is: { rules: ['ownership-rootless-root'] },
  },
  {
    name: 'rootless nerdctl, image user',
    engine: engine({ name: 'nerdctl', version: '2.1.0', rootless: true }),
    imageUser: 'app',
    is: { user: '0:0', rules: ['ownership-rootless-as-root'] },
  },

  // Rootless podman keeps the id.
  { name: 'rootless podman', engine: rootlessPodman(), is: { userns: 'keep-id', rules: ['ownership-keep-id'] } },
  {
    name: 'rootless podman, USER 0',
    engine: rootlessPodman(),
    imageUser: '0',
    is: { userns: 'keep-id', rules: ['ownership-keep-id'] },
  },
  {
    name: 'rootless podman, image user by name',
    engine: rootlessPodman(),
    imageUser: 'app',
    is: { user: '1001:1002', userns: 'keep-id', rules: ['ownership-keep-id', 'ownership-keep-id-user'] },
  },
  {
    name: 'rootless podman, image unknown',
    engine: rootlessPodman(),
    imageUser: null,
    is: { user: '1001:1002', userns: 'keep-id', rules: ['ownership-keep-id', 'ownership-keep-id-user'] },
  },
  {
    name: 'rootless podman, USER 1000:1000',
    engine: rootlessPodman(),
    imageUser: '1000:1000',
    is: { userns: 'keep-id:uid=1000,gid=1000', rules: [mapped] },
  },
  {
    name: 'rootless podman, USER 1000:5',
    engine: rootlessPodman(),
    imageUser: '1000:5',
    is: { userns: 'keep-id:uid=1000,gid=5', rules: [mapped] },
  },
  {
    name: 'rootless podman, USER 1000',
    engine: rootlessPodman(),
    imageUser: '1000',
    is: { user: '1000:1000', userns: 'keep-id:uid=1000,gid=1000', rules: [mapped, 'ownership-image-group'] },
  },
  {
    name: 'rootless podman, USER is me',
    engine: rootlessPodman(),
    imageUser: '1001',
    is: { user: '1001:1002', userns: 'keep-id', rules: ['ownership-keep-id', 'ownership-keep-id-user'] },
  },
  {
    name: 'podman 4.3 maps',
    engine: rootlessPodman({ version: '4.3.0' }),
    imageUser: '1000:1000',
    is: { userns: 'keep-id:uid=1000,gid=1000', rules: [mapped] },
  },
  {
    name: 'podman 4.2 does not map',
    engine: rootlessPodman({ version: '4.2.1' }),
    imageUser: '1000:1000',
    is: { user: '1001:1002', userns: 'keep-id', rules: ['ownership-keep-id', 'ownership-keep-id-user'] },
  },
  {
    name: 'podman 3.4',
    engine: rootlessPodman({ version: '3.4.4' }),
    is: { userns: 'keep-id', rules: ['ownership-keep-id'] },
  },
  { name: 'rootless podman of root', engine: rootlessPodman(), host: ROOT, is: { rules: ['ownership-rootless-root'] } },
  {
    name: 'rootless podman, userns = host',
    engine: rootlessPodman(),
    userns: 'host',
    is: { userns: 'host', rules: ['ownership-rootless-root'] },
  },
  {
    name: 'rootless podman, userns = host, image user',
    engine: rootlessPodman(),
    userns: 'host',
    imageUser: 'app',
    is: { user: '0:0', userns: 'host', rules: ['ownership-rootless-as-root'] },
  },
  {
    name: 'rootless podman, userns = keep-id',
    engine: rootlessPodman(),
    userns: 'keep-id',
    is: { userns: 'keep-id', rules: [] },
  },
  {
    name: 'rootless podman, userns = keep-id, image user',
    engine: rootlessPodman(),
    userns: 'keep-id',
    imageUser: '1000',
    is: { user: '1001:1002', userns: 'keep-id', rules: ['ownership-keep-id-user'] },
  },
  {
    name: 'rootless podman, a mapping of the author’s',
    engine: rootlessPodman(),
    userns: 'keep-id:uid=7,gid=7',
    imageUser: 'app',
    is: { userns: 'keep-id:uid=7,gid=7', rules: [] },
  },
  { name: 'podman-hpc', engine: hpc, is: { rules: ['ownership-podman-hpc'] } },
  {
    name: 'podman-hpc, image user',
    engine: hpc,
    imageUser: '1000',
    is: { user: '0:0', rules: ['ownership-rootless-as-root'] },
  },

  // Virtual machines and Windows share files without numbers.
  {
    name: 'Docker Desktop on macOS',
    engine: engine({ vm: true }),
    host: { ...ME, platform: 'darwin', home: '/Users/me' },
    is: { rules: ['ownership-vm'] },
  },
  { name: 'Docker Desktop on Linux', engine: engine({ vm: true }), is: { rules: ['ownership-vm'] } },
  { name: 'podman machine', engine: rootlessPodman({ vm: true }), imageUser: '1000', is: { rules: ['ownership-vm'] } },
  { name: 'Windows', engine: engine({ vm: true }), host: WINDOWS, is: { rules: ['ownership-windows'] } },

  // Nobody asked for the host user's files.
  { name: 'no user', user: null, is: { rules: ['ownership-image-user'] } },
  { name: 'no user, image user on docker', user: null, imageUser: '1000', is: { rules: ['ownership-image-user'] } },
  { name: 'no user, rootless podman', user: null, engine: rootlessPodman(), is: { rules: ['ownership-image-user'] } },
  {
    name: 'no user, rootless podman, USER 1000:1000',
    user: null,
    engine: rootlessPodman(),
    imageUser: '1000:1000',
    is: { userns: 'keep-id:uid=1000,gid=1000', rules: [mapped] },
  },
  {
    name: 'no user, rootless podman, USER 1000',
    user: null,
    engine: rootlessPodman(),
    imageUser: '1000',
    is: { user: '1000:1000', userns: 'keep-id:uid=1000,gid=1000', rules: [mapped, 'ownership-image-group'] },
  },
  {
    name: 'no user, rootless podman, USER 1000, read-only',
    user: null,
    engine: rootlessPodman(),
    imageUser: '1000',
    mounts: readOnly,
    is: { rules: ['ownership-image-user'] },
  },
  {
    name: 'no user, rootless podman, USER 1000, volume',
    user: null,
    engine: rootlessPodman(),
    imageUser: '1000',
    mounts: volume,
    is: { rules: ['ownership-image-user'] },
  },
  {
    name: 'no user, rootless podman, USER app',
    user: null,
    engine: rootlessPodman(),
    imageUser: 'app',
    is: { rules: ['ownership-image-user'] },
  },
  {
    name: 'no user, podman 4.2, USER 1000',
    user: null,
    engine: rootlessPodman({ version: '4.2.0' }),
    imageUser: '1000',
    is: { rules: ['ownership-image-user'] },
  },
  {
    name: 'no user, podman machine, USER 1000',
    user: null,
    engine: rootlessPodman({ vm: true }),
    imageUser: '1000',
    is: { rules: ['ownership-image-user'] },
  },
  {
    name: 'no user, a userns',
    user: null,
    engine: rootlessPodman(),
    userns: 'auto',
    imageUser: '1000',
    is: { userns: 'auto', rules: ['ownership-image-user'] },
  },

  // The author's own word.
  { name: 'a user of the author’s', user: '33:33', is: { user: '33:33', rules: [] } },
  {
    name: 'a user and a userns of the author’s',
    user: '33',
    userns: 'nomap',
    engine: rootlessPodman(),
    is: { user: '33', userns: 'nomap', rules: [] },
  },

  // The image begins as root and changes to its user by itself: --user would take that root away.
  { name: 'runs as you, docker', runsAs: '1001', is: { rules: ['ownership-runs-as-same'] } },
  { name: 'runs as root, docker as root', host: ROOT, runsAs: '0:0', is: { rules: ['ownership-runs-as-same'] } },
  {
    name: 'runs as 1000, docker, nothing written',
    runsAs: '1000',
    mounts: [...readOnly, ...volume],
    is: { rules: ['ownership-runs-as-nothing'] },
  },
  {
    name: 'runs as 1000, rootless podman',
    engine: rootlessPodman(),
    runsAs: '1000',
    is: { user: '0:0', userns: 'keep-id:uid=1000,gid=1000', rules: [mapped, 'ownership-runs-as-root-first'] },
  },
  {
    name: 'runs as 1000:50, rootless podman',
    engine: rootlessPodman(),
    runsAs: '1000:50',
    is: { user: '0:0', userns: 'keep-id:uid=1000,gid=50', rules: [mapped, 'ownership-runs-as-root-first'] },
  },
  {
    name: 'runs as your number, rootless podman: it must still be mapped',
    engine: rootlessPodman(),
    runsAs: '1001:1002',
    is: { user: '0:0', userns: 'keep-id:uid=1001,gid=1002', rules: [mapped, 'ownership-runs-as-root-first'] },
  },
  {
    name: 'runs as root, rootless docker',
    engine: rootlessDocker,
    runsAs: '0',
    is: { rules: ['ownership-runs-as-same'] },
  },
  { name: 'runs as 1000, VM', engine: engine({ vm: true }), runsAs: '1000', is: { rules: ['ownership-vm'] } },
  {
    name: 'runs as 1000, docker, not inspected',
    runsAs: '1000',
    seen: false,
    is: { rules: ['ownership-runs-as-unseen'] },
  },
  {
    name: 'runs as 1000, nobody asked for the files',
    user: null,
    engine: rootlessPodman(),
    runsAs: '1000',
    is: { rules: ['ownership-image-user'] },
  },
];

describe('an image that changes to a user who is not you outside', () => {
  test.each([
    ['docker', engine(), ME, 'build the image for user 1001'],
    ['podman with root', podman, ME, 'build the image for user 1001'],
    ['docker as root', engine(), ROOT, 'build the image for user 0'],
    ['rootless docker', rootlessDocker, ME, 'build the image for user 0'],
    ['rootless podman 4.2', rootlessPodman({ version: '4.2.0' }), ME, 'build the image for user 0'],
    ['a daemon that remaps users', engine({ usernsRemap: true }), ME, 'userns = "host"'],
  ])('%s is refused with the mend', (_name, on, host, hint) => {
    const error = errorOf(() => ask({ engine: on, host, runsAs: '1000' }));
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(error.message).toContain('runs as user 1000');
    expect(error.hint).toContain(hint);
  });
});

describe('--user and --userns', () => {
  test.each(ROWS)('$name', (row) => {
    const { is } = row;
    const answer = ask(row);
    expect({ user: answer.user, userns: answer.userns, rules: answer.decisions.map(({ rule }) => rule) }).toEqual({
      user: is.user ?? null,
      userns: is.userns ?? null,
      rules: is.rules,
    });
  });

  test('a remapping daemon cannot give files to the host user', () => {
    const error = errorOf(() => ask({ engine: engine({ usernsRemap: true }) }));
    expect([error.code, error.message]).toEqual([
      'UNAVAILABLE',
      'docker remaps users (userns-remap), so no container user is the host user',
    ]);
    expect(error.hint).toContain('userns = "host"');
  });

  test.each(['auto', 'nomap', 'container:x'])('user = "host" and userns = "%s" contradict each other', (userns) => {
    const error = errorOf(() => ask({ engine: rootlessPodman(), userns }));
    expect([error.code, error.message]).toEqual([
      'BAD_DATA',
      `user = "host" and userns = "${userns}" do not go together`,
    ]);
  });
});

const enforcing = engine({ selinux: true });

describe('SELinux labels', () => {
  type LabelRow = {
    readonly name: string;
    readonly parts: Partial<OwnershipQuestion>;
    readonly labels: readonly (string | null)[];
    readonly security?: readonly string[];
  };
  const config = mount({ key: 'config', source: '/work/project/config.toml', readOnly: true });
  const outside = mount({ key: 'redux', source: '/data/redux', readOnly: true });
  const rows: readonly LabelRow[] = [
    { name: 'no SELinux', parts: { engine: engine(), mounts: [outside] }, labels: [null] },
    {
      name: 'project folders get the shared label',
      parts: { mounts: [mount(), config] },
      labels: ['shared', 'shared'],
    },
    { name: 'rootless podman, too', parts: { engine: rootlessPodman({ selinux: true }) }, labels: ['shared'] },
    { name: 'the project itself', parts: { mounts: [mount({ source: '/work/project' })] }, labels: ['shared'] },
    {
      name: 'a data tree: no label, no separation',
      parts: { mounts: [outside] },
      labels: [null],
      security: ['label=disable'],
    },
    {
      name: 'one mount outside covers all',
      parts: { mounts: [config, outside] },
      labels: [null, null],
      security: ['label=disable'],
    },
    {
      name: 'a sibling of the project',
      parts: { mounts: [mount({ source: '/work/project-2' })] },
      labels: [null],
      security: ['label=disable'],
    },
    {
      name: 'an engine’s socket in the project',
      parts: { mounts: [mount({ kind: 'socket' })] },
      labels: [null],
      security: ['label=disable'],
    },
    {
      name: 'a project in the home itself',
      parts: { project: '/home/me', mounts: [mount({ source: '/home/me' })] },
      labels: [null],
      security: ['label=disable'],
    },
    {
      name: 'keys below a project in the home',
      parts: { project: '/home/me', mounts: [mount({ source: '/home/me/.ssh/id' })] },
      labels: [null],
      security: ['label=disable'],
    },
    {
      name: 'other options stay first',
      parts: { mounts: [outside], security: ['no-new-privileges'] },
      labels: [null],
      security: ['no-new-privileges', 'label=disable'],
    },
    {
      name: 'the author disabled it',
      parts: { mounts: [outside], security: ['label:disable'] },
      labels: [null],
      security: ['label:disable'],
    },
    {
      name: 'the author chose a type',
      parts: { mounts: [outside, mount()], security: ['label=type:x_t'] },
      labels: [null, null],
      security: ['label=type:x_t'],
    },
    { name: 'privileged', parts: { mounts: [outside], privileged: true }, labels: [null] },
    {
      name: 'the author labelled it',
      parts: { mounts: [mount({ source: '/data/own', selinux: 'private' })] },
      labels: ['private'],
    },
    {
      name: 'the author labelled one of two',
      parts: { mounts: [mount({ selinux: 'private' }), config] },
      labels: ['private', 'shared'],
    },
    { name: 'selinux = "none"', parts: { mounts: [outside], unlabelled: new Set(['redux']) }, labels: [null] },
    {
      name: 'volumes are the engine’s',
      parts: { mounts: [mount({ type: 'volume', source: 'cache' })] },
      labels: [null],
    },
    { name: 'tmpfs, too', parts: { mounts: [mount({ type: 'tmpfs', source: '' })] }, labels: [null] },
    {
      name: 'inside a virtual machine',
      parts: { engine: engine({ selinux: true, vm: true }), mounts: [outside] },
      labels: [null],
    },
    {
      name: 'nerdctl does not label',
      parts: { engine: engine({ name: 'nerdctl', selinux: true }), mounts: [outside] },
      labels: [null],
    },
    {
      name: 'podman-hpc does not enforce',
      parts: { engine: rootlessPodman({ name: 'podman-hpc', selinux: true }), mounts: [outside] },
      labels: [null],
    },
  ];

  test.each(rows)('$name', ({ parts, labels, security }) => {
    const answer = ask({ engine: enforcing, user: '1:1', ...parts });
    expect(answer.mounts.map((made) => made.selinux)).toEqual(labels);
    expect(answer.security).toEqual(security ?? []);
  });

  test('each decision says what it is about', () => {
    expect(ask({ engine: enforcing, user: '1:1', mounts: [mount(), config] }).decisions).toEqual([
      { at: 'mounts/data', rule: 'selinux-project' },
      { at: 'mounts/config', rule: 'selinux-project' },
    ]);
    expect(ask({ engine: enforcing, user: '1:1', mounts: [outside], security: ['a'] }).decisions).toEqual([
      { at: 'security/1', rule: 'selinux-disable' },
    ]);
  });

  test.each([
    ['/', 'posix'],
    ['/home', 'posix'],
    ['/home/me', 'posix'],
    ['/home/you', 'posix'],
    ['/home/me/.ssh', 'posix'],
    ['/home/me/.gnupg/private-keys', 'posix'],
    ['/root', 'posix'],
    ['/usr/share/zoneinfo', 'posix'],
    ['/etc', 'posix'],
    ['/etc/ssl/certs', 'posix'],
    ['/var', 'posix'],
    ['/var/lib', 'posix'],
    ['/run/docker.sock', 'posix'],
    ['/dev/shm', 'posix'],
    ['/proc', 'posix'],
    ['/Users/me', 'posix'],
    ['C:\\', 'windows'],
    ['C:\\Users', 'windows'],
    ['c:\\users\\you', 'windows'],
    ['C:\\Users\\me', 'windows'],
    ['D:\\', 'windows'],
    ['C:\\Windows\\System32', 'windows'],
    ['C:\\Program Files\\App', 'windows'],
    ['\\\\server\\share', 'windows'],
  ] as const)('%s (%s) is never relabelled', (source, flavour) => {
    const home = flavour === 'posix' ? ME : { ...ME, home: 'C:\\Users\\me' };
    const error = errorOf(() =>
      ask({ host: home, flavour, user: '1:1', mounts: [mount({ source, selinux: 'private' })] }),
    );
    expect(error.code).toBe('REFUSED');
    expect(error.message).toBe(`mount \`data\` would relabel \`${source}\`, a home or system folder, for SELinux`);
    expect(error.hint).toContain('take selinux = "private" out');
  });

  test.each([
    ['/home/me/project', 'posix'],
    ['/srv/data', 'posix'],
    ['/var/lib/app', 'posix'],
    ['/usrdata', 'posix'],
    ['C:\\Users\\me\\project', 'windows'],
    ['D:\\data', 'windows'],
    ['\\\\server\\share\\data', 'windows'],
  ] as const)('%s (%s) may be labelled when the author says so', (source, flavour) => {
    const home = flavour === 'posix' ? ME : { ...ME, home: 'C:\\Users\\me' };
    const answer = ask({ host: home, flavour, user: '1:1', mounts: [mount({ source, selinux: 'shared' })] });
    expect(answer.mounts).toEqual([mount({ source, selinux: 'shared' })]);
  });

  test.each([
    ['private', 'take Z or relabel=private out'],
    ['shared', 'take z or relabel=shared out'],
  ] as const)('a flag that asks for the %s label is told in its own words', (selinux, hint) => {
    const error = errorOf(() => ask({ mounts: [mount({ key: 'flag/0', source: '/etc', selinux })] }));
    expect(error.message).toBe('--mount would relabel `/etc`, a home or system folder, for SELinux');
    expect(error.hint).toContain(hint);
  });

  test('all folders that must not be relabelled are named at once', () => {
    const error = errorOf(() =>
      ask({
        mounts: [
          mount({ key: 'a', source: '/', selinux: 'shared' }),
          mount({ key: 'b', source: '/etc', selinux: 'private' }),
        ],
      }),
    );
    expect(error.message).toBe('these folders must not be relabelled: 2 problems');
    expect(error.problems).toHaveLength(2);
  });
});
