import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { assumeEngine } from '../../src/engine/assume.js';
import { detectEngine, rememberedOf } from '../../src/engine/detect.js';
import type { Host } from '../../src/io/host.js';
import {
  type Answers,
  type ApiAnswers,
  disk,
  done,
  HOST,
  type ProgramAnswers,
  reply,
  silent,
  strictTools,
} from './fakes.js';

/** An API that answers as docker does. */
function docker(address: string, info: object = {}, version = '28.2.2'): ApiAnswers {
  return {
    [`${address} /_ping`]: reply('OK'),
    [`${address} /version`]: reply({ Version: version, ApiVersion: '1.50', Components: [{ Name: 'Engine' }] }),
    [`${address} /info`]: reply({ SecurityOptions: [], CgroupVersion: '2', Architecture: 'x86_64', ...info }),
  };
}

/** An API that answers as podman's compatible one does. */
function podman(address: string): ApiAnswers {
  return {
    [`${address} /_ping`]: reply('OK', { headers: { 'libpod-api-version': '5.4.2', 'api-version': '1.41' } }),
    [`${address} /version`]: reply({ Version: '5.4.2', ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }] }),
    [`${address} /info`]: reply({ SecurityOptions: ['name=rootless'], CgroupVersion: '2', Architecture: 'arm64' }),
  };
}

const PODMAN_VERSION = 'podman version --format json';
const NOTHING_INSTALLED: ProgramAnswers = {
  [PODMAN_VERSION]: silent('`podman` was not found'),
  'docker version --format {{json .}}': silent('`docker` was not found'),
  'docker info --format {{json .}}': silent('`docker` was not found'),
  'nerdctl version --format {{json .}}': silent('`nerdctl` was not found'),
  'nerdctl info --format {{json .}}': silent('`nerdctl` was not found'),
  'podman-hpc version --format json': silent('`podman-hpc` was not found'),
};

type Case = {
  readonly host?: Partial<Host>;
  readonly files?: Record<string, string | null>;
  readonly links?: Record<string, string>;
  readonly answers?: Answers;
  readonly wanted?: string;
  readonly remembered?: string;
};

function detect({ host, files, links, answers = {}, wanted, remembered }: Case) {
  const tools = strictTools({ api: answers.api ?? {}, programs: { ...NOTHING_INSTALLED, ...answers.programs } });
  return detectEngine({
    wanted: wanted ?? null,
    remembered: remembered ?? null,
    host: { ...HOST, ...host },
    files: disk({ '/home/ann/sky/x': '', ...files }, links),
    tools,
  });
}

async function failure(attempt: Promise<unknown>): Promise<PodctlError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof PodctlError) return error;
    throw error;
  }
  throw new Error('an engine was found');
}

const SOCKET = '/var/run/docker.sock';
const context = (name: string, host: string): Record<string, string> => ({
  '/home/ann/.docker/config.json': JSON.stringify({ currentContext: name }),
  '/home/ann/.docker/contexts/meta/abc/meta.json': JSON.stringify({
    Name: name,
    Endpoints: { docker: { Host: host } },
  }),
});

describe('each way to an engine', () => {
  const mac = { platform: 'darwin', arch: 'arm64', home: '/Users/ann', uid: 501 } as const;
  const windows = { platform: 'win32', home: 'C:\\Users\\ann', uid: null, gid: null } as const;
  const ways: [string, Case, { name: string; address: string | null; globals: string[]; foundBy: string }][] = [
    [
      'DOCKER_HOST',
      { host: { env: { DOCKER_HOST: 'tcp://127.0.0.1:2375' } }, answers: { api: docker('tcp://127.0.0.1:2375') } },
      { name: 'docker', address: 'tcp://127.0.0.1:2375', globals: [], foundBy: 'DOCKER_HOST' },
    ],
    [
      'CONTAINER_HOST',
      {
        host: { env: { CONTAINER_HOST: 'unix:///p.sock' } },
        files: { '/p.sock': '' },
        answers: { api: podman('unix:///p.sock') },
      },
      { name: 'podman', address: 'unix:///p.sock', globals: [], foundBy: 'CONTAINER_HOST' },
    ],
    [
      'the current docker context',
      { files: context('colima', 'unix:///c.sock'), answers: { api: docker('unix:///c.sock') } },
      { name: 'docker', address: 'unix:///c.sock', globals: [], foundBy: 'docker context colima' },
    ],
    [
      'DOCKER_CONTEXT before the current one',
      {
        host: { env: { DOCKER_CONTEXT: 'other' } },
        files: {
          ...context('colima', 'unix:///c.sock'),
          '/home/ann/.docker/contexts/meta/def/meta.json':
            '{"Name":"other","Endpoints":{"docker":{"Host":"unix:///o.sock"}}}',
        },
        answers: { api: docker('unix:///o.sock') },
      },
      { name: 'docker', address: 'unix:///o.sock', globals: [], foundBy: 'docker context other' },
    ],
    [
      'the rootful docker socket',
      { files: { [SOCKET]: '' }, answers: { api: docker(`unix://${SOCKET}`) } },
      { name: 'docker', address: `unix://${SOCKET}`, globals: [], foundBy: `socket ${SOCKET}` },
    ],
    [
      'the rootless docker socket',
      {
        host: { env: { XDG_RUNTIME_DIR: '/run/user/1000' } },
        files: { '/run/user/1000/docker.sock': '' },
        answers: { api: docker('unix:///run/user/1000/docker.sock') },
      },
      {
        name: 'docker',
        address: 'unix:///run/user/1000/docker.sock',
        globals: ['--host', 'unix:///run/user/1000/docker.sock'],
        foundBy: 'socket /run/user/1000/docker.sock',
      },
    ],
    [
      'Docker Desktop on macOS',
      {
        host: mac,
        files: { '/Users/ann/.docker/run/docker.sock': '' },
        answers: { api: docker('unix:///Users/ann/.docker/run/docker.sock') },
      },
      {
        name: 'docker',
        address: 'unix:///Users/ann/.docker/run/docker.sock',
        globals: ['--host', 'unix:///Users/ann/.docker/run/docker.sock'],
        foundBy: 'socket /Users/ann/.docker/run/docker.sock',
      },
    ],
    [
      'Docker Desktop on Linux',
      {
        files: { '/home/ann/.docker/desktop/docker.sock': '' },
        answers: { api: docker('unix:///home/ann/.docker/desktop/docker.sock') },
      },
      {
        name: 'docker',
        address: 'unix:///home/ann/.docker/desktop/docker.sock',
        globals: ['--host', 'unix:///home/ann/.docker/desktop/docker.sock'],
        foundBy: 'socket /home/ann/.docker/desktop/docker.sock',
      },
    ],
    [
      'Colima, any profile',
      {
        host: mac,
        files: { '/Users/ann/.colima/work/docker.sock': '', '/Users/ann/.colima/_lima/x': '' },
        answers: { api: docker('unix:///Users/ann/.colima/work/docker.sock') },
      },
      {
        name: 'docker',
        address: 'unix:///Users/ann/.colima/work/docker.sock',
        globals: ['--host', 'unix:///Users/ann/.colima/work/docker.sock'],
        foundBy: 'socket /Users/ann/.colima/work/docker.sock',
      },
    ],
    [
      'Rancher Desktop',
      {
        host: mac,
        files: { '/Users/ann/.rd/docker.sock': '' },
        answers: { api: docker('unix:///Users/ann/.rd/docker.sock') },
      },
      {
        name: 'docker',
        address: 'unix:///Users/ann/.rd/docker.sock',
        globals: ['--host', 'unix:///Users/ann/.rd/docker.sock'],
        foundBy: 'socket /Users/ann/.rd/docker.sock',
      },
    ],
    [
      'the docker pipe on Windows',
      { host: windows, answers: { api: docker('npipe:////./pipe/docker_engine') } },
      {
        name: 'docker',
        address: 'npipe:////./pipe/docker_engine',
        globals: [],
        foundBy: 'socket //./pipe/docker_engine',
      },
    ],
    [
      'the rootful podman socket, as root',
      {
        host: { uid: 0 },
        files: { '/run/podman/podman.sock': '' },
        answers: { api: podman('unix:///run/podman/podman.sock') },
      },
      {
        name: 'podman',
        address: 'unix:///run/podman/podman.sock',
        globals: [],
        foundBy: 'socket /run/podman/podman.sock',
      },
    ],
    [
      'the rootful podman socket, as a user: the program must be told',
      {
        files: { '/run/podman/podman.sock': '' },
        answers: { api: podman('unix:///run/podman/podman.sock') },
      },
      {
        name: 'podman',
        address: 'unix:///run/podman/podman.sock',
        globals: ['--url', 'unix:///run/podman/podman.sock'],
        foundBy: 'socket /run/podman/podman.sock',
      },
    ],
    [
      'the rootless podman socket',
      {
        host: { env: { XDG_RUNTIME_DIR: '/run/user/1000' } },
        files: { '/run/user/1000/podman/podman.sock': '' },
        answers: { api: podman('unix:///run/user/1000/podman/podman.sock') },
      },
      {
        name: 'podman',
        address: 'unix:///run/user/1000/podman/podman.sock',
        globals: [],
        foundBy: 'socket /run/user/1000/podman/podman.sock',
      },
    ],
    [
      'podman machine on macOS, by its connection',
      {
        host: mac,
        files: {
          '/Users/ann/.config/containers/podman-connections.json': JSON.stringify({
            Connection: {
              Default: 'podman-machine-default',
              Connections: {
                'podman-machine-default': { URI: 'ssh://core@127.0.0.1:50022/run/user/501/podman/podman.sock' },
              },
            },
          }),
        },
        answers: {
          programs: {
            'podman info --format json': done(
              JSON.stringify({
                host: { arch: 'arm64', cgroupVersion: 'v2', security: { rootless: true } },
                version: { Version: '5.4.2' },
              }),
            ),
          },
        },
      },
      { name: 'podman', address: null, globals: [], foundBy: 'podman connection podman-machine-default' },
    ],
    [
      'CONTAINER_CONNECTION, from containers.conf',
      {
        host: { env: { CONTAINER_CONNECTION: 'lab' } },
        files: {
          '/home/ann/.config/containers/containers.conf':
            '[engine]\nactive_service = "x"\n[engine.service_destinations.x]\nuri = "unix:///no"\n[engine.service_destinations.lab]\n  uri = "unix:///lab.sock"\n',
          '/lab.sock': '',
        },
        answers: { api: podman('unix:///lab.sock') },
      },
      { name: 'podman', address: 'unix:///lab.sock', globals: [], foundBy: 'podman connection lab' },
    ],
    [
      'the podman machine socket on macOS',
      {
        host: mac,
        files: { '/Users/ann/.local/share/containers/podman/machine/podman.sock': '' },
        answers: { api: podman('unix:///Users/ann/.local/share/containers/podman/machine/podman.sock') },
      },
      {
        name: 'podman',
        address: 'unix:///Users/ann/.local/share/containers/podman/machine/podman.sock',
        globals: [],
        foundBy: 'socket /Users/ann/.local/share/containers/podman/machine/podman.sock',
      },
    ],
    [
      'the podman program without any socket',
      { answers: { programs: { [PODMAN_VERSION]: done('{"Client":{"APIVersion":"5.4.2","Version":"5.4.2"}}') } } },
      { name: 'podman', address: null, globals: [], foundBy: 'program podman' },
    ],
    [
      "podman at docker's socket, where podman is asked for",
      {
        wanted: 'podman',
        files: { [SOCKET]: '' },
        answers: { api: podman(`unix://${SOCKET}`) },
      },
      {
        name: 'podman',
        address: `unix://${SOCKET}`,
        globals: ['--url', `unix://${SOCKET}`],
        foundBy: `socket ${SOCKET}`,
      },
    ],
    [
      'nerdctl',
      {
        answers: {
          programs: {
            'nerdctl version --format {{json .}}': done('{"Client":{"Version":"v2.1.2"},"Server":{}}'),
            'nerdctl info --format {{json .}}': done(
              '{"SecurityOptions":["name=rootless"],"CgroupVersion":"2","Architecture":"aarch64"}',
            ),
          },
        },
      },
      { name: 'nerdctl', address: null, globals: [], foundBy: 'program nerdctl' },
    ],
    [
      'podman-hpc',
      {
        wanted: 'podman-hpc',
        answers: { programs: { 'podman-hpc version --format json': done('{"Client":{"Version":"5.2.0"}}') } },
      },
      { name: 'podman-hpc', address: null, globals: [], foundBy: 'program podman-hpc' },
    ],
    [
      'docker over ssh, through its program',
      {
        host: { env: { DOCKER_HOST: 'ssh://ann@lab' } },
        answers: {
          programs: {
            'docker version --format {{json .}}': done(
              '{"Client":{"ApiVersion":"1.50"},"Server":{"Version":"27.1.0","ApiVersion":"1.46"}}',
            ),
            'docker info --format {{json .}}': done(
              '{"SecurityOptions":[],"CgroupVersion":"2","Architecture":"x86_64"}',
            ),
          },
        },
      },
      { name: 'docker', address: null, globals: [], foundBy: 'DOCKER_HOST' },
    ],
    [
      'docker over TCP with certificates, through its program',
      {
        host: { env: { DOCKER_HOST: 'tcp://lab:2376', DOCKER_TLS_VERIFY: '1' } },
        answers: {
          programs: {
            'docker version --format {{json .}}': done('{"Server":{"Version":"27.1.0","ApiVersion":"1.46"}}'),
            'docker info --format {{json .}}': done('{}'),
          },
        },
      },
      { name: 'docker', address: null, globals: [], foundBy: 'DOCKER_HOST' },
    ],
  ];

  it.each(ways)('%s', async (_name, setting, { name, address, globals, foundBy }) => {
    const { facts, connection } = await detect(setting);
    expect({ name: facts.name, connection }).toEqual({
      name,
      connection: { program: name, address, globals, foundBy },
    });
    expect(facts.assumed).toBe(false);
  });
});

describe('order and choice', () => {
  const both: Case = {
    host: { uid: 0 },
    files: { [SOCKET]: '', '/run/podman/podman.sock': '' },
    answers: { api: { ...docker(`unix://${SOCKET}`), ...podman('unix:///run/podman/podman.sock') } },
  };

  it.each([
    ['docker comes first where both answer', {}, 'docker'],
    ['--engine', { wanted: 'podman' }, 'podman'],
    ['PODCTL_ENGINE', { host: { uid: 0, env: { PODCTL_ENGINE: 'podman' } } }, 'podman'],
    [
      '--engine before PODCTL_ENGINE',
      { wanted: 'docker', host: { uid: 0, env: { PODCTL_ENGINE: 'podman' } } },
      'docker',
    ],
    ['the remembered one', { remembered: 'podman unix:///run/podman/podman.sock' }, 'podman'],
    ['a remembered word that means nothing is not heeded', { remembered: 'lxc' }, 'docker'],
    [
      'PODCTL_ENGINE before the remembered one',
      { host: { uid: 0, env: { PODCTL_ENGINE: 'docker' } }, remembered: 'podman' },
      'docker',
    ],
  ])('%s', async (_name, change, name) => {
    expect((await detect({ ...both, ...change })).facts.name).toBe(name);
  });

  it('the remembered address is tried first among sockets', async () => {
    const found = await detect({
      host: { env: { XDG_RUNTIME_DIR: '/r' } },
      files: { [SOCKET]: '', '/r/docker.sock': '' },
      answers: { api: docker('unix:///r/docker.sock') },
      remembered: 'docker unix:///r/docker.sock',
    });
    expect(found.connection.address).toBe('unix:///r/docker.sock');
    expect(rememberedOf(found)).toBe('docker unix:///r/docker.sock');
  });

  it('a dead context leads the program to the socket by its option', async () => {
    const found = await detect({
      files: { ...context('desktop-linux', 'unix:///gone.sock'), [SOCKET]: '' },
      answers: { api: { 'unix:///gone.sock /_ping': silent('no such socket'), ...docker(`unix://${SOCKET}`) } },
    });
    expect(found.connection.globals).toEqual(['--host', `unix://${SOCKET}`]);
  });

  it('docker.sock may be a link to podman', async () => {
    const found = await detect({
      host: { uid: 0 },
      files: { '/run/podman/podman.sock': '', '/var/run/x': '' },
      links: { [SOCKET]: '/run/podman/podman.sock' },
      answers: { api: podman(`unix://${SOCKET}`) },
    });
    expect(found.facts.name).toBe('podman');
    expect(found.connection).toMatchObject({ program: 'podman', globals: [] });
  });

  it('podman is known by its components where it sends no header of its own', async () => {
    const address = 'tcp://127.0.0.1:8080';
    const found = await detect({
      host: { env: { DOCKER_HOST: address } },
      answers: { api: { ...podman(address), [`${address} /_ping`]: reply('OK') } },
    });
    expect(found.facts).toMatchObject({ name: 'podman', version: '5.4.2', rootless: true, arch: 'arm64' });
    expect(found.connection).toMatchObject({ program: 'podman', globals: ['--url', address] });
  });
});

describe('failures', () => {
  it('lists each thing tried and what it answered', async () => {
    const error = await failure(
      detect({
        files: { [SOCKET]: '' },
        answers: { api: { [`unix://${SOCKET} /_ping`]: silent(`\`unix://${SOCKET}\`: permission denied`) } },
      }),
    );
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toBe('no container engine answered');
    expect(error.problems.map(({ message }) => message)).toEqual([
      'DOCKER_HOST: not set',
      'CONTAINER_HOST: not set',
      'docker context: none but the default one',
      'CONTAINER_CONNECTION: not set',
      'socket /var/run/docker.sock: `unix:///var/run/docker.sock`: permission denied',
      'sockets /run/user/1000/podman/podman.sock, /run/podman/podman.sock, /home/ann/.local/share/containers/podman/machine/podman.sock: none of them is there',
      'program podman: `podman` was not found',
      'program docker: `docker` was not found',
      'program nerdctl: `nerdctl` was not found',
      'program podman-hpc: `podman-hpc` was not found',
    ]);
  });

  it('an address set by hand that stays silent is reported, not passed over', async () => {
    const error = await failure(
      detect({
        host: { env: { DOCKER_HOST: 'tcp://user:secret@lab:2375' } },
        files: { [SOCKET]: '' },
        answers: { api: { 'tcp://user:secret@lab:2375 /_ping': silent('nobody listens there') } },
      }),
    );
    expect(error.problems.map(({ message }) => message)).toEqual(['DOCKER_HOST: nobody listens there']);
  });

  it.each([
    [{ wanted: 'docker' }, 'docker (--engine) did not answer', 'start docker, or choose another engine with --engine'],
    [
      { remembered: 'podman' },
      'podman (remembered for this project) did not answer',
      'install or repair podman, or choose another engine with --engine',
    ],
  ])('another engine does not stand in for the chosen one: %o', async (choice: Case, message, hint) => {
    const error = await failure(
      detect({
        ...choice,
        host: { uid: 0 },
        files: { [SOCKET]: '' },
        answers: { api: choice.wanted === undefined ? docker(`unix://${SOCKET}`) : podman(`unix://${SOCKET}`) },
      }),
    );
    expect([error.message, error.hint]).toEqual([message, hint]);
    const answered = choice.wanted === undefined ? 'it is docker 28.2.2' : 'it is podman 5.4.2';
    expect(error.problems.map((problem) => problem.message)).toContain(`socket ${SOCKET}: ${answered}`);
  });

  it('a docker program that is podman in disguise is seen through', async () => {
    const client = '{"Client":{"APIVersion":"4.3.1","Version":"4.3.1"}}';
    const programs = {
      'docker version --format {{json .}}': done(client),
      'docker info --format {{json .}}': done('{}'),
      [PODMAN_VERSION]: done(client),
    };
    const error = await failure(detect({ wanted: 'docker', answers: { programs } }));
    expect(error.problems.at(-1)?.message).toBe('program docker: it is podman 4.3.1');
  });

  it('an unknown name is a usage error with the nearest one', async () => {
    const error = await failure(detect({ wanted: 'dockr' }));
    expect([error.code, error.message]).toEqual(['USAGE', '`dockr` is not an engine that podctl knows']);
    expect(error.hint).toContain('did you mean docker?');
  });

  it('a context that does not exist is named', async () => {
    const error = await failure(detect({ host: { env: { DOCKER_CONTEXT: 'lost' } } }));
    expect(error.problems[0]?.message).toBe('docker context lost: not found in /home/ann/.docker/contexts');
  });

  it('something else behind the socket is no engine', async () => {
    const address = 'tcp://127.0.0.1:80';
    const api = {
      [`${address} /_ping`]: reply('<html>'),
      [`${address} /version`]: reply(null),
      [`${address} /info`]: reply(null),
    };
    const error = await failure(detect({ host: { env: { DOCKER_HOST: address } }, answers: { api } }));
    expect(error.problems[0]?.message).toBe('DOCKER_HOST: it answers, but not as a container engine does');
  });
});

describe('facts', () => {
  it.each([
    ['rootless', { SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] }, { rootless: true }],
    ['SELinux', { SecurityOptions: ['name=selinux'] }, { selinux: true }],
    ['remapped users', { SecurityOptions: ['name=userns'] }, { usernsRemap: true }],
    ['control groups 1', { CgroupVersion: '1' }, { cgroup: 1 }],
    ['ARM', { Architecture: 'aarch64' }, { arch: 'arm64' }],
    ['Docker Desktop', { OperatingSystem: 'Docker Desktop' }, { vm: true, emulates: ['arm64'] }],
  ])('docker: %s', async (_name, info, expected) => {
    const found = await detect({ files: { [SOCKET]: '' }, answers: { api: docker(`unix://${SOCKET}`, info) } });
    expect(found.facts).toMatchObject(expected);
  });

  it("a distribution's mark is no part of the version, and an API newer than podctl's is spoken as podctl's", async () => {
    const api = docker(`unix://${SOCKET}`, {}, '20.10.24+dfsg1');
    const version = reply({ Version: '20.10.24+dfsg1', ApiVersion: '1.99', Components: [] });
    const found = await detect({
      files: { [SOCKET]: '' },
      answers: { api: { ...api, [`unix://${SOCKET} /version`]: version } },
    });
    expect(found.facts).toMatchObject({ version: '20.10.24', apiVersion: '1.52' });
  });

  it('podman on this host: from the kernel, without asking for what takes long', async () => {
    const found = await detect({
      files: {
        '/sys/fs/selinux/enforce': '1',
        '/sys/fs/cgroup/cgroup.controllers': 'cpu',
        '/proc/sys/fs/binfmt_misc/qemu-aarch64': 'enabled\ninterpreter /usr/bin/qemu-aarch64-static\n',
        '/proc/sys/fs/binfmt_misc/qemu-s390x': 'disabled\ninterpreter /usr/bin/qemu-s390x-static\n',
        '/proc/sys/fs/binfmt_misc/FEX-x86': 'enabled\n',
        '/proc/sys/fs/binfmt_misc/python3': '',
      },
      answers: { programs: { [PODMAN_VERSION]: done('{"Client":{"Version":"5.4.2"}}') } },
    });
    expect(found.facts).toEqual({
      name: 'podman',
      version: '5.4.2',
      apiVersion: null,
      rootless: true,
      selinux: true,
      vm: false,
      arch: 'amd64',
      cgroup: 2,
      usernsRemap: false,
      emulates: ['386', 'arm64'],
      assumed: false,
    });
  });

  it('a podman program that is set up for another machine is asked in full', async () => {
    const info = {
      host: { arch: 'arm64', cgroupVersion: 'v1', security: { selinuxEnabled: true } },
      version: { Version: '5.1.0' },
    };
    const found = await detect({
      answers: {
        programs: {
          [PODMAN_VERSION]: done('{"Client":{"Version":"5.4.2"},"Server":{"Version":"5.1.0"}}'),
          'podman info --format json': done(JSON.stringify(info)),
        },
      },
    });
    expect(found.facts).toMatchObject({ version: '5.1.0', arch: 'arm64', cgroup: 1, selinux: true, rootless: false });
  });
});

describe('assumeEngine', () => {
  it.each([
    ['docker', {}, { rootless: false, vm: false, arch: 'amd64' }],
    ['podman', {}, { rootless: true, vm: false }],
    ['podman', { uid: 0 }, { rootless: false }],
    ['podman', { platform: 'darwin', arch: 'arm64' } as const, { vm: true, arch: 'arm64', rootless: false }],
    ['nerdctl', {}, { apiVersion: null }],
    ['podman-hpc', {}, { rootless: true }],
  ])('%s on %o', (name, host, expected) => {
    const { facts, connection } = assumeEngine(name, { ...HOST, ...host });
    expect(facts).toMatchObject({ name, assumed: true, ...expected });
    expect(connection).toMatchObject({ program: name, address: null, globals: [] });
  });
});
