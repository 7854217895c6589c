import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { type BuildImage, runsPrograms } from '../../src/plan/build-image.js';
import { type BuildInput, decideBuild } from '../../src/plan/decide-build.js';
import { decidePull } from '../../src/plan/decide-pull.js';
import { formatPlan } from '../../src/plan/print.js';
import { ENGINE } from './plan-fixtures.js';

const desipod: BuildImage = {
  key: 'desipod',
  name: 'desipod',
  tag: 'latest',
  context: '.',
  file: 'etc/Containerfile',
  args: {},
  labels: {},
};
const desiapi: BuildImage = {
  key: 'desiapi',
  name: 'desiapi',
  tag: 'dev',
  context: '.',
  base: 'desipod',
  args: {},
  labels: {},
};
const IMAGES = { desiapi, desipod };

const FRAME = {
  profile: 'desi-api',
  mode: null,
  engine: ENGINE,
  connection: { program: 'docker', globals: [], address: null },
};
const INPUT: BuildInput = {
  ...FRAME,
  images: IMAGES,
  wanted: ['desiapi'],
  only: false,
  withBase: false,
  pull: false,
  noCache: false,
  present: { desipod: true, desiapi: true },
  labels: { 'podctl.project': 'app-1' },
  project: { folder: '/work/app', flavour: 'posix' },
};

const BASE =
  'docker build --tag desipod:latest --file /work/app/etc/Containerfile --label podctl.project=app-1 /work/app';
const APP = 'docker build --tag desiapi:dev --label podctl.project=app-1 /work/app';

describe('a build', () => {
  const rows: readonly {
    readonly name: string;
    readonly input: Partial<BuildInput>;
    readonly plan: readonly string[];
  }[] = [
    { name: 'leaves a base alone that is there', input: {}, plan: [APP] },
    { name: 'builds a missing base first', input: { present: { desipod: false } }, plan: [BASE, APP] },
    { name: 'builds the whole chain when no engine was asked', input: { present: {} }, plan: [BASE, APP] },
    { name: 'builds the base again on demand', input: { withBase: true }, plan: [BASE, APP] },
    { name: 'builds exactly one on demand', input: { only: true, present: {} }, plan: [APP] },
    {
      name: 'leaves the file of a context on a server to the engine',
      input: {
        images: { desiapi: { ...desiapi, base: undefined, context: 'https://lab.example/api.git', file: 'etc/Api' } },
      },
      plan: ['docker build --tag desiapi:dev --file etc/Api --label podctl.project=app-1 https://lab.example/api.git'],
    },
    { name: 'builds a base that is wanted by name', input: { wanted: ['desipod'] }, plan: [BASE] },
    {
      name: 'builds what is wanted twice once, in order',
      input: { wanted: ['desiapi', 'desipod'] },
      plan: [BASE, APP],
    },
    {
      name: 'asks no registry for a base that was built here',
      input: { pull: true, noCache: true, withBase: true },
      plan: [
        BASE.replace('/work/app', '/work/app').replace(/ \/work\/app$/, ' --pull --no-cache /work/app'),
        APP.replace(/ \/work\/app$/, ' --no-cache /work/app'),
      ],
    },
    {
      name: 'hands the base on as a build argument, and other arguments, target and platform',
      input: {
        images: {
          desipod,
          desiapi: {
            ...desiapi,
            base_arg: 'BASE',
            args: { PY: '3.11' },
            target: 'run',
            platform: 'linux/amd64',
            context: '/else where',
          },
        },
      },
      plan: [
        "docker build --tag desiapi:dev --target run --build-arg PY=3.11 --build-arg BASE=desipod:latest --label podctl.project=app-1 --platform linux/amd64 '/else where'",
      ],
    },
    {
      name: 'pulls a missing base that is not built here',
      input: {
        images: { desiapi, desipod: { key: 'desipod', name: 'quay.io/desi/desipod', tag: '1', args: {}, labels: {} } },
        present: {},
      },
      plan: ['docker pull quay.io/desi/desipod:1', APP],
    },
    {
      name: 'lets the profile say that the base is built again',
      input: { images: { desipod, desiapi: { ...desiapi, with_base: true, base_arg: 'BASE' } } },
      plan: [BASE, APP.replace(' --label', ' --build-arg BASE=desipod:latest --label')],
    },
    {
      name: 'hands the exact name of a base on, server and all',
      input: {
        withBase: true,
        images: {
          desipod: { ...desipod, name: 'localhost:5000/desi/desipod', tag: 'v1' },
          desiapi: { ...desiapi, base_arg: 'BASE' },
        },
      },
      plan: [
        BASE.replace('desipod:latest', 'localhost:5000/desi/desipod:v1'),
        APP.replace(' --label', ' --build-arg BASE=localhost:5000/desi/desipod:v1 --label'),
      ],
    },
    {
      name: 'lets an argument that is given win over the base and the ids',
      input: {
        ids: { uid: 1000, gid: 100 },
        images: {
          desipod,
          desiapi: { ...desiapi, base_arg: 'BASE', uid_arg: 'UID', gid_arg: 'GID', args: { BASE: 'mine', GID: '7' } },
        },
      },
      plan: [
        APP.replace(
          ' --label',
          ' --build-arg BASE=mine --build-arg GID=7 --build-arg UID=1000 --label podctl.runs-as=1000:7 --label',
        ),
      ],
    },
    {
      name: 'leaves the ids to the build file where the host has none',
      input: { ids: null, images: { desiapi: { ...desiapi, base: undefined, uid_arg: 'UID', gid_arg: 'GID' } } },
      plan: [APP],
    },
    {
      name: 'gives a secret argument by the environment',
      input: { images: { desiapi: { ...desiapi, base: undefined, args: { NPM_TOKEN: new Secret('s3') } } } },
      plan: [`NPM_TOKEN='[redacted]' ${APP.replace(' --label', ' --build-arg NPM_TOKEN --label')}`],
    },
    {
      name: 'names secrets and caches, and no value',
      input: {
        builder: { buildkit: true, containerd: false },
        images: {
          desiapi: {
            ...desiapi,
            base: undefined,
            secrets: { npm: { env: 'NPM_TOKEN' }, key: { file: 'id_rsa' } },
            cache_from: ['cache:1'],
            cache_to: ['type=inline'],
          },
        },
      },
      plan: [
        APP.replace(
          ' --label',
          ' --secret id=npm,env=NPM_TOKEN --secret id=key,src=/work/app/id_rsa --cache-from cache:1 --cache-to type=inline --label',
        ),
      ],
    },
    {
      name: 'builds several platforms in one go where docker keeps them',
      input: {
        builder: { buildkit: true, containerd: true },
        engine: { ...ENGINE, version: '28.2.2', emulates: ['arm64'] },
        images: { desiapi: { ...desiapi, base: undefined, platforms: ['linux/amd64', 'linux/arm64'] } },
      },
      plan: [
        APP.replace('docker build', 'docker buildx build').replace(
          ' /work/app',
          ' --platform linux/amd64,linux/arm64 /work/app',
        ),
      ],
    },
    {
      name: 'leaves a context that is an address as it is',
      input: { images: { desiapi: { ...desiapi, base: undefined, context: 'https://example.org/app.git#main' } } },
      plan: ["docker build --tag desiapi:dev --label podctl.project=app-1 'https://example.org/app.git#main'"],
    },
  ];

  it.each(rows)('$name', ({ input, plan }) => {
    const decision = decideBuild({ ...INPUT, ...input });
    if (decision.kind !== 'plan') throw new Error(decision.message);
    expect(formatPlan(decision.plan, 'sh').trimEnd().split('\n')).toEqual(plan);
    for (const step of decision.plan.steps)
      expect(step).toMatchObject({ output: 'progress', why: expect.stringMatching(/./) });
  });

  describe('on a base that has a base of its own', () => {
    const mid: BuildImage = { ...desiapi, key: 'mid', name: 'mid' };
    const top: BuildImage = { ...desiapi, key: 'top', name: 'top', base: 'mid' };
    it.each<[string, Partial<BuildInput>, readonly string[]]>([
      ['leaves all alone that is there', { present: { mid: true, desipod: true } }, ['top']],
      ['misses nothing below an image that is there', { present: { mid: true } }, ['top']],
      ['builds what is missing below a missing one', { present: {} }, ['desipod', 'mid', 'top']],
      ['builds a missing one on what is there', { present: { desipod: true } }, ['mid', 'top']],
      ['builds all again', { present: { mid: true, desipod: true }, withBase: true }, ['desipod', 'mid', 'top']],
      [
        'hears `with_base` of a missing one in the middle',
        { present: { desipod: true }, images: { desipod, mid: { ...mid, with_base: true }, top } },
        ['desipod', 'mid', 'top'],
      ],
      [
        'hears no `with_base` of one that is not built',
        { present: { desipod: true, mid: true }, images: { desipod, mid: { ...mid, with_base: true }, top } },
        ['top'],
      ],
      [
        'needs nothing below one that is pulled',
        { present: {}, images: { desipod, mid: { ...mid, context: undefined }, top } },
        ['pull mid', 'top'],
      ],
      [
        'builds a named one, whatever is between',
        { present: { mid: true }, wanted: ['top', 'desipod'] },
        ['desipod', 'top'],
      ],
    ])('%s', (_, input, built) => {
      const decision = decideBuild({ ...INPUT, images: { desipod, mid, top }, wanted: ['top'], ...input });
      if (decision.kind !== 'plan') throw new Error(decision.message);
      const lines = formatPlan(decision.plan, 'sh').trimEnd().split('\n');
      expect(lines.map((line) => line.replace(/^docker (?:build --tag |(?=pull ))(.*?):\S+.*$/, '$1'))).toEqual(built);
    });
  });

  it('goes through a chain that bites its own tail only once', () => {
    const images = { a: { ...desiapi, key: 'a', base: 'b' }, b: { ...desiapi, key: 'b', base: 'a' } };
    const decision = decideBuild({ ...INPUT, images, wanted: ['a'], present: {} });
    expect(decision.kind === 'plan' && decision.plan.steps).toHaveLength(2);
  });

  it.each([
    ['an unknown image', { wanted: ['desiap'] }, 'the profile has no image `desiap`', 'did you mean `desiapi`?'],
    ['an unknown base', { images: { desiapi } }, 'the profile has no image `desipod`', 'the profile has desiapi'],
    [
      'an image without a context',
      { images: { desiapi: { ...desiapi, context: undefined, base: undefined } } },
      'image `desiapi` is not built here: the profile gives it no build context',
      'get it with `podctl pull`, or give it a `context` in the profile',
    ],
  ])('refuses %s', (_, input, message, hint) => {
    expect(decideBuild({ ...INPUT, ...input })).toMatchObject({ kind: 'refused', code: 'USAGE', message, hint });
  });
});

describe('several platforms on podman', () => {
  const podman: Partial<BuildInput> = {
    engine: { ...ENGINE, name: 'podman', version: '4.3.1' },
    connection: { program: 'podman', globals: [], address: null },
    images: { desiapi: { ...desiapi, base: undefined, platforms: ['linux/amd64', 'linux/arm64/v8'] } },
    onlyCopies: new Set(['desiapi']),
    labels: {},
  };
  const both = [
    'podman build --tag desiapi:dev-linux-amd64 --platform linux/amd64 --no-cache /work/app',
    'podman build --tag desiapi:dev-linux-arm64-v8 --platform linux/arm64/v8 --no-cache /work/app',
  ];
  const list =
    'podman manifest create desiapi:dev containers-storage:localhost/desiapi:dev-linux-amd64 containers-storage:localhost/desiapi:dev-linux-arm64-v8';

  it.each<[has: 'list' | 'image' | null, free: string[]]>([
    [null, []],
    ['list', ['podman manifest rm desiapi:dev']],
    ['image', ['podman untag desiapi:dev']],
  ])('makes a list when the name has %s', (has, free) => {
    const decision = decideBuild({ ...INPUT, ...podman, named: { desiapi: has } });
    if (decision.kind !== 'plan') throw new Error(decision.message);
    expect(formatPlan(decision.plan, 'sh').trimEnd().split('\n')).toEqual([...both, ...free, list]);
  });
});

describe('what an engine cannot build is said before', () => {
  const app = (more: Partial<BuildImage>): Partial<BuildInput> => ({
    images: { desiapi: { ...desiapi, base: undefined, ...more } },
  });
  const podman: Partial<BuildInput> = { engine: { ...ENGINE, name: 'podman', version: '4.3.1' } };
  const classic: Partial<BuildInput> = { builder: { buildkit: false, containerd: false } };
  const buildx: Partial<BuildInput> = { builder: { buildkit: true, containerd: false } };
  const both = app({ platforms: ['linux/amd64', 'linux/arm64'] });

  it.each<[what: string, input: Partial<BuildInput>, message: RegExp]>([
    ['the API', { via: 'api' }, /through its API cannot do `build` \(build\): only the docker program can/],
    [
      'secrets without buildx',
      { ...app({ secrets: { a: { file: 'x' } } }), ...classic },
      /`build: secrets from files` \(a\): the classic builder/,
    ],
    [
      'several platforms without buildx',
      { ...both, ...classic },
      /`build: several platforms`.*buildx plugin is not there/,
    ],
    ['several platforms without containerd', { ...both, ...buildx }, /only the containerd image store keeps several/],
    [
      'a foreign platform',
      app({ platform: 'linux/s390x' }),
      /machine is amd64 and emulates no linux\/s390x \(binfmt\)/,
    ],
    [
      'a cache apart from images',
      { ...app({ cache_to: ['type=local,dest=/c'] }), ...buildx },
      /only writes type=inline/,
    ],
    ['a plain cache on docker', { ...app({ cache_to: ['cache:1'] }), ...buildx }, /no version of it can; podman 4.3/],
    [
      'a typed cache on podman',
      { ...app({ cache_from: ['type=gha'] }), ...podman },
      /no version of it can; docker 20.10/,
    ],
    [
      'secrets on an early podman',
      { ...app({ secrets: { a: { env: 'A' } } }), engine: { ...ENGINE, name: 'podman', version: '3.4.4' } },
      /it came with podman 4.3/,
    ],
  ])('%s', (_what, input, message) => {
    const engine = { ...ENGINE, version: '28.2.2' };
    const decision = decideBuild({ ...INPUT, engine, ...input });
    expect(decision).toMatchObject({
      kind: 'refused',
      code: 'UNAVAILABLE',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    });
  });

  it('but what only copies files can be built for any platform', () => {
    const decision = decideBuild({ ...INPUT, ...app({ platform: 'linux/s390x' }), onlyCopies: new Set(['desiapi']) });
    expect(decision.kind).toBe('plan');
  });

  it.each([
    ['FROM scratch\nCOPY a /a\n', false],
    ['FROM debian\nRUN true\n', true],
    ['from debian\n  run \\\n true\n', true],
    ['FROM --platform=$BUILDPLATFORM golang AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a\n', false],
    ['FROM --platform=${BUILDPLATFORM} golang AS build\nRUN go build\nFROM debian\nRUN apt\n', true],
    ['# RUN not\nFROM scratch\nCMD ["RUN"]\n', false],
  ])('%j runs programs: %s', (text, runs) => {
    expect(runsPrograms(text)).toBe(runs);
  });
});

describe('a pull', () => {
  it('pulls what is not built here', () => {
    const db: BuildImage = { key: 'db', name: 'mysql', tag: '8.0', platform: 'linux/amd64', args: {}, labels: {} };
    const pinned: BuildImage = { key: 'pin', name: 'ghcr.io/a/b@sha256:abc', tag: '', args: {}, labels: {} };
    const decision = decidePull({ ...FRAME, images: { ...IMAGES, db, pin: pinned }, wanted: ['desiapi', 'db', 'pin'] });
    if (decision.kind !== 'plan') throw new Error(decision.message);
    expect(formatPlan(decision.plan, 'sh')).toBe(
      'docker pull --platform linux/amd64 mysql:8.0\ndocker pull ghcr.io/a/b@sha256:abc\n',
    );
  });

  it('says so when everything is built here', () => {
    expect(decidePull({ ...FRAME, images: IMAGES, wanted: ['desiapi', 'desipod'] })).toMatchObject({
      kind: 'refused',
      code: 'USAGE',
      hint: 'build it with `podctl build`',
    });
  });

  it('refuses an unknown image', () => {
    expect(decidePull({ ...FRAME, images: IMAGES, wanted: ['db'] })).toMatchObject({
      kind: 'refused',
      message: 'the profile has no image `db`',
    });
  });
});
