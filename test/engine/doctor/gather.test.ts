import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import { fromInfo, fromPodman, isLocal } from '../../../src/engine/doctor/details.js';
import { chooseImages } from '../../../src/engine/doctor/images.js';
import { type InsideQuestion, lookInside, readView } from '../../../src/engine/doctor/inside.js';
import { askLogins } from '../../../src/engine/doctor/logins.js';
import { hasSystemd, readRootless } from '../../../src/engine/doctor/machine.js';
import { fileSystemOf, readPodmanStorage } from '../../../src/engine/doctor/podman-storage.js';
import { findCrlfScripts } from '../../../src/engine/doctor/scripts.js';
import { surveyEngines } from '../../../src/engine/doctor/survey.js';
import { askUsage, fromApi, fromRows } from '../../../src/engine/doctor/usage.js';
import type { FoundEngine } from '../../../src/engine/engine.js';
import type { Probe } from '../../../src/engine/probe.js';
import type { Command, Ended, Processes } from '../../../src/engine/process.js';
import { withinLimit } from '../../../src/io/limit.js';
import { DOCKER } from '../../support/samples.js';
import { type MemoryOptions, memoryWorld } from '../../support/world.js';

const FOUND: FoundEngine = {
  facts: DOCKER,
  connection: { program: 'docker', address: null, globals: ['--context', 'x'], foundBy: 'a test' },
};
const DONE = { exitCode: 0, signal: null, timedOut: false } as const;

function machine(options: MemoryOptions) {
  const { host, files } = memoryWorld({ shipped: [], ...options }).world;
  return { host, files };
}

describe('asking what could be freed', () => {
  it('docker: what no container uses', () => {
    const df = {
      LayersSize: 1000,
      Images: [
        { Containers: 1, Size: 300, SharedSize: 100 },
        { Containers: 0, Size: 500, SharedSize: 0 },
      ],
      Containers: [
        { State: 'running', SizeRw: 5 },
        { State: 'exited', SizeRw: 7 },
      ],
      Volumes: [{ UsageData: { RefCount: 0, Size: 11 } }, { UsageData: { RefCount: 1, Size: 13 } }],
      BuildCache: [
        { InUse: false, Shared: false, Size: 17 },
        { InUse: true, Shared: false, Size: 19 },
      ],
    };
    expect(fromApi(df)).toEqual({ images: 800, containers: 7, volumes: 11, buildCache: 17 });
    expect(fromApi({ ImageUsage: { Reclaimable: 1 }, VolumeUsage: { Reclaimable: 2 } })).toEqual({
      images: 1,
      containers: 0,
      volumes: 2,
      buildCache: 0,
    });
  });

  it('podman by its own API, without starting a program', async () => {
    const json = {
      Images: [
        { ImageID: 'a', Tag: '1', Containers: 0, Size: 300 },
        { ImageID: 'a', Tag: '2', Containers: 0, Size: 300 },
        { ImageID: 'b', Tag: '1', Containers: 2, Size: 5000 },
      ],
      Containers: [
        { Status: 'running', RWSize: 5 },
        { Status: 'exited', RWSize: 7 },
      ],
      Volumes: [
        { Size: 11, ReclaimableSize: 11 },
        { Size: 13, ReclaimableSize: 0 },
      ],
    };
    const facts = { ...DOCKER, name: 'podman' as const };
    const connection = { ...FOUND.connection, program: 'podman', address: 'unix:///p.sock' };
    const probe: Probe = async (address, { path }) => {
      expect([address, path]).toEqual(['unix:///p.sock', '/v4.0.0/libpod/system/df']);
      return { status: 200, headers: {}, text: '', json };
    };
    const run = () => Promise.reject(new Error('unexpected program'));
    const said = { images: 300, containers: 7, volumes: 11, buildCache: null };
    expect(await askUsage({ facts, connection }, { probe, run })).toEqual(said);
  });

  it('rows of both programs: sizes in words or in bytes', async () => {
    expect(
      fromRows([
        { Type: 'Images', Reclaimable: '3.968MB (100%)' },
        { Type: 'Containers', Reclaimable: '0B' },
        { Type: 'Local Volumes', RawReclaimable: 42 },
      ]),
    ).toEqual({ images: 3_968_000, containers: 0, volumes: 42, buildCache: null });
    // As podman 4.3.1 writes it.
    const row = '{"Type":"Images","Total":625,"Active":0,"Size":18616027294,"Reclaimable":18616027294}';
    const podman = { ...FOUND, facts: { ...DOCKER, name: 'podman' as const } };
    const printed: Processes['run'] = () => Promise.resolve({ ...DONE, stdout: `${row}\n`, stderr: '' });
    const noProbe = () => Promise.reject(new Error('unexpected question'));
    expect(await askUsage(podman, { probe: noProbe, run: printed })).toMatchObject({ images: 18_616_027_294 });
    const run: Processes['run'] = ({ args }) => {
      expect(args).toEqual(['--context', 'x', 'system', 'df', '--format', '{{json .}}']);
      const stdout = '{"Type":"Images","Reclaimable":"1.5kB (3%)"}\n{"Type":"Build Cache","Reclaimable":"2GB"}';
      return Promise.resolve({ ...DONE, stdout, stderr: '' });
    };
    expect(await askUsage(FOUND, { probe: noProbe, run })).toEqual({
      images: 1500,
      containers: null,
      volumes: null,
      buildCache: 2e9,
    });
  });
});

it('details: in the words of docker and of podman', () => {
  expect(
    fromInfo({
      DockerRootDir: '/var/lib/docker',
      Driver: 'overlay2',
      DriverStatus: [
        ['Backing Filesystem', 'xfs'],
        ['Supports d_type', 'false'],
      ],
      HttpsProxy: 'http://p:1',
      SystemTime: '2026-11-27T03:56:03.2Z',
    }),
  ).toEqual({
    root: '/var/lib/docker',
    driver: 'overlay2',
    backing: 'xfs',
    dType: false,
    proxies: { http: '', https: 'http://p:1', no: '' },
    time: Date.parse('2026-11-27T03:56:03.2Z'),
    network: '',
  });
  const store = { graphRoot: '/r', graphDriverName: 'vfs', graphStatus: {} };
  expect(fromPodman({ store, host: { networkBackend: 'cni' } })).toMatchObject({
    root: '/r',
    driver: 'vfs',
    network: 'cni',
    dType: null,
  });
  expect(isLocal(FOUND, 'linux')).toBe(true);
  expect(isLocal({ ...FOUND, connection: { ...FOUND.connection, address: 'tcp://h:1' } }, 'linux')).toBe(false);
  expect(isLocal({ ...FOUND, facts: { ...DOCKER, vm: true } }, 'linux')).toBe(false);
});

describe("podman's storage", () => {
  const MOUNTS = '25 1 8:1 / / rw - ext4 /dev/a rw\n26 25 0:5 / /home rw shared:1 - nfs4 srv:/home rw\n';
  it.each<
    [
      rootless: boolean,
      files: Record<string, string>,
      env: Record<string, string>,
      root: string,
      driver: string,
      backing: string,
    ]
  >([
    [
      false,
      { '/var/lib/containers/storage/overlay-images/x': '' },
      {},
      '/var/lib/containers/storage',
      'overlay',
      'ext4',
    ],
    [
      true,
      { '/home/ann/.local/share/containers/storage/vfs-images/x': '' },
      {},
      '/home/ann/.local/share/containers/storage',
      'vfs',
      'nfs4',
    ],
    [
      true,
      {
        '/home/ann/.config/containers/storage.conf': '[storage]\ngraphroot = "$HOME/pods"\n',
        '/home/ann/pods/overlay-images/x': '',
      },
      {},
      '/home/ann/pods',
      'overlay',
      'nfs4',
    ],
    [
      true,
      {
        '/etc/containers/storage.conf': '[storage]\nrootless_storage_path = "/big/$UID"\n',
        '/big/1000/overlay-images/x': '',
      },
      {},
      '/big/1000',
      'overlay',
      'ext4',
    ],
    [
      false,
      { '/s.conf': '[storage]\ngraphroot = "/own"\n', '/own/btrfs-images/x': '' },
      { CONTAINERS_STORAGE_CONF: '/s.conf' },
      '/own',
      'btrfs',
      'ext4',
    ],
  ])('%#', async (rootless, files, env, root, driver, backing) => {
    const here = machine({
      files: { ...files, '/proc/self/mountinfo': MOUNTS, [`${root}/defaultNetworkBackend`]: 'netavark' },
      host: { env },
    });
    expect(await readPodmanStorage(rootless, here)).toMatchObject({ root, driver, backing, network: 'netavark' });
  });

  it('is not there, or its file system is not', async () => {
    expect(await readPodmanStorage(false, machine({}))).toBeNull();
    expect(fileSystemOf('/x', '')).toBe('');
  });
});

describe('a look inside', () => {
  const question: InsideQuestion = { name: 'ghcr.io', images: ['a:1', 'b:1', 'c:1'], project: 'sky-1', mark: 'm' };
  const said = (...lines: readonly string[]) => [
    'podctl-time 1700000000',
    'podctl-disk Filesystem x',
    'podctl-disk overlay 100 40 60 40% /',
    'podctl-dns nameserver 10.0.0.1',
    'podctl-asks',
    ...lines,
  ];

  it.each<[lines: string[], answer: string]>([
    [['Address: 1.2.3.4', 'podctl-end 0'], 'found'],
    [["** server can't find ghcr.io: NXDOMAIN", 'podctl-end 1'], 'unknown'],
    [[';; connection timed out; no servers could be reached', 'podctl-end 1'], 'silent'],
    [[], 'silent'],
  ])('%j is %s', (lines, answer) => {
    expect(readView('a:1', said(...lines), 0)).toEqual({
      look: { asked: true, image: 'a:1', answer, servers: ['10.0.0.1'] },
      time: 1_700_000_000,
      disk: { total: 102_400, free: 61_440 },
    });
  });

  it('an image without a shell or tools gives way to the next; an engine that starts nothing does not', async () => {
    const started: Command[] = [];
    const replies: [string[], number][] = [
      [['exec: "/bin/sh": stat /bin/sh: no such file or directory'], 127],
      [[...said(), 'podctl-no-tool', 'podctl-end 0'], 0],
      [[...said('Address: 1.2.3.4', 'podctl-end 0')], 0],
    ];
    const processes = processesOf((command, onLine) => {
      started.push(command);
      const [lines, exitCode] = replies.shift() ?? [[], 1];
      for (const line of lines) onLine(line);
      return { ...DONE, exitCode };
    });
    const view = await lookInside(question, FOUND, processes);
    expect(view.look).toMatchObject({ asked: true, image: 'c:1', answer: 'found' });
    expect(started[2]).toMatchObject({
      file: 'docker',
      args: [
        '--context',
        'x',
        'run',
        '--rm',
        '--name',
        'podctl-doctor-m-2',
        '--label',
        'podctl.doctor=m-2',
        '--label',
        'podctl.project=sky-1',
        '--pull',
        'never',
        '--entrypoint',
        '/bin/sh',
        'c:1',
        '-c',
        expect.any(String),
        'sh',
        'ghcr.io',
      ],
    });
    const broken = processesOf((_command, onLine) => {
      onLine('docker: Error response from daemon: no space left on device.');
      return { ...DONE, exitCode: 125 };
    });
    expect((await lookInside(question, FOUND, broken)).look).toEqual({
      asked: false,
      why: 'a container of a:1 did not start: docker: Error response from daemon: no space left on device.',
      broken: true,
    });
    const foreign = processesOf((_command, onLine) => {
      onLine('exec /bin/sh: exec format error');
      return { ...DONE, exitCode: 255 };
    });
    expect((await lookInside(question, FOUND, foreign)).look).toMatchObject({
      why: 'c:1 is made for another processor',
    });
    expect((await lookInside({ ...question, images: [] }, FOUND, foreign)).look).toMatchObject({ asked: false });
  });

  it('a look-up that takes too long is ended, and its container removed', async () => {
    const ran: (readonly string[])[] = [];
    let end: () => void = () => undefined;
    const processes: Processes = {
      ...processesOf(() => DONE),
      stream: (_command, onLine) => {
        for (const line of said()) onLine(line);
        return new Promise<Ended>((resolve) => {
          end = () => resolve({ ...DONE, exitCode: 137 });
        });
      },
      run: ({ args }) => {
        ran.push(args);
        if (args.includes('kill')) end();
        return Promise.resolve({ ...DONE, stdout: '', stderr: '' });
      },
    };
    const { look } = await lookInside({ ...question, images: ['a:1'] }, FOUND, processes);
    expect(look).toMatchObject({ asked: true, answer: 'silent' });
    expect(ran).toEqual([
      ['--context', 'x', 'kill', 'podctl-doctor-m-0'],
      ['--context', 'x', 'rm', '--force', 'podctl-doctor-m-0'],
    ]);
  });

  it('images with tools come first, then the smallest', () => {
    const images = [
      { name: 'big', size: 9 },
      { name: 'small', size: 1 },
      { name: 'x/alpine:3', size: 5 },
      { name: 'huge', size: 99 },
    ];
    expect(chooseImages(images)).toEqual(['x/alpine:3', 'small', 'big']);
  });
});

function processesOf(stream: (command: Command, onLine: (line: string) => void) => Ended): Processes {
  const no = (): never => {
    throw new Error('unexpected start of a program');
  };
  return { run: no, attach: no, pipe: no, stream: (command, onLine) => Promise.resolve(stream(command, onLine)) };
}

it('logins: each program is asked once for its list, and never for a password', async () => {
  const asked: (readonly string[])[] = [];
  const here = machine({
    files: {
      '/home/ann/.docker/config.json': JSON.stringify({
        credsStore: 'desktop',
        credHelpers: { 'ghcr.io': 'slow', 'x.io': 'gone' },
        auths: { a: { auth: 'x' } },
      }),
      '/run/user/1000/containers/auth.json': '{"credsStore":"desktop"}',
      '/home/ann/.config/containers/auth.json': 'no json',
    },
  });
  const facts = await askLogins(here, ({ file, args }) => {
    asked.push([file, ...args]);
    if (file.endsWith('gone')) return Promise.reject(memoryError());
    const slow = file.endsWith('slow');
    return Promise.resolve({ ...DONE, exitCode: slow ? 143 : 1, timedOut: slow, stdout: '', stderr: 'locked\nmore' });
  });
  expect(asked).toEqual([
    ['docker-credential-desktop', 'list'],
    ['docker-credential-slow', 'list'],
    ['docker-credential-gone', 'list'],
  ]);
  expect(facts.files.map(({ state }) => state)).toEqual(['open', 'good', 'broken']);
  expect(facts.helpers.map(({ answer, said, registries }) => [answer, said, registries])).toEqual([
    ['fails', 'locked', null],
    ['silent', '1 s', ['ghcr.io']],
    ['missing', '', ['x.io']],
    ['fails', 'locked', null],
  ]);
});

describe('the machine', () => {
  it('rootless: user, ranges, runtime folder and controllers', async () => {
    const here = machine({
      files: {
        '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
        '/etc/subuid': 'ann:1:2\n',
        '/var/lib/systemd/linger/ann': '',
        '/run/systemd/system/x': '',
        '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers': 'memory pids\n',
        '/proc/sys/user/max_user_namespaces': '7\n',
      },
      host: { env: { XDG_RUNTIME_DIR: '/run/user/1000' } },
    });
    expect(await readRootless(here)).toEqual({
      platform: 'linux',
      uid: 1000,
      user: 'ann',
      subuid: 'ann:1:2\n',
      subgid: null,
      newuidmap: false,
      podman: false,
      systemd: true,
      lingers: true,
      runtime: { path: '/run/user/1000', state: 'missing' },
      controllers: ['memory', 'pids'],
      namespaces: 7,
    });
    expect(await hasSystemd(machine({}))).toBe(false);
  });

  it('scripts: by their first line, in files and folders, and not where nobody starts them', async () => {
    const crlf = '#!/bin/sh\r\nexit\r\n';
    const { files } = machine({
      files: {
        '/p/run.sh': crlf,
        '/p/deep/tool': crlf,
        '/p/good.sh': '#!/bin/sh\nexit\r\n',
        '/p/notes.txt': crlf,
        '/p/node_modules/x.sh': crlf,
        '/q.sh': crlf,
      },
    });
    const mounted = [
      { source: '/p', by: 'a' },
      { source: '/q.sh', by: 'b' },
      { source: '/p', by: 'c' },
      { source: '/none', by: 'd' },
    ];
    const { scripts, looked, more } = await findCrlfScripts(mounted, files);
    expect(scripts.map(({ path, by }) => `${path} ${by}`).toSorted()).toEqual([
      '/p/deep/tool a',
      '/p/run.sh a',
      '/q.sh b',
    ]);
    expect([looked, more]).toEqual([4, false]);
  });
});

it('every way to an engine is tried once; programs only of engines that answered nowhere else', async () => {
  const ran: string[] = [];
  const here = machine({
    files: { '/usr/bin/podman': '', '/usr/bin/docker': '', '/var/run/docker.sock': '' },
    host: { env: { PATH: '/usr/bin', DOCKER_HOST: 'unix:///dead.sock' } },
  });
  const podman = { exitCode: 0, signal: null, timedOut: false, stdout: '{"Client":{"Version":"5.4.0"}}', stderr: '' };
  const attempts = await surveyEngines(null, {
    host: here.host,
    files: {
      ...here.files,
      stat: async (path) =>
        path.startsWith('/usr/bin/') ? { kind: 'file', size: 1, uid: 0, gid: 0, mode: 0o755 } : here.files.stat(path),
    },
    tools: {
      probe: (address, { path }) => {
        if (address === 'unix:///dead.sock') return Promise.reject(memoryError());
        const json = path === '/version' ? { Version: '28.2.2', ApiVersion: '1.50' } : {};
        return Promise.resolve({ status: 200, headers: {}, text: '', json });
      },
      run: ({ file }) => {
        ran.push(file);
        return Promise.resolve(file === 'podman' ? podman : { ...podman, exitCode: 1, stdout: '' });
      },
    },
  });
  const brief = attempts.map(
    ({ what, facts, answer }) => `${what}: ${facts === null ? answer : `${facts.name} ${facts.version}`}`,
  );
  expect(brief).toContain('DOCKER_HOST: gone');
  expect(brief).toContain('socket /var/run/docker.sock: docker 28.2.2');
  expect(brief).toContain('program podman: podman 5.4.0');
  expect(brief.some((line) => line.startsWith('program docker'))).toBe(false);
  expect(ran).not.toContain('docker');
});

it('work that takes too long gives null, and its signal says so', async () => {
  let aborted = false;
  const slow = withinLimit(
    5,
    (signal) =>
      new Promise<string>(() =>
        signal.addEventListener('abort', () => {
          aborted = true;
        }),
      ),
  );
  expect(await slow).toBeNull();
  expect(aborted).toBe(true);
  expect(await withinLimit(1_000, () => Promise.resolve('x'))).toBe('x');
});

function memoryError(): Error {
  return new PodctlError('UNAVAILABLE', 'gone', { hint: 'none' });
}
