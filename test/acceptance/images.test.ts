import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unpackNext } from '../setup/next-release.mjs';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { type Registry, startRegistry, USER } from '../support/registry.js';
import { only, SOAK, waysOf } from '../support/soak.js';

const SECRET = 'squeamish-ossifrage-2';

function profile(engine: TestEngine, names: Names): string {
  return `name = "images"
about = "images of a test"

[images.base]
name = "${names.base}"
tag = "\${TAG:-1}"
context = "base"
args.FROM = "${engine.busybox}"
uid_arg = "OWNER"

[images.app]
name = "${names.app}"
tag = "\${TAG:-1}"
context = "app"
base = "base"
base_arg = "BASE"
with_base = "\${INCLUDE_BASE:-false}"

[images.files]
name = "${names.files}"
tag = "1"
context = "files"

[images.hush]
name = "${names.hush}"
tag = "{git}"
context = "hush"
args.FROM = "${engine.busybox}"

[images.hush.secrets.word]
env = "MAGIC_WORD"

[container]
image = "app"

[commands.serve]
about = "serve"
`;
}

type Names = { readonly [K in 'base' | 'app' | 'files' | 'hush']: string };

function layOut(folder: string, engine: TestEngine, names: Names): void {
  const files = {
    'podctl.toml': profile(engine, names),
    'base/Dockerfile': 'ARG FROM\nFROM $FROM\nARG OWNER=none\nCOPY stamp /stamp\nRUN echo $OWNER > /owner\n',
    'base/stamp': 'one',
    'app/Dockerfile': 'ARG BASE=localhost/podctl-test/there-is-none\nFROM $BASE\nRUN cat /stamp > /seen\n',
    'files/Dockerfile': 'FROM scratch\nCOPY data /data\n',
    'files/data': 'data',
    'hush/Dockerfile':
      'ARG FROM\nFROM $FROM\nRUN --mount=type=secret,id=word wc -c < /run/secrets/word > /length && cat /run/secrets/word\n',
  };
  for (const part of ['base', 'app', 'files', 'hush']) mkdirSync(join(folder, part));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args]);
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'all');
  git('tag', 'rel/1.0');
}

describeEngines('images of a profile', (engine) => {
  let folder: Folder;
  let registry: Registry;
  let locked: Registry;
  const id = randomUUID().slice(0, 8);
  const name = (part: string) => `podctl-test-${id}/${part}`;
  const names: Names = { base: name('base'), app: name('app'), files: name('files'), hush: name('hush') };
  const plain = engine.name === 'podman' ? ['--plain-http'] : [];
  const made: string[] = [];

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    podctl([...args, '--engine', engine.name], { cwd: folder.path, env: { ...engine.env, ...env } });
  const inside = async (image: string, ...paths: readonly string[]): Promise<string> => {
    const ran = await engine.run([
      'run',
      '--rm',
      '--network',
      'none',
      '--label',
      `podctl-test.images=${id}`,
      image,
      'cat',
      ...paths,
    ]);
    return ran.stdout.trim();
  };

  beforeAll(async () => {
    folder = projectFolder('images');
    layOut(folder.path, engine, names);
    registry = await startRegistry(folder.path);
    locked = await startRegistry(folder.path, { login: true });
  });
  afterAll(async () => {
    registry.stop();
    locked.stop();
    await engine.clear(`podctl-test.images=${id}`);
    const tags = ['base', 'app', 'files', 'hush'].flatMap((part) => ['1', '2'].map((tag) => `${name(part)}:${tag}`));
    const platforms = ['amd64', 'arm64'].map((arch) => `${names.files}:1-linux-${arch}`);
    if (engine.name === 'podman') await engine.run(['manifest', 'rm', `${names.files}:1`]);
    await engine.run(['rmi', '--force', ...tags, ...platforms, ...made]);
    folder.clear();
  });

  it('a base that is missing is built first, and its exact name reaches the build above it', async () => {
    const built = await run(['build']);
    expect(built, built.stderr).toMatchObject({ code: 0, stdout: `${names.app}:1\n` });
    // The app has what its base has.
    expect(await inside(`${names.app}:1`, '/seen', '/owner')).toBe(`one${process.getuid?.()}`);
  });

  it.each(only(engine, 'docker'))(
    'the base is built again when the variable says so with the word true, and else not',
    async () => {
      writeFileSync(join(folder.path, 'base/stamp'), 'two');
      const no = await run(['build', '--dry-run'], { INCLUDE_BASE: 'yes' });
      expect(no.stdout).not.toContain(`--tag ${names.base}:1`);
      const both = await run(['build'], { INCLUDE_BASE: 'true' });
      expect(both, both.stderr).toMatchObject({ code: 0 });
      expect(await inside(`${names.app}:1`, '/seen')).toBe('two');
      const flag = await run(['build', '--with-base', '--dry-run']);
      expect(flag.stdout).toContain(`--tag ${names.base}:1`);
      expect(flag.stdout).toContain(`--build-arg BASE=${names.base}:1`);
    },
  );

  it.each(only(engine, 'docker'))('size: the largest first, and what the base has as well', async () => {
    const sized = JSON.parse((await run(['image', 'size', 'app', '--json'])).stdout);
    const sizes = sized.layers.map(({ size }: { size: number }) => size);
    expect(sizes).toEqual(sizes.toSorted((a: number, b: number) => b - a));
    expect(sized).toMatchObject({ base: `${names.base}:1`, image: `${names.app}:1` });
    expect(sized.shared).toBeGreaterThan(1_000_000);
    const own = sized.layers.filter((layer: { shared: boolean }) => !layer.shared);
    expect(own.map(({ instruction }: { instruction: string }) => instruction)).toEqual(['RUN cat /stamp > /seen']);
    const text = await run(['image', 'size', 'app']);
    expect(text.stdout).toContain(`shared with ${names.base}:1`);
  });

  it.each(only(engine, 'podman'))('inspect: what the engine itself says', async () => {
    const [image] = JSON.parse((await engine.run(['image', 'inspect', `${names.app}:1`])).stdout);
    const said = JSON.parse((await run(['image', 'inspect', 'app', '--json'])).stdout);
    expect(said).toMatchObject({
      id: String(image.Id).replace('sha256:', ''),
      platform: `linux/${image.Architecture}`,
      size: image.Size,
      layers: image.RootFS.Layers,
      env: ['PATH'],
      entrypointForm: 'none',
    });
    expect(said.labels).toMatchObject({ 'podctl.profile': 'images' });
  });

  it.each(waysOf(engine, 0))('tag gives another name, by %s', async (via) => {
    const other = `${name('tagged')}:${via}`;
    made.push(other);
    expect(await run(['image', 'tag', 'app', other, '--via', via])).toMatchObject({ code: 0, stdout: `${other}\n` });
    expect(JSON.parse((await engine.run(['image', 'inspect', other])).stdout)).toHaveLength(1);
  });

  it('push: the registry has the image under the digest that is printed', async () => {
    const there = `${registry.address}/${names.app}`;
    made.push(`${there}:1`);
    const pushed = await run(['image', 'push', 'app', '--image-server', registry.address, ...plain]);
    expect(pushed, pushed.stderr).toMatchObject({ code: 0 });
    const digest = await registry.digest(names.app, '1');
    expect(digest).toMatch(/^sha256:/);
    expect(pushed.stdout).toBe(`${there}@${digest}\n`);
    expect(pushed.stderr).toContain(`push \`${there}:1\``);
  });

  it.each(only(engine, 'docker'))('a push without the login is told plainly, and no password is seen', async () => {
    const there = `${locked.address}/${names.app}`;
    made.push(`${there}:1`);
    const pushed = await run(['image', 'push', 'app', '--image-server', locked.address, ...plain]);
    expect(pushed, pushed.stderr).toMatchObject({ code: 69, stdout: '' });
    expect(pushed.stderr).toContain(`error: \`${locked.address}\` takes no push of \`${there}:1\` without a login`);
    expect(pushed.stderr).toContain(`hint: log in: ${engine.name} login ${locked.address}`);
    const auth = Buffer.from(`${USER.name}:${USER.password}`).toString('base64');
    const config = join(folder.path, 'login');
    mkdirSync(config);
    writeFileSync(join(config, 'config.json'), JSON.stringify({ auths: { [locked.address]: { auth } } }));
    const login = { DOCKER_CONFIG: config, REGISTRY_AUTH_FILE: join(config, 'config.json') };
    const again = await run(['image', 'push', 'app', '--image-server', locked.address, ...plain], login);
    expect(again, again.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(`${there}@sha256:`) });
    for (const secret of [auth, USER.password])
      expect(again.stdout + again.stderr + pushed.stderr).not.toContain(secret);
  });

  it.each(only(engine, 'docker'))('{git} is the tag that git describes', async () => {
    writeFileSync(join(folder.path, 'base/stamp'), 'two');
    const shown = await run(['image', 'tag', 'hush', 'x', '--dry-run']);
    expect(shown.stdout).toContain(`${names.hush}:rel-1.0-dirty `);
  });

  // Podman makes a list of both; docker without the containerd image store keeps one platform, and says so first.
  const severalPlatforms = {
    podman: async () => {
      for (const data of SOAK ? ['first', 'second'] : ['first']) {
        writeFileSync(join(folder.path, 'files/data'), data);
        const built = await run(['build', 'files', '--platform', 'linux/amd64,linux/arm64']);
        expect(built, built.stderr).toMatchObject({ code: 0, stdout: `${names.files}:1\n` });
        const list = JSON.parse((await engine.run(['manifest', 'inspect', `${names.files}:1`])).stdout);
        const platforms = list.manifests.map(({ platform }: { platform: { architecture: string } }) => platform);
        expect(platforms).toMatchObject([{ architecture: 'amd64' }, { architecture: 'arm64' }]);
      }
      const there = `${registry.address}/${names.files}`;
      const pushed = await run(['image', 'push', 'files', '--image-server', registry.address, ...plain]);
      expect(pushed, pushed.stderr).toMatchObject({ code: 0 });
      expect(pushed.stdout).toBe(`${there}@${await registry.digest(names.files, '1')}\n`);
      await engine.run(['manifest', 'rm', `${there}:1`]);
    },
    docker: async () => {
      const both = await run(['build', 'files', '--platform', 'linux/amd64,linux/arm64']);
      expect(both).toMatchObject({ code: 69, stdout: '' });
      expect(both.stderr).toContain('cannot do `build: several platforms`');
    },
  };

  it('several platforms: a list under the wanted name, made anew each time and pushed whole, or a refusal', async () => {
    await expect(severalPlatforms[engine.name]()).resolves.toBeUndefined();
  });

  const withoutTls = {
    podman: { code: 69, stderr: expect.stringContaining('speaks HTTP without TLS\nhint: add --plain-http') },
    docker: { code: 0, stdout: expect.stringContaining('@sha256:') },
  };

  // What docker does with it, the push above has shown.
  it.each(only(engine, 'podman'))(
    'a registry without TLS on this machine: docker takes it, podman needs the word for it',
    async () => {
      const pushed = await run(['image', 'push', 'app', '--image-server', registry.address]);
      expect(pushed).toMatchObject(withoutTls[engine.name]);
    },
  );

  // Docker's classic builder knows no secrets; podman's builder does.
  const secretWithoutBuildx = {
    podman: { code: 0 },
    docker: { code: 69, stdout: '', stderr: expect.stringContaining('docker’s buildx plugin is not there') },
  };

  it.each(only(engine, 'docker'))('a secret where the builder has none is refused before the build', async () => {
    const env = { MAGIC_WORD: SECRET, DOCKER_CONFIG: folder.path };
    expect(await run(['build', 'hush', '--dry-run'], env)).toMatchObject(secretWithoutBuildx[engine.name]);
  });

  it.each(only(engine, 'podman'))(
    'a foreign platform that programs would have to run on is refused before the build',
    async () => {
      const built = await run(['build', '--platform', 'linux/s390x']);
      expect(built).toMatchObject({ code: 69, stdout: '' });
      expect(built.stderr).toContain('emulates no linux/s390x (binfmt)');
    },
  );

  it('a secret reaches the build and nothing else: no layer, no history, no output', async () => {
    const env = { MAGIC_WORD: SECRET, ...(engine.name === 'docker' ? buildx(folder.path) : {}) };
    const built = await run(['build', 'hush', '--tag', '1', '--no-cache'], env);
    expect(built, built.stderr).toMatchObject({ code: 0 });
    expect(await inside(`${names.hush}:1`, '/length')).toBe(String(SECRET.length));
    const history = await engine.run(['history', '--no-trunc', `${names.hush}:1`]);
    const inspected = await engine.run(['image', 'inspect', `${names.hush}:1`]);
    expect(built.stdout + built.stderr + history.stdout + inspected.stdout).not.toContain(SECRET);
    expect(built.stderr).toContain('[redacted]');
  });

  it.each(only(engine, 'podman'))('a secret that is empty is refused before the build', async () => {
    const env = { MAGIC_WORD: '', ...(engine.name === 'docker' ? buildx(folder.path) : {}) };
    const unset = await run(['build', 'hush', '--dry-run'], env);
    expect(unset).toMatchObject({ code: 65, stdout: '' });
  });
});

// BuildKit's client, in a configuration of the test's own.
function buildx(folder: string): Readonly<Record<string, string>> {
  const plugin = unpackNext('docker-buildx', 'usr/libexec/docker/cli-plugins/docker-buildx');
  if (plugin === null) throw new Error('docker-buildx of the next Debian release cannot be had');
  const plugins = join(folder, 'buildx/cli-plugins');
  mkdirSync(plugins, { recursive: true });
  copyFileSync(plugin, join(plugins, 'docker-buildx'));
  return { DOCKER_CONFIG: join(folder, 'buildx') };
}
