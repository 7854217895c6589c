import { describe, expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';

const NONE: FakeEngine = { images: { 'desipod:latest': null, 'desiapi:dev': null } };
const LABELS = '--label podctl.project=sky-94023c0b --label podctl.profile=desi-api';
const FILE = '--file /home/ann/sky/Dockerfile';

function host(env: Record<string, string> = {}, more: object = {}) {
  return { ...DESI, host: { ...DESI.host, env: { ...DESI.host?.env, ...env }, ...more } };
}

describe('flags of a build', () => {
  it.each<[line: string, words: string]>([
    ['--build-arg PY=3.12', `--tag desiapi:dev ${FILE} --build-arg PY=3.12 ${LABELS}`],
    ['--build-arg WHO', `--tag desiapi:dev ${FILE} --build-arg WHO=ann ${LABELS}`],
    ['--target run', `--tag desiapi:dev ${FILE} --target run ${LABELS}`],
    ['--label a=b=c', `--tag desiapi:dev ${FILE} --label a=b=c ${LABELS}`],
    ['--cache-from cache:1', `--tag desiapi:dev ${FILE} --cache-from cache:1 ${LABELS}`],
    ['--platform linux/amd64', `--tag desiapi:dev ${FILE} ${LABELS} --platform linux/amd64`],
    ['--image-server ghcr.io --image-project desi/lab', `--tag ghcr.io/desi/lab/desiapi:dev ${FILE} ${LABELS}`],
    ['--image-name api --tag v3', `--tag api:v3 ${FILE} ${LABELS}`],
  ])('podctl build --only desiapi %s', async (line, words) => {
    const images = { ...NONE.images, 'api:v3': null, 'ghcr.io/desi/lab/desiapi:dev': null };
    const ran = await runCli(['build', '--only', 'desiapi', ...line.split(' '), '--dry-run'], {
      ...host({ WHO: 'ann' }),
      engine: { images },
    });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `docker build ${words} /home/ann/sky\n` });
    expect(ran.stderr).toBe('context of `desiapi`: 3 files, 80 B\n');
  });

  it.each<[line: string, code: number, error: RegExp]>([
    ['--build-arg GONE', 64, /`--build-arg GONE`: the variable `GONE` is not set\nhint: set GONE, or write/],
    ['--build-arg =x', 64, /needs the name of a build argument/],
    ['--label a', 64, /`--label a` is not a label/],
    ['--platform arm', 64, /`--platform arm` is not a platform/],
    ['--secret npm', 64, /`--secret` does not say which secret/],
    ['--secret id=npm,src=a,env=B', 64, /`--secret` does not say which secret/],
    [
      '--secret id=npm,env=GONE',
      65,
      /its secret `npm` comes from the variable `GONE`, which is not set\nhint: set GONE/,
    ],
    ['--secret id=npm,src=config.toml', 69, /docker’s buildx plugin is not there/],
    ['--image-server ghcr', 64, /`ghcr` is not a server of images/],
    ['--image-name A', 64, /`A` is not an image name/],
    ['--tag a/b', 64, /is not an image name/],
    ['--via api', 69, /through its API cannot do `build`/],
    ['--platform linux/amd64,linux/arm64', 69, /buildx plugin is not there/],
  ])('podctl build %s: %i', async (line, code, error) => {
    const ran = await runCli(['build', ...line.split(' '), '--dry-run', '--only', 'desiapi'], {
      ...DESI,
      engine: { ...NONE, facts: { version: '28.2.2' } },
    });
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toMatch(error);
    expect(ran.stdout).toBe('');
  });

  it('a file that a secret is read from must be there', async () => {
    const engine = { ...NONE, builder: { buildkit: true, containerd: false } };
    const ran = await runCli(['build', '--only', 'desiapi', '--secret', 'id=npm,src=gone', '--dry-run'], {
      ...DESI,
      engine,
    });
    expect(ran).toMatchObject({ code: 66 });
    expect(ran.stderr).toContain('image `desiapi`: its secret `/home/ann/sky/gone` does not exist');
  });

  it('a build argument that looks like a secret stays off the command line, and is warned about', async () => {
    const ran = await runCli(['build', '--only', 'desiapi', '--build-arg', 'NPM_TOKEN=s3cr3t', '--dry-run'], {
      ...DESI,
      engine: NONE,
    });
    expect(ran.stdout).toBe(
      `NPM_TOKEN='[redacted]' docker build --tag desiapi:dev ${FILE} --build-arg NPM_TOKEN ${LABELS} /home/ann/sky\n`,
    );
    expect(ran.stderr).toContain('warning: build argument `NPM_TOKEN` of image `desiapi` looks like a secret');
    expect(ran.stderr).toContain('--secret id=npm_token,env=NPM_TOKEN');
    expect(ran.stdout + ran.stderr).not.toContain('s3cr3t');
  });

  it('the value of a secret is hidden from all that is printed, and from the plan', async () => {
    const engine: FakeEngine = {
      ...NONE,
      builder: { buildkit: true, containerd: false },
      runs: [
        (plan) => {
          expect(JSON.stringify(plan)).not.toContain('hush-hush');
          expect(plan.steps[0]).toMatchObject({ do: 'exec', env: {}, hides: [expect.anything()] });
          return { exitCode: 0, stdout: '' };
        },
      ],
    };
    const ran = await runCli(['build', '--only', 'desiapi', '--secret', 'id=npm,env=NPM'], {
      ...host({ NPM: 'hush-hush' }),
      engine,
    });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'desiapi:dev\n' });
    expect(ran.stderr).not.toContain('hush-hush');
  });

  it('every word that a flag gave is explained by that flag', async () => {
    const line =
      'explain build --pull --no-cache --build-arg A=1 --target run --label a=b --cache-from c:1 --platform linux/amd64 --tag v2 --image-server ghcr.io';
    const ran = await runCli(line.split(' '), {
      ...DESI,
      engine: { images: { ...NONE.images, 'ghcr.io/desiapi:v2': null } },
    });
    expect(ran.code, ran.stderr).toBe(0);
    for (const flag of [
      'pull',
      'no-cache',
      'build-arg',
      'target',
      'label',
      'cache-from',
      'platform',
      'tag',
      'image-server',
    ]) {
      expect(ran.stdout).toContain(`from:    flag --${flag}\n`);
    }
    expect(ran.stdout).toMatch(/--label podctl\.project=\S+\n {2}from: {4}podctl rule labels\n/);
    expect(ran.stdout).toMatch(/--file \S+\n {2}from: {4}\S*desi-api\.toml:\d+:\d+ images\.desiapi\.file\n/);
    expect(ran.stdout).not.toContain('the step asks for it');
  });
});

const APP = (image: string): Record<string, string> => ({
  '/home/ann/sky/podctl.toml': `name = "n"\n[images.app]\nname = "app"\ncontext = "."\n${image}\n[container]\nimage = "app"\n[commands.serve]\n`,
  '/home/ann/sky/Dockerfile': 'FROM scratch\n',
});

describe('a base of another platform', () => {
  it.each<[what: string, base: object | null, platform: string, builds: number]>([
    ['is there for it', { arch: 'amd64' }, 'linux/amd64', 1],
    ['is there for another', { arch: 'arm64' }, 'linux/amd64', 2],
    ['may be there for one of several', { arch: 'amd64' }, 'linux/amd64,linux/386', 2],
    ['is missing', null, 'linux/amd64', 2],
  ])('%s', async (_what, base, platform, builds) => {
    const engine: FakeEngine = {
      facts: { version: '28.2.2' },
      builder: { buildkit: true, containerd: true },
      images: { 'desipod:latest': base, 'desiapi:dev': null },
    };
    const ran = await runCli(['build', '--dry-run', '--platform', platform], { ...DESI, engine });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout.match(/--platform /g)).toHaveLength(builds);
  });
});

describe('what a profile says of a build', () => {
  it('{git} is the tag, and git is asked for no other profile', async () => {
    const files = APP('tag = "{git}"');
    const ran = await runCli(['build', '--dry-run'], {
      files,
      engine: { git: 'v1.2-3-gabc', images: { 'app:v1.2-3-gabc': null } },
    });
    expect(ran.stdout).toMatch(/^docker build --tag app:v1\.2-3-gabc /);
    expect(ran.engine.entered.has('git')).toBe(true);
    const other = await runCli(['build', '--dry-run'], { ...DESI, engine: NONE });
    expect(other.engine.entered.has('git')).toBe(false);
    const outside = await runCli(['build', '--dry-run'], { files, engine: {} });
    expect(outside).toMatchObject({ code: 65, stdout: '' });
    expect(outside.stderr).toContain('`{git}` has no value here\nhint: git knows no commit of the project');
  });

  it('ids of the user, and what becomes of them elsewhere', async () => {
    const files = APP('uid_arg = "UID"\ngid_arg = "GID"');
    const engine = { images: { 'app:latest': null } };
    const own = await runCli(['build', '--dry-run'], { files, engine, host: { uid: 1000, gid: 100 } });
    expect(own.stdout).toContain('--build-arg UID=1000 --build-arg GID=100');
    expect(own.stderr).toBe('context of `app`: 2 files, 139 B\n');
    const root = await runCli(['build', '--dry-run'], { files, engine, host: { uid: 0, gid: 0 } });
    expect(root.stdout).toContain('--build-arg UID=0 --build-arg GID=0');
    expect(root.stderr).toContain('note: podctl runs as root, so image `app` gets 0 for UID and GID');
    const explained = await runCli(['explain', 'build'], { files, engine, host: { uid: 1000, gid: 100 } });
    expect(explained.stdout).toMatch(
      /--build-arg UID=1000\n {2}from: {4}podctl\.toml:\d+:\d+ images\.app\.uid_arg\n {2}from: {4}podctl rule host-ids/,
    );
  });

  it.each([
    ['secrets.npm.env = "NPM"\nsecrets.npm.file = "a"', 'the secret `npm` needs `file` or `env`, not both'],
    ['secrets.npm = {}', 'the secret `npm` needs `file` or `env`'],
    ['with_base = true', '`with_base` needs `base`'],
    ['server = "ghcr"', '`ghcr` is not a server of images'],
    ['project = "A"', 'is not an image name'],
    ['project = "a.b"', '`a.b` would be taken for a server of images'],
    ['platforms = ["arm"]', '`arm` is not a platform'],
    ['uid_arg = "a b"', '`a b` is not a name of a variable'],
  ])('mistakes: %s', async (image, error) => {
    const ran = await runCli(['build', '--dry-run'], { files: APP(image), engine: {} });
    expect(ran).toMatchObject({ code: 65, stdout: '' });
    expect(ran.stderr).toContain(error);
  });

  it('a name that carries its server leaves no place for another', async () => {
    const files = APP('server = "ghcr.io"');
    const text = files['/home/ann/sky/podctl.toml']?.replace('name = "app"', 'name = "quay.io/app"') ?? '';
    const ran = await runCli(['build', '--dry-run'], {
      files: { ...files, '/home/ann/sky/podctl.toml': text },
      engine: {},
    });
    expect(ran.code).toBe(65);
    expect(ran.stderr).toContain("the image's name already carries `quay.io`");
  });
});

describe('names of a run', () => {
  it.each<[line: string, image: string]>([
    ['--image-server ghcr.io --image-project desi', 'ghcr.io/desi/desiapi:dev'],
    ['--image-name api --tag v2', 'api:v2'],
    ['--image quay.io/x/y:1 --image-server ghcr.io', 'ghcr.io/x/y:1'],
  ])('podctl server %s', async (line, name) => {
    const engine: FakeEngine = {
      images: { [name]: { entrypoint: ['/app'] } },
      volumes: { 'desi-api-cache': null },
      containers: [],
    };
    const ran = await runCli(['server', '--dry-run', ...line.split(' ')], { ...DESI, engine });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain(` ${name} server `);
  });

  it.each(['--image-server ghcr', '--image-name A'])('podctl server %s is a mistake', async (line) => {
    const ran = await runCli(['server', '--dry-run', ...line.split(' ')], { ...DESI, engine: { containers: [] } });
    expect(ran.code, ran.stderr).toBe(64);
  });
});
