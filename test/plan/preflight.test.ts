import { describe, expect, it } from 'vitest';
import { EXIT_CODE } from '../../src/core/errors.js';
import type { PathFacts, PortAnswer } from '../../src/plan/host-answers.js';
import {
  missingToCreate,
  type PreflightContext,
  preflight,
  preflightQuestions,
  preflightRefusal,
  withoutMissing,
} from '../../src/plan/preflight.js';
import { refusalError } from '../../src/plan/refusal.js';
import type { ContainerSpec, PublishedPort } from '../../src/spec/spec.js';
import { bind, ENGINE, spec, volume } from './plan-fixtures.js';

const CONTEXT: PreflightContext = {
  engine: ENGINE,
  image: { presence: 'present', buildable: null, arch: 'amd64', entrypoint: null },
  terminal: { stdin: false, stdout: false },
  detach: false,
  origins: {},
  ownPorts: [],
};

const dangling = (path: string, target: string): PathFacts => ({
  path,
  kind: null,
  realPath: null,
  links: [{ path, target }],
});

const PATHS: Readonly<Record<string, PathFacts>> = {
  '/srv/dir/of-image.sh': dangling('/srv/dir/of-image.sh', '/opt/app/run.sh'),
  '/srv/dir/nowhere.sh': dangling('/srv/dir/nowhere.sh', '/srv/dir/gone.sh'),
  ...Object.fromEntries(
    [
      ['/srv/dir', 'directory'],
      ['/srv/file', 'file'],
      ['/srv/sock', 'socket'],
      ['/srv/gone', null],
      ['/srv/dir/scripts/run.sh', 'file'],
      ['/srv/dir/docker/start.sh', null],
      ['/srv/gone/docker/start.sh', null],
      ['/dev/gone', null],
    ].map(([path, kind]) => [path, { path, kind, realPath: kind === null ? null : path, links: [] }]),
  ),
};

const HTTP: PublishedPort = { key: 'http', address: '127.0.0.1', hostPort: 5000, containerPort: 5000, protocol: 'tcp' };
const TAKEN: PortAnswer = { free: false, why: 'taken', holder: { pid: 42, program: 'python3' } };

type Row = {
  readonly name: string;
  readonly spec: Partial<ContainerSpec>;
  readonly ports?: Readonly<Record<string, PortAnswer>>;
  readonly context?: Partial<PreflightContext>;
  readonly exit: number | null;
  readonly says?: string;
};

const ROWS: readonly Row[] = [
  {
    name: 'sources of the right kind',
    spec: {
      mounts: [
        bind('/srv/dir', { kind: 'directory' }),
        bind('/srv/file', { kind: 'file' }),
        bind('/srv/sock', { kind: 'socket' }),
        bind('/srv/file'),
      ],
    },
    exit: null,
  },
  {
    name: 'volumes and memory, which have no source on the host',
    spec: { mounts: [volume('cache'), bind('', { type: 'tmpfs' })] },
    exit: null,
  },
  {
    name: 'a missing source',
    spec: { mounts: [bind('/srv/gone')] },
    exit: 66,
    says: 'mount `data`: nothing is at `/srv/gone`',
  },
  { name: 'a missing optional source', spec: { mounts: [bind('/srv/gone', { optional: true })] }, exit: null },
  { name: 'a missing source that podctl makes', spec: { mounts: [bind('/srv/gone', { create: true })] }, exit: null },
  {
    name: 'a folder in place of a file',
    spec: { mounts: [bind('/srv/dir', { kind: 'file' })] },
    exit: 66,
    says: 'mount `data`: `/srv/dir` is a directory, not a file',
  },
  {
    name: 'a file in place of a folder',
    spec: { mounts: [bind('/srv/file', { kind: 'directory' })] },
    exit: 66,
    says: 'is a file, not a directory',
  },
  {
    name: 'a file that exists in place of a folder, also when optional',
    spec: { mounts: [bind('/srv/file', { kind: 'directory', optional: true })] },
    exit: 66,
    says: 'not a directory',
  },
  {
    name: 'a missing device',
    spec: { devices: ['/dev/gone:/dev/x'] },
    exit: 66,
    says: 'device `/dev/gone` is not there',
  },
  { name: 'a free port', spec: { ports: [HTTP] }, ports: { http: { free: true } }, exit: null },
  {
    name: 'a taken port, with its holder',
    spec: { ports: [HTTP] },
    ports: { http: TAKEN },
    exit: 73,
    says: 'port `http`: 127.0.0.1:5000 is taken by `python3` (process 42)',
  },
  {
    name: 'a taken port whose holder cannot be told',
    spec: { ports: [{ ...HTTP, address: '::1' }] },
    ports: { http: { free: false, why: 'taken', holder: null } },
    exit: 73,
    says: '[::1]:5000 is taken by another program',
  },
  {
    name: 'a port that a container which goes first still holds',
    spec: { ports: [HTTP] },
    ports: { http: TAKEN },
    context: { ownPorts: [5000] },
    exit: null,
  },
  {
    name: 'a port that this user may not open',
    spec: { ports: [{ ...HTTP, hostPort: 80 }] },
    ports: { http: { free: false, why: 'denied', holder: null } },
    exit: 73,
    says: 'this user may not open 127.0.0.1:80',
  },
  {
    name: 'an address that this machine does not have',
    spec: { ports: [{ ...HTTP, address: '10.9.9.9' }] },
    ports: { http: { free: false, why: 'no-address', holder: null } },
    exit: 73,
    says: 'has no address `10.9.9.9`',
  },
  {
    name: 'one host port for two',
    spec: { ports: [HTTP, { ...HTTP, key: 'admin', address: '0.0.0.0', containerPort: 8080 }] },
    exit: 65,
    says: 'ports `http` and `admin` both want 5000',
  },
  {
    name: 'one host port over TCP and UDP',
    spec: { ports: [HTTP, { ...HTTP, key: 'dns', protocol: 'udp' }] },
    exit: null,
  },
  {
    name: 'an image that has to be built',
    spec: {},
    context: { image: { presence: 'missing', buildable: 'desiapi', arch: null, entrypoint: null } },
    exit: 69,
    says: 'the image `desiapi:dev` is not there yet',
  },
  {
    name: 'an image that must not be pulled',
    spec: { pull: 'never' },
    context: { image: { presence: 'missing', buildable: null, arch: null, entrypoint: null } },
    exit: 69,
    says: 'never to pull it',
  },
  {
    name: 'an image that will be pulled',
    spec: {},
    context: { image: { presence: 'missing', buildable: null, arch: null, entrypoint: null } },
    exit: null,
  },
  {
    name: 'an image for another processor',
    spec: {},
    context: { image: { presence: 'present', buildable: null, arch: 'arm64', entrypoint: null } },
    exit: 69,
    says: 'made for `arm64`, and this engine runs `amd64`',
  },
  {
    name: 'an image for a processor that is emulated',
    spec: {},
    context: {
      image: { presence: 'present', buildable: null, arch: 'arm64', entrypoint: null },
      engine: { ...ENGINE, emulates: ['aarch64'] },
    },
    exit: null,
  },
  {
    name: 'one processor under two names',
    spec: {},
    context: { image: { presence: 'present', buildable: null, arch: 'x86_64', entrypoint: null } },
    exit: null,
  },
  {
    name: 'a platform that cannot run here',
    spec: { platform: 'linux/arm64' },
    context: { image: { presence: 'missing', buildable: null, arch: null, entrypoint: null } },
    exit: 69,
    says: '`arm64`',
  },
  {
    name: 'any platform on an engine that was only assumed',
    spec: { platform: 'linux/arm64' },
    context: {
      image: { presence: 'unasked', buildable: null, arch: null, entrypoint: null },
      engine: { ...ENGINE, assumed: true },
    },
    exit: null,
  },
  {
    name: 'a terminal where there is none',
    spec: { tty: true },
    exit: 64,
    says: 'a terminal is asked for, and stdin is none',
  },
  {
    name: 'a terminal that is one on one side only',
    spec: { tty: true },
    context: { terminal: { stdin: true, stdout: false } },
    exit: 64,
    says: 'stdout is none',
  },
  {
    name: 'a terminal in a terminal',
    spec: { tty: true },
    context: { terminal: { stdin: true, stdout: true } },
    exit: null,
  },
  {
    name: 'a folder that has what the profile wants in it',
    spec: { mounts: [bind('/srv/dir', { contains: ['scripts/run.sh'] })] },
    exit: null,
  },
  {
    name: 'a folder without what the profile wants in it',
    spec: { mounts: [bind('/srv/dir', { contains: ['docker/start.sh'] })] },
    exit: 66,
    says: 'mount `data`: `/srv/dir` is not the right folder: it has no `docker/start.sh`',
  },
  {
    name: 'a missing folder is told once',
    spec: { mounts: [bind('/srv/gone', { contains: ['docker/start.sh'] })] },
    exit: 66,
    says: 'mount `data`: nothing is at `/srv/gone`',
  },
  {
    name: 'a mount that hides the script of the entrypoint',
    spec: { mounts: [bind('/srv/dir', { target: '/app' })] },
    context: { image: { ...CONTEXT.image, entrypoint: ['/bin/sh', '/app/docker/start.sh'] } },
    exit: 66,
    says: "`/srv/dir` hides the image's `/app/docker/start.sh`, which its entrypoint runs, and has no such file",
  },
  {
    name: 'a mount that brings the script of the entrypoint',
    spec: { mounts: [bind('/srv/dir', { target: '/app' })] },
    context: { image: { ...CONTEXT.image, entrypoint: ['/bin/sh', '/app/scripts/run.sh'] } },
    exit: null,
  },
  {
    name: 'a link to a file that only the image has, which nobody can look at',
    spec: { mounts: [bind('/srv/dir', { contains: ['of-image.sh'] })] },
    exit: null,
  },
  {
    name: 'a link inside of the folder that leads nowhere',
    spec: { mounts: [bind('/srv/dir', { contains: ['nowhere.sh'] })] },
    exit: 66,
    says: 'it has no `nowhere.sh`',
  },
  {
    name: 'an entrypoint of the profile takes the place of the image’s',
    spec: { mounts: [bind('/srv/dir', { target: '/app' })], entrypoint: ['/bin/sh'] },
    context: { image: { ...CONTEXT.image, entrypoint: ['/bin/sh', '/app/docker/start.sh'] } },
    exit: null,
  },
  {
    name: 'the deepest mount counts, and a volume may have anything in it',
    spec: { mounts: [bind('/srv/dir', { target: '/app' }), volume('docker', { target: '/app/docker' })] },
    context: { image: { ...CONTEXT.image, entrypoint: ['/bin/sh', '/app/docker/start.sh'] } },
    exit: null,
  },
  { name: 'a terminal of a detached container', spec: { tty: true }, context: { detach: true }, exit: null },
];

describe('preflight', () => {
  it.each(ROWS)('$name', ({ spec: parts, ports = {}, context = {}, exit, says = '' }) => {
    const found = preflight(spec(parts), { paths: PATHS, ports }, { ...CONTEXT, ...context });
    const refusal = preflightRefusal(found);
    expect(refusal === null ? null : EXIT_CODE[refusal.code]).toBe(exit);
    expect(refusal?.message ?? '').toContain(says);
    for (const { problem } of found) expect(problem.hint).toBeTruthy();
  });

  it('tells everything at once, with the lines of the profile', () => {
    const origins = {
      'mounts/a': [{ kind: 'profile', file: 'podctl.toml', path: ['container', 'mounts', 'a'], line: 3, column: 1 }],
    } as const;
    const parts = {
      mounts: [bind('/srv/gone', { key: 'a' }), bind('/srv/dir', { key: 'b', kind: 'file' })],
      ports: [HTTP],
    };
    const found = preflight(spec(parts), { paths: PATHS, ports: { http: TAKEN } }, { ...CONTEXT, origins });
    const refusal = preflightRefusal(found);
    if (refusal === null) throw new Error('nothing refused');
    const error = refusalError(refusal);
    expect(error).toMatchObject({ code: 'MISSING_INPUT', message: 'the container cannot start: 3 problems' });
    expect(error.problems.map((one) => one.message)).toEqual([
      'mount `a`: nothing is at `/srv/gone`',
      'mount `b`: `/srv/dir` is a directory, not a file',
      'port `http`: 127.0.0.1:5000 is taken by `python3` (process 42)',
    ]);
    expect(error.problems[0]?.at).toMatchObject({ file: 'podctl.toml', line: 3, column: 1, key: 'container.mounts.a' });
  });

  it('names a dangling link', () => {
    const paths = {
      '/srv/l': { path: '/srv/l', kind: null, realPath: null, links: [{ path: '/srv/l', target: '/srv/nowhere' }] },
    };
    const [found] = preflight(spec({ mounts: [bind('/srv/l')] }), { paths, ports: {} }, CONTEXT);
    expect(found?.problem.message).toBe(
      'mount `data`: nothing is at `/srv/l`; the link `/srv/l` leads to `/srv/nowhere`',
    );
  });
});

it('asks about sources, devices and the TCP ports that are chosen, each once', () => {
  const parts = {
    mounts: [bind('/a'), bind('/a', { key: 'again' }), volume('v')],
    devices: ['/dev/dri:/dev/dri', 'nvidia.com/gpu=all'],
    ports: [HTTP, { ...HTTP, key: 'free', hostPort: null }, { ...HTTP, key: 'udp', protocol: 'udp' as const }],
  };
  expect(preflightQuestions(spec(parts), null)).toEqual({
    paths: ['/a', '/dev/dri'],
    ports: [{ key: 'http', address: '127.0.0.1', port: 5000 }],
    secrets: [],
  });
});

it('asks about what a mount must contain, and about what it hides of the entrypoint', () => {
  const mounts = [bind('/src', { target: '/app', contains: ['a/b'] }), bind('C:\\code', { key: 'w', target: '/w' })];
  expect(preflightQuestions(spec({ mounts }), ['sh', '/app/run.sh', '/w/x/y.sh', '/other']).paths).toEqual([
    '/src',
    'C:\\code',
    '/src/a/b',
    '/src/run.sh',
    'C:\\code\\x\\y.sh',
  ]);
});

it('leaves optional mounts without a source out, and knows which folders to make', () => {
  const mounts = [
    bind('/srv/gone', { key: 'a', optional: true }),
    bind('/srv/gone', { key: 'b', create: true }),
    bind('/srv/dir', { key: 'c', optional: true, create: true }),
  ];
  const answers = { paths: PATHS, ports: {} };
  expect(withoutMissing(spec({ mounts }), answers).mounts.map((mount) => mount.key)).toEqual(['b', 'c']);
  expect([...missingToCreate(spec({ mounts }), answers)]).toEqual(['b']);
});
