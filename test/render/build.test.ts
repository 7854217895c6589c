import { expect, test } from 'vitest';
import { type BuildRequest, renderBuild, renderManifest } from '../../src/render/argv/build.js';
import {
  type PushRequest,
  renderManifestRemove,
  renderPull,
  renderPush,
  renderTag,
  renderUntag,
} from '../../src/render/argv/image.js';
import { argvOf } from '../../src/render/argv/way.js';
import { ENGINES, wayOf } from './desk.js';

const build: BuildRequest = {
  key: 'api',
  context: '/src/app',
  file: null,
  target: null,
  args: {},
  secrets: {},
  cacheFrom: [],
  cacheTo: [],
  labels: {},
  tag: 'desiapi:dev',
  platforms: [],
  pull: false,
  noCache: false,
};

test('build, as little as possible', () => {
  for (const engine of ENGINES) {
    expect(argvOf(renderBuild(wayOf(engine), build))).toEqual([engine, 'build', '--tag', 'desiapi:dev', '/src/app']);
  }
});

const FULL: BuildRequest = {
  key: 'api',
  context: '/src/my app',
  file: '/src/my app/Containerfile',
  target: 'run',
  args: { BASE: 'desipod:dev', EMPTY: '', EQ: 'a=b', TOKEN: null },
  secrets: { npm: { env: 'NPM_TOKEN' }, key: { file: '/home/a,b/key' } },
  cacheFrom: ['ghcr.io/a/cache:1', 'type=registry,ref=ghcr.io/a/cache'],
  cacheTo: ['type=inline'],
  labels: { 'podctl.project': 'desi-1f', note: 'a b' },
  tag: 'desiapi:dev',
  platforms: ['linux/amd64'],
  pull: true,
  noCache: true,
};

test('build, with everything', () => {
  for (const engine of ENGINES) {
    expect(argvOf(renderBuild(wayOf(engine), FULL))).toEqual([
      engine,
      'build',
      '--tag',
      'desiapi:dev',
      '--file',
      '/src/my app/Containerfile',
      '--target',
      'run',
      '--build-arg',
      'BASE=desipod:dev',
      '--build-arg',
      'EMPTY=',
      '--build-arg',
      'EQ=a=b',
      '--build-arg',
      'TOKEN',
      '--secret',
      'id=npm,env=NPM_TOKEN',
      '--secret',
      'id=key,"src=/home/a,b/key"',
      '--cache-from',
      'ghcr.io/a/cache:1',
      '--cache-from',
      'type=registry,ref=ghcr.io/a/cache',
      '--cache-to',
      'type=inline',
      '--label',
      'podctl.project=desi-1f',
      '--label',
      'note=a b',
      '--platform',
      'linux/amd64',
      '--pull',
      '--no-cache',
      '/src/my app',
    ]);
  }
});

test('every word of a build stands for a field of its image, or for a rule', () => {
  const tokens = renderBuild(wayOf('docker'), { ...FULL, noCache: 'rule' });
  expect([...new Set(tokens.map(({ at }) => at))]).toEqual([
    'rule/program',
    'rule/verb',
    'images/api/ref',
    'images/api/file',
    'images/api/target',
    'images/api/args/BASE',
    'images/api/args/EMPTY',
    'images/api/args/EQ',
    'images/api/args/TOKEN',
    'images/api/secrets/npm',
    'images/api/secrets/key',
    'images/api/cache_from/0',
    'images/api/cache_from/1',
    'images/api/cache_to/0',
    'images/api/labels/podctl.project',
    'images/api/labels/note',
    'images/api/platforms',
    'build/pull',
    'rule/platform-cache',
    'images/api/context',
  ]);
});

test('build for several platforms: buildx by its name on docker', () => {
  const request = { ...build, platforms: ['linux/amd64', 'linux/arm64'] };
  const both = ['build', '--tag', 'desiapi:dev', '--platform', 'linux/amd64,linux/arm64', '/src/app'];
  expect(argvOf(renderBuild(wayOf('docker'), request))).toEqual(['docker', 'buildx', ...both]);
  expect(argvOf(renderBuild(wayOf('nerdctl'), request))).toEqual(['nerdctl', ...both]);
});

test('a list of images', () => {
  const request = { key: 'api', list: 'a:1', images: ['localhost/a:1-linux-amd64', 'localhost/a:1-linux-arm64'] };
  expect(argvOf(renderManifest(wayOf('podman'), request))).toEqual([
    'podman',
    'manifest',
    'create',
    'a:1',
    'containers-storage:localhost/a:1-linux-amd64',
    'containers-storage:localhost/a:1-linux-arm64',
  ]);
  expect(argvOf(renderManifestRemove(wayOf('podman'), 'a:1', 'x'))).toEqual(['podman', 'manifest', 'rm', 'a:1']);
  expect(argvOf(renderUntag(wayOf('podman'), 'a:1', 'x'))).toEqual(['podman', 'untag', 'a:1']);
});

test('pull', () => {
  for (const engine of ENGINES) {
    const way = { ...wayOf(engine), globals: ['--global'] };
    const plain = ['pull', 'ghcr.io/a/b:1'];
    expect(argvOf(renderPull(way, { image: 'ghcr.io/a/b:1', platform: null }))).toEqual([engine, '--global', ...plain]);
    const arm = ['pull', '--platform', 'linux/arm64', 'a'];
    expect(argvOf(renderPull(way, { image: 'a', platform: 'linux/arm64' }))).toEqual([engine, '--global', ...arm]);
  }
});

test('tag', () => {
  for (const engine of ENGINES) {
    expect(argvOf(renderTag(wayOf(engine), { image: 'a:1', name: 'ghcr.io/b/a:2' }))).toEqual([
      engine,
      'tag',
      'a:1',
      'ghcr.io/b/a:2',
    ]);
  }
});

const push: PushRequest = { image: 'ghcr.io/a/b:1', list: false, plainHttp: false, digestFile: '/tmp/digest' };

test.each<[what: string, request: PushRequest, docker: string[], podman: string[]]>([
  ['an image', push, ['push', 'ghcr.io/a/b:1'], ['push', '--digestfile', '/tmp/digest', 'ghcr.io/a/b:1']],
  [
    'to a registry without TLS',
    { ...push, plainHttp: true, digestFile: null },
    ['push', 'ghcr.io/a/b:1'],
    ['push', '--tls-verify=false', 'ghcr.io/a/b:1'],
  ],
  [
    'a list with all that it names',
    { ...push, list: true, digestFile: null },
    ['push', 'ghcr.io/a/b:1'],
    ['manifest', 'push', '--all', 'ghcr.io/a/b:1', 'docker://ghcr.io/a/b:1'],
  ],
])('push %s', (_what, request, docker, podman) => {
  expect(argvOf(renderPush(wayOf('docker'), request))).toEqual(['docker', ...docker]);
  expect(argvOf(renderPush(wayOf('podman'), request))).toEqual(['podman', ...podman]);
});
