import { describe, expect, it } from 'vitest';
import { pushError } from '../../src/cli/image-publish.js';
import { PodctlError } from '../../src/core/errors.js';
import type { ImageDetails } from '../../src/spec/image-details.js';
import type { FakeEngine, Run } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';

const done: Run = () => ({ exitCode: 0, stdout: '' });
const DIGEST = `sha256:${'a'.repeat(64)}`;

function image(more: Partial<ImageDetails> = {}): ImageDetails {
  return {
    ref: 'desiapi:dev',
    id: 'f00d',
    names: ['desiapi:dev'],
    digests: [],
    os: 'linux',
    arch: 'amd64',
    variant: null,
    created: '2026-01-02T03:04:05Z',
    size: 5000,
    user: '',
    workdir: '/code',
    entrypoint: ['/bin/sh', '-c', 'python $@'],
    cmd: null,
    exposed: ['5000/tcp'],
    volumes: ['/cache'],
    labels: { a: 'b' },
    env: ['PATH', 'TOKEN'],
    layers: ['l1', 'l2'],
    history: [
      { instruction: 'COPY base /', size: 3000, created: '1' },
      { instruction: 'ENV TOKEN=x', size: 0, created: '2' },
      { instruction: 'RUN make', size: 2000, created: '3' },
    ],
    ...more,
  };
}

const BASE = image({ ref: 'desipod:latest', layers: ['l1'], history: image().history.slice(0, 2) });

describe('podctl image tag', () => {
  it.each<[line: string, argvs: string[], stdout: string]>([
    ['tag desiapi mine:1', ['docker tag desiapi:dev mine:1'], 'mine:1\n'],
    [
      'tag desiapi mine ghcr.io/a/b:2',
      ['docker tag desiapi:dev mine:latest', 'docker tag desiapi:dev ghcr.io/a/b:2'],
      'mine:latest\nghcr.io/a/b:2\n',
    ],
    ['tag desiapi --tag v2', ['docker tag desiapi:dev desiapi:v2'], 'desiapi:v2\n'],
    [
      'tag desiapi --image-server ghcr.io --image-project desi',
      ['docker tag desiapi:dev ghcr.io/desi/desiapi:dev'],
      'ghcr.io/desi/desiapi:dev\n',
    ],
    ['tag other:3 mine:1', ['docker tag other:3 mine:1'], 'mine:1\n'],
    // What could be an id is one where the engine has no such name.
    ['tag 3ac58a85ae99 mine:1', ['docker tag 3ac58a85ae99 mine:1'], 'mine:1\n'],
  ])('podctl image %s', async (line, argvs, stdout) => {
    const images = { 'desiapi:dev': {}, 'other:3': {}, '3ac58a85ae99': {} };
    const engine: FakeEngine = { images, runs: [done] };
    const ran = await runCli(['image', ...line.split(' ')], { ...DESI, engine });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout });
    expect(ran.engine.plans[0]?.steps.map((step) => (step.do === 'exec' ? step.argv.join(' ') : step.do))).toEqual(
      argvs,
    );
    const printed = await runCli(['plan', 'image', ...line.split(' ')], { ...DESI, engine: { ...engine, runs: [] } });
    expect(printed.stdout).toBe(argvs.map((argv) => `${argv}\n`).join(''));
  });

  it('through the API', async () => {
    const ran = await runCli(['image', 'tag', 'desiapi', 'ghcr.io/a/b:2', '--via', 'api', '--dry-run'], {
      ...DESI,
      engine: {},
    });
    expect(ran.stdout).toContain("/images/desiapi%3Adev/tag?repo=ghcr.io%2Fa%2Fb&tag=2'");
  });

  it('is explained word by word', async () => {
    const ran = await runCli('explain image tag desiapi mine:1'.split(' '), { ...DESI, engine: {} });
    expect(ran.stdout).toMatch(/desiapi:dev\n {2}from: {4}\S+desi-api\.toml:\d+:\d+ images\.desiapi\.name/);
    expect(ran.stdout).toMatch(
      /mine:1\n {2}from: {4}argument 3 of the command line\n {2}why: {5}the name that it gets, too/,
    );
    expect(ran.stdout).not.toContain('the step asks for it');
  });
});

describe('podctl image push', () => {
  const line = 'image push desiapi --image-server ghcr.io --image-project desi'.split(' ');

  it('gives the image its name there, pushes, and prints the digest', async () => {
    const engine: FakeEngine = {
      images: { 'desiapi:dev': {} },
      details: {
        'ghcr.io/desi/desiapi:dev': image({
          digests: [`ghcr.io/desi/desiapi@${DIGEST}`, `other/x@sha256:${'b'.repeat(64)}`],
        }),
      },
      runs: [done, done],
    };
    const ran = await runCli(line, { ...DESI, engine: { ...engine, runs: [done] } });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `ghcr.io/desi/desiapi@${DIGEST}\n` });
    const json = await runCli([...line, '--json'], { ...DESI, engine: { ...engine, runs: [done] } });
    expect(JSON.parse(json.stdout)).toEqual({
      podctl: 1,
      image: 'ghcr.io/desi/desiapi:dev',
      digest: DIGEST,
      exact: `ghcr.io/desi/desiapi@${DIGEST}`,
    });
    const printed = await runCli([...line, '--dry-run'], { ...DESI, engine: {} });
    expect(printed.stdout).toBe(
      'docker tag desiapi:dev ghcr.io/desi/desiapi:dev\ndocker push ghcr.io/desi/desiapi:dev\n',
    );
  });

  it('podman writes the digest to a file, which goes afterwards', async () => {
    const engine: FakeEngine = {
      facts: { name: 'podman', version: '4.3.1' },
      images: { 'desiapi:dev': {} },
      runs: [
        async (plan, { files }) => {
          const [, push] = plan.steps;
          const argv = push?.do === 'exec' ? push.argv : [];
          await files.writeText(argv[argv.indexOf('--digestfile') + 1] ?? '', DIGEST);
          return { exitCode: 0, stdout: '' };
        },
      ],
    };
    const ran = await runCli(line, { ...DESI, files: { ...DESI.files, '/tmp': null }, engine });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `ghcr.io/desi/desiapi@${DIGEST}\n` });
    expect(JSON.stringify(ran.memory.volume.toJSON())).not.toContain(DIGEST);
  });

  it.each<[line: string, facts: FakeEngine['facts'], code: number, error: RegExp]>([
    ['push desiapi', {}, 64, /`desiapi:dev` names no server to push to\nhint: name a server/],
    ['push ann/app', { name: 'podman', version: '4.3.1' }, 64, /names no server/],
    ['push ghcr.io/a/b --plain-http', {}, 77, /`ghcr.io` is none/],
    ['push ghcr.io/a/b --via api --dry-run', {}, 69, /`push` \(push\): only the docker program can/],
    ['push ghcr.io/a/b x', {}, 64, /takes one image/],
    ['push ghcr.io/a/gone:1', {}, 69, /docker has no image `ghcr.io\/a\/gone:1`/],
    ['tag desiapi', {}, 64, /no other name is given/],
    ['tag desiapi A', {}, 64, /`A` is not an image name/],
    ['inspect desiapi --tag x', {}, 64, /has no use for `--tag`/],
    ['inspect desiapi --dry-run', {}, 64, /has no use for `--dry-run`/],
    ['size desiap', {}, 69, /docker has no image `desiap:latest`\nhint: did you mean `desiapi`\?/],
    ['tag desiapi x --plain-http', {}, 64, /has no use for `--plain-http`/],
    ['pussh desiapi', {}, 64, /`image` cannot `pussh`\nhint: did you mean push\?/],
  ])('podctl image %s', async (words, facts, code, error) => {
    const engine: FakeEngine = {
      facts: { ...facts },
      images: { 'ghcr.io/a/gone:1': null },
      details: { 'desiap:latest': null },
    };
    const ran = await runCli(['image', ...words.split(' ')], { ...DESI, engine });
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toMatch(error);
    expect(ran.stdout).toBe('');
  });

  it.each([
    [
      'unauthorized: authentication required',
      '`ghcr.io` takes no push of `ghcr.io/a/b:1` without a login',
      'log in: docker login ghcr.io',
    ],
    [
      'denied: requested access to the resource is denied',
      'without a login that may write there',
      'docker login ghcr.io',
    ],
    ['http: server gave HTTP response to HTTPS client', '`ghcr.io` speaks HTTP without TLS', 'certificate'],
  ])('%s', (words, message, hint) => {
    const error = pushError(new PodctlError('CANNOT_CREATE', words), { as: 'ghcr.io/a/b:1', program: 'docker' });
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it('other failures are handed on as they are', () => {
    const error = new PodctlError('CANNOT_CREATE', 'no space left');
    expect(pushError(error, { as: 'ghcr.io/a/b:1', program: 'docker' })).toBe(error);
  });
});

describe('podctl image inspect and size', () => {
  const engine: FakeEngine = {
    details: { 'desiapi:dev': image(), 'desipod:latest': BASE, 'x:1': image({ ref: 'x:1', entrypoint: null }) },
  };

  it('says what is in the image, names of variables but no values', async () => {
    const ran = await runCli(['image', 'inspect', 'desiapi'], { ...DESI, engine });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toBe(
      [
        'image        desiapi:dev',
        'id           f00d',
        'platform     linux/amd64',
        'created      2026-01-02T03:04:05Z',
        'size         5 kB, 2 layers',
        'user         root (the image names none)',
        'workdir      /code',
        "entrypoint   /bin/sh -c 'python $@' (a shell with a script: arguments reach it as $1, $2 …)",
        'command      none',
        'ports        5000/tcp',
        'volumes      /cache',
        'variables    PATH, TOKEN',
        'label        a=b',
        '',
      ].join('\n'),
    );
    const json = JSON.parse((await runCli(['image', 'inspect', 'desiapi', '--json'], { ...DESI, engine })).stdout);
    expect(json).toMatchObject({
      podctl: 1,
      id: 'f00d',
      platform: 'linux/amd64',
      entrypointForm: 'shell',
      env: ['PATH', 'TOKEN'],
    });
    expect(json).not.toHaveProperty('history');
  });

  it('a reference needs no profile', async () => {
    const ran = await runCli(['image', 'inspect', 'x:1'], { shipped: [], engine });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('entrypoint   none: arguments are the whole command');
  });

  it('says what makes it large, and what the base has as well', async () => {
    const ran = await runCli(['image', 'size'], { ...DESI, engine });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toBe(
      'desiapi:dev   5 kB\nshared with desipod:latest   3 kB\n\n' +
        'SIZE   WITH BASE   MADE BY\n3 kB   shared      COPY base /\n2 kB   own         RUN make\n',
    );
    const json = JSON.parse((await runCli(['image', 'size', 'desiapi', '--json'], { ...DESI, engine })).stdout);
    expect(json).toEqual({
      podctl: 1,
      image: 'desiapi:dev',
      base: 'desipod:latest',
      total: 5000,
      shared: 3000,
      layers: [
        { instruction: 'COPY base /', size: 3000, shared: true },
        { instruction: 'RUN make', size: 2000, shared: false },
      ],
    });
  });

  it('like steps of another build are not shared', async () => {
    const details = { 'desiapi:dev': image(), 'desipod:latest': { ...BASE, layers: ['other'] } };
    const ran = await runCli(['image', 'size'], { ...DESI, engine: { details } });
    expect(ran.stdout).toContain('shared with desipod:latest   0 B\n');
  });
});
