import { describe, expect, it } from 'vitest';
import { type BuildImage, type BuildInput, decideBuild, decidePull } from '../../src/plan/decide-build.js';
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
