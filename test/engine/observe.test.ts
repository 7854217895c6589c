import { describe, expect, it } from 'vitest';
import type { FoundEngine } from '../../src/engine/engine.js';
import { makeObserver } from '../../src/engine/observe.js';
import { type Answers, DOCKER_FACTS, done, FOUND, HOST, PODMAN, reply, strictTools } from './fakes.js';

const API = 'unix:///var/run/docker.sock /v1.50';
const BY_PROGRAM: FoundEngine = { facts: { ...DOCKER_FACTS, name: 'podman', apiVersion: null }, connection: PODMAN };

function observer(found: FoundEngine, answers: Answers) {
  const tools = strictTools(answers);
  return { observe: makeObserver(found, { host: HOST, tools }), asked: tools.asked };
}

const IMAGE = {
  Id: 'sha256:abc',
  Architecture: 'arm64',
  Os: 'linux',
  Config: {
    Entrypoint: ['/bin/sh', '-c', 'serve $@'],
    Cmd: null,
    User: 'app',
    WorkingDir: '/srv',
    ExposedPorts: { '5000/tcp': {} },
    Volumes: { '/cache': {} },
    Labels: { a: 'b' },
    Env: ['PATH=/bin', 'OPTIONS=a=b', 'EMPTY='],
  },
};
const IMAGE_FACTS = {
  ref: 'ghcr.io/team/app:dev',
  id: 'abc',
  entrypoint: ['/bin/sh', '-c', 'serve $@'],
  cmd: null,
  user: 'app',
  workdir: '/srv',
  exposed: ['5000/tcp'],
  volumes: ['/cache'],
  labels: { a: 'b' },
  env: { PATH: '/bin', OPTIONS: 'a=b', EMPTY: '' },
  arch: 'arm64',
  os: 'linux',
};

const CONTAINER = {
  Id: 'c1',
  Name: '/web',
  State: { Status: 'running', ExitCode: 0, OOMKilled: false, StartedAt: '2026-01-02T03:04:05Z' },
  Config: { Image: 'app:dev', Labels: { 'podctl.project': 'sky' } },
  Mounts: [
    { Type: 'volume', Name: 'cache', Source: '/var/lib/docker/volumes/cache/_data', Destination: '/cache', RW: true },
    { Type: 'bind', Source: '/data', Destination: '/d', Mode: 'ro', RW: false, Propagation: 'rprivate' },
    { Type: 'tmpfs', Source: '', Destination: '/tmp', RW: true, Propagation: '' },
  ],
  NetworkSettings: { Ports: { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '5001' }], '9/udp': null } },
};
const CONTAINER_FACTS = {
  id: 'c1',
  name: 'web',
  image: 'app:dev',
  state: 'running',
  exitCode: null,
  oomKilled: false,
  startedAt: '2026-01-02T03:04:05Z',
  labels: { 'podctl.project': 'sky' },
  mounts: [
    { type: 'volume', source: 'cache', target: '/cache', readOnly: false, propagation: null },
    { type: 'bind', source: '/data', target: '/d', readOnly: true, propagation: 'rprivate' },
  ],
  ports: [{ address: '127.0.0.1', hostPort: 5001, containerPort: 5000, protocol: 'tcp' }],
};

describe('through the API', () => {
  it('image, with its whole name in the path', async () => {
    const { observe } = observer(FOUND, { api: { [`${API}/images/ghcr.io/team/app%3Adev/json`]: reply(IMAGE) } });
    expect(await observe.image('ghcr.io/team/app:dev')).toEqual(IMAGE_FACTS);
  });

  it('an image without settings', async () => {
    const { observe } = observer(FOUND, {
      api: { [`${API}/images/bare/json`]: reply({ Id: 'x', Architecture: 'amd64' }) },
    });
    expect(await observe.image('bare')).toMatchObject({
      entrypoint: null,
      cmd: null,
      user: '',
      exposed: [],
      labels: {},
    });
  });

  it('volume', async () => {
    const volume = { Name: 'cache', Driver: 'local', Options: { type: 'none', device: '/d' }, Labels: null };
    const { observe } = observer(FOUND, { api: { [`${API}/volumes/cache`]: reply(volume) } });
    expect(await observe.volume('cache')).toEqual({
      name: 'cache',
      driver: 'local',
      options: { type: 'none', device: '/d' },
      labels: {},
    });
  });

  it('containers by labels, each in full; one that went away meanwhile is left out', async () => {
    const filters = encodeURIComponent('{"label":["podctl.project=sky","podctl.mode"]}');
    const { observe, asked } = observer(FOUND, {
      api: {
        [`${API}/containers/json?all=1&filters=${filters}`]: reply([{ Id: 'c1' }, { Id: 'c2' }]),
        [`${API}/containers/c1/json`]: reply(CONTAINER),
        [`${API}/containers/c2/json`]: reply({ message: 'No such container' }, { status: 404 }),
      },
    });
    expect(await observe.containers(['podctl.project=sky', 'podctl.mode'])).toEqual([CONTAINER_FACTS]);
    expect(asked).toHaveLength(3);
  });

  it('what is not there is null', async () => {
    const gone = reply({ message: 'no such' }, { status: 404 });
    const { observe } = observer(FOUND, {
      api: { [`${API}/images/x/json`]: gone, [`${API}/volumes/x`]: gone, [`${API}/containers/x/json`]: gone },
    });
    expect([await observe.image('x'), await observe.volume('x'), await observe.container('x')]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('a container that goes away while podman looks at it is not there', async () => {
    const going = reply({ message: 'container c1 does not exist in database: no such container' }, { status: 500 });
    const { observe } = observer(FOUND, { api: { [`${API}/containers/c1/json`]: going } });
    expect(await observe.container('c1')).toBeNull();
  });

  it('any other refusal is an error with the words of the engine', async () => {
    const broken = reply({ message: 'layer\u001b[31m lost' }, { status: 500 });
    const { observe } = observer(FOUND, { api: { [`${API}/images/x/json`]: broken } });
    await expect(observe.image('x')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'docker could not answer: layer\\x1b[31m lost',
    });
  });
});

describe('through the program', () => {
  it('image', async () => {
    const { observe } = observer(BY_PROGRAM, {
      programs: { 'podman image inspect ghcr.io/team/app:dev': done(JSON.stringify([IMAGE])) },
    });
    expect(await observe.image('ghcr.io/team/app:dev')).toEqual(IMAGE_FACTS);
  });

  it.each([
    ['image', 'Error: inspecting object: x: image not known'],
    ['container', 'Error: inspecting object: no such container x'],
    ['volume', 'Error: inspecting object: no such volume x'],
    ['image', 'Error response from daemon: no such image: x: No such image: x:latest'],
    ['volume', 'Error response from daemon: get x: no such volume'],
  ] as const)('a missing %s: %s', async (kind, stderr) => {
    const { observe } = observer(BY_PROGRAM, {
      programs: { [`podman ${kind} inspect x`]: done('[]', { exitCode: 125, stderr }) },
    });
    expect(await observe[kind]('x')).toBeNull();
  });

  it('any other failure is an error', async () => {
    const { observe } = observer(BY_PROGRAM, {
      programs: { 'podman image inspect x': done('', { exitCode: 125, stderr: 'Error: cannot open storage' }) },
    });
    await expect(observe.image('x')).rejects.toMatchObject({
      message: 'podman could not answer: Error: cannot open storage',
    });
  });

  it('containers, with the options that lead to the engine', async () => {
    const found = { ...BY_PROGRAM, connection: { ...PODMAN, globals: ['--url', 'ssh://lab'] } };
    const { observe } = observer(found, {
      programs: {
        'podman --url ssh://lab ps --all --quiet --no-trunc --filter label=a --filter label=b=c': done('c1'),
        'podman --url ssh://lab container inspect c1': done(JSON.stringify([CONTAINER])),
      },
    });
    expect(await observe.containers(['a', 'b=c'])).toEqual([CONTAINER_FACTS]);
  });

  it('no containers', async () => {
    const { observe } = observer(BY_PROGRAM, {
      programs: { 'podman ps --all --quiet --no-trunc --filter label=a': done('') },
    });
    expect(await observe.containers(['a'])).toEqual([]);
  });
});

describe('states of a container', () => {
  it.each([
    ['created', 'created', null],
    ['configured', 'created', null],
    ['initialized', 'created', null],
    ['running', 'running', null],
    ['stopping', 'running', null],
    ['paused', 'paused', null],
    ['restarting', 'restarting', null],
    ['exited', 'exited', 3],
    ['stopped', 'exited', 3],
    ['dead', 'dead', 3],
    ['removing', 'removing', null],
    ['dreaming', 'unknown', null],
  ])('%s is %s', async (status, state, exitCode) => {
    const raw = {
      ...CONTAINER,
      State: { ...CONTAINER.State, Status: status, ExitCode: 3, StartedAt: '0001-01-01T00:00:00Z' },
    };
    const { observe } = observer(FOUND, { api: { [`${API}/containers/c1/json`]: reply(raw) } });
    expect(await observe.container('c1')).toMatchObject({ state, exitCode, startedAt: null });
  });

  it('a stopped one still has the ports that it will publish', async () => {
    const raw = {
      ...CONTAINER,
      NetworkSettings: { Ports: {} },
      HostConfig: { PortBindings: { '53/udp': [{ HostIp: '', HostPort: '5353' }] } },
    };
    const { observe } = observer(FOUND, { api: { [`${API}/containers/c1/json`]: reply(raw) } });
    expect((await observe.container('c1'))?.ports).toEqual([
      { address: '0.0.0.0', hostPort: 5353, containerPort: 53, protocol: 'udp' },
    ]);
  });
});
