import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';
import { openPusher } from '../support/push.js';
import { type Registry, startRegistry } from '../support/registry.js';
import { only } from '../support/soak.js';

describeEngines('podctl lock', (engine) => {
  let desk: Folder;
  let registry: Registry;
  let folder: Folder;
  let ref: string;
  let env: Record<string, string>;
  let count = 0;
  let elsewhere: ReturnType<typeof openPusher> | undefined;
  const made = new Set<string>();

  beforeAll(async () => {
    desk = projectFolder('registry');
    registry = await startRegistry(desk.path);
    const conf = join(desk.path, 'registries.conf');
    writeFileSync(conf, `[[registry]]\nlocation = "${registry.address}"\ninsecure = true\n`);
    env = { ...engine.env, CONTAINERS_REGISTRIES_CONF: conf };
    Object.assign(process.env, { CONTAINERS_REGISTRIES_CONF: conf });
  }, 300_000);

  afterAll(async () => {
    await engine.run(['image', 'rm', '--force', ...made]);
    delete process.env['CONTAINERS_REGISTRIES_CONF'];
    registry.stop();
    desk.clear();
  });

  beforeEach(() => {
    folder = projectFolder('lock');
    count += 1;
    ref = `${registry.address}/app-${engine.name}-${count}:1`;
    const [name] = ref.split(/:1$/);
    writeFileSync(
      join(folder.path, 'podctl.toml'),
      `name = "n"\nimages.app = { name = "${name}", tag = "1" }\ncontainer = { image = "app", network = "none" }\n[commands.say]\nargs = ["cat", "/v"]\n`,
    );
    return () => folder.clear();
  });

  /** Build an image that says `text`, and push it under the tag: it stays here, too. */
  async function push(text: string): Promise<string> {
    const context = join(folder.path, 'build');
    mkdirSync(context, { recursive: true });
    writeFileSync(join(context, 'v'), text);
    writeFileSync(join(context, 'Dockerfile'), `FROM ${engine.busybox}\nCOPY v /v\n`);
    for (const args of [
      ['build', '--quiet', '--tag', ref, context],
      ['push', ref],
    ]) {
      const ran = await engine.run(args);
      expect(ran.code, ran.stderr).toBe(0);
    }
    made.add(ref);
    const [name = '', tag = ''] = ref.slice(registry.address.length + 1).split(':');
    return (await registry.digest(name, tag)) ?? '';
  }

  /** The same from another machine: nothing of it is here. */
  const pushElsewhere = async (text: string): Promise<string> => {
    elsewhere ??= openPusher(engine, registry.address);
    made.add(ref);
    return (await elsewhere)(ref.slice(registry.address.length + 1).replace(/:1$/, ''), {
      lines: [],
      files: { '/v': text },
    });
  };

  function run(...args: readonly string[]) {
    return podctl([...args, '--engine', engine.name], { cwd: folder.path, env });
  }

  it.each(only(engine, 'docker'))(
    'a run with --locked uses what was locked, though the tag has moved and the new image is here',
    async () => {
      const first = await push('one');
      const locked = await run('lock');
      expect(locked, locked.stderr).toMatchObject({ code: 0, stdout: `${join(folder.path, 'podctl.lock')}\n` });
      const text = readFileSync(join(folder.path, 'podctl.lock'), 'utf8');
      expect(parse(text)).toEqual({ version: 1, images: { app: { ref, digest: first, platforms: ['linux/amd64'] } } });
      const second = await push('two');
      expect(second).not.toBe(first);
      expect(await run('say')).toMatchObject({ code: 0, stdout: 'two' });
      const plan = await run('say', '--locked', '--dry-run');
      expect(plan.stdout, plan.stderr).toContain(`${ref.replace(/:1$/, '')}@${first}`);
      made.add(`${ref.replace(/:1$/, '')}@${first}`);
      const ran = await run('say', '--locked');
      expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'one' });
      expect(await run('lock', '--check')).toMatchObject({
        code: 65,
        stdout: `image \`app\`: ${ref} ${first} is now ${ref} ${second}\n`,
      });
      expect(readFileSync(join(folder.path, 'podctl.lock'), 'utf8')).toBe(text);
      const moved = await run('lock');
      expect(moved.code, moved.stderr).toBe(0);
      expect(await run('lock', '--check')).toMatchObject({ code: 0, stdout: 'nothing moved\n' });
      expect(await run('say', '--locked')).toMatchObject({ code: 0, stdout: 'two' });
    },
  );

  it.each(only(engine, 'podman'))('pulls by digest', async () => {
    const digest = await pushElsewhere('one');
    expect((await run('lock')).code).toBe(0);
    expect(await pushElsewhere('two')).not.toBe(digest);
    const pulled = await run('pull', '--locked');
    const pinned = `${ref.replace(/:1$/, '')}@${digest}`;
    made.add(pinned);
    expect(pulled, pulled.stderr).toMatchObject({ code: 0, stdout: `${pinned}\n` });
    expect((await engine.run(['run', '--rm', '--network', 'none', pinned, 'cat', '/v'])).stdout).toBe('one');
  });

  it.each(only(engine, 'docker'))('insists on the id of an image that is built here', async () => {
    const context = join(folder.path, 'build');
    mkdirSync(context);
    writeFileSync(join(context, 'v'), 'one');
    writeFileSync(join(context, 'Dockerfile'), `FROM ${engine.busybox}\nCOPY v /v\n`);
    const name = `localhost/podctl-test/lock-${createHash('sha256').update(folder.path).digest('hex').slice(0, 12)}`;
    made.add(`${name}:1`);
    writeFileSync(
      join(folder.path, 'podctl.toml'),
      `name = "n"\nimages.app = { name = "${name}", tag = "1", context = "build" }\ncontainer = { image = "app", network = "none" }\n[commands.say]\nargs = ["cat", "/v"]\n`,
    );
    expect((await run('build')).code).toBe(0);
    const locked = await run('lock');
    expect(locked.code, locked.stderr).toBe(0);
    expect(await run('say', '--locked')).toMatchObject({ code: 0, stdout: 'one' });
    writeFileSync(join(context, 'v'), 'two');
    expect((await run('build')).code).toBe(0);
    const refused = await run('say', '--locked');
    expect(refused).toMatchObject({ code: 65, stdout: '' });
    expect(refused.stderr).toMatch(
      /podctl\.lock:\d+:\d+ images\.app\.id: image `app` was built anew since it was locked/,
    );
  });

  it.each(only(engine, 'podman'))(
    'of an image of several platforms it holds the digest of the whole list',
    async () => {
      await pushElsewhere('one');
      const repository = ref.slice(registry.address.length + 1).replace(/:1$/, '');
      const digest = await pushList(registry.address, repository);
      const locked = await run('lock', '--json');
      expect(locked.code, locked.stderr).toBe(0);
      expect(JSON.parse(locked.stdout).images.app).toEqual({
        kind: 'pulled',
        ref,
        digest,
        platforms: ['linux/amd64', 'linux/s390x'],
      });
      made.add(`${ref.replace(/:1$/, '')}@${digest}`);
      const ran = await run('say', '--locked');
      expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'one' });
    },
  );
});

const LIST = 'application/vnd.oci.image.index.v1+json';
const SINGLE = 'application/vnd.oci.image.manifest.v1+json,application/vnd.docker.distribution.manifest.v2+json';

/** Put a list in the place of the tag: the image that was there, and the same once more as if for s390x. */
async function pushList(address: string, repository: string): Promise<string> {
  const at = `http://${address}/v2/${repository}/manifests/`;
  const single = await fetch(`${at}1`, { headers: { accept: SINGLE } });
  const text = await single.text();
  const entry = {
    mediaType: single.headers.get('content-type') ?? '',
    digest: single.headers.get('docker-content-digest') ?? '',
    size: Buffer.byteLength(text),
  };
  const list = JSON.stringify({
    schemaVersion: 2,
    mediaType: LIST,
    manifests: ['amd64', 's390x'].map((architecture) => ({ ...entry, platform: { architecture, os: 'linux' } })),
  });
  const put = await fetch(`${at}1`, { method: 'PUT', headers: { 'content-type': LIST }, body: list });
  expect(put.status, await put.text()).toBe(201);
  return `sha256:${createHash('sha256').update(list).digest('hex')}`;
}
