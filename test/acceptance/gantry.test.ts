import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEBIAN_PACKAGES } from '../support/debian-packages.js';
import { describeEngines } from '../support/engines.js';
import { gantryEnv, layOutGantry } from '../support/gantry-stand-in.js';
import { type Folder, freePort, projectFolder } from '../support/machine.js';
import { done, type Finished, podctl } from '../support/podctl.js';
import { only } from '../support/soak.js';

describeEngines('gantry, from build to a database that lasts', (engine) => {
  const tag = `test-${randomUUID().slice(0, 8)}`;
  const volume = `gantry-${tag}`;
  let folder: Folder;
  let port: number;
  let env: Readonly<Record<string, string>>;

  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    podctl([...args, '--engine', engine.name], { cwd: folder.path, env: { ...env, ...more } });
  const serve = (more?: Readonly<Record<string, string>>): Promise<Finished> =>
    run(['serve', '--profile', 'gantry', '--detach'], more);
  const get = async (path: string): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}${path}`)).json();
  const job = async (token: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/v1/collect`, { method: 'POST', headers: { 'x-gitlab-token': token } }))
      .status;

  beforeAll(async () => {
    folder = projectFolder('gantry');
    port = await freePort();
    env = {
      ...engine.env,
      GANTRY_TAG: tag,
      GANTRY_PORT: String(port),
      GANTRY_DATA: volume,
      XDG_STATE_HOME: join(folder.path, 'state'),
    };
    layOutGantry(folder.path, await engine.debian(DEBIAN_PACKAGES));
    writeFileSync(join(folder.path, '.env'), gantryEnv());
    await done(run(['build', '--profile', 'gantry']));
  }, 600_000);
  afterAll(async () => {
    await run(['down']);
    await engine.run(['volume', 'rm', '--force', volume]);
    await engine.run(['rmi', '--force', `gantry:${tag}`]);
    folder.clear();
  });

  it('the first start makes the database; rows stay over down and a new start', async () => {
    const first = await serve();
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stdout).toContain(`http://127.0.0.1:${port}/v1/allocation\n`);
    expect(await get('/v1/jobs')).toBe(0);
    expect([await job('hook-canary-2'), await job('hook-canary-2'), await job('"hook-canary-2"')]).toEqual([
      200, 200, 401,
    ]);
    expect(await get('/v1/env')).toEqual({
      DB_FILE: '/var/lib/gantry/db',
      GITLAB_URL: 'https://gitlab.example.org/api/v4/projects/8',
      PROMETHEUS_URL: 'https://prometheus.example.org/api/v1',
      LOG_LEVEL: 'WARNING',
      GANTRY_PORT: null,
    });
    expect(await run(['down'])).toMatchObject({ code: 0 });
    const again = await serve();
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(await get('/v1/jobs')).toBe(2);
    expect(await run(['restart'])).toMatchObject({ code: 0 });
    await expect.poll(() => get('/v1/jobs').catch(() => 'silent'), { timeout: 120_000 }).toBe(2);
    await run(['down']);
  });

  it.each(only(engine, 'podman'))(
    'a folder of this machine in place of the volume: it is made, and -wal and -shm live in it',
    async () => {
      const data = join(folder.path, 'data', 'gantry');
      const started = await serve({ GANTRY_DATA: data });
      expect(started, started.stderr).toMatchObject({ code: 0 });
      try {
        expect(await job('hook-canary-2')).toBe(200);
        expect(statSync(join(data, 'db')).isFile()).toBe(true);
        expect(statSync(data).uid).toBe(process.getuid?.());
      } finally {
        await run(['down']);
      }
      expect(existsSync(join(data, 'db'))).toBe(true);
    },
  );

  it.each(only(engine, 'docker'))('another env file stands in for .env', async () => {
    const other = join(folder.path, 'staging.env');
    writeFileSync(other, gantryEnv({ LOG_LEVEL: 'DEBUG' }));
    const started = await run(['serve', '--profile', 'gantry', '--env-file', other, '--detach']);
    expect(started, started.stderr).toMatchObject({ code: 0 });
    expect(await get('/v1/env')).toMatchObject({ LOG_LEVEL: 'DEBUG' });
    await run(['down']);
  });

  it('secrets stand neither in the plan nor in what the engine shows of its process', async () => {
    const planned = await run(['serve', '--profile', 'gantry', '--dry-run', '--json']);
    expect(planned).toMatchObject({ code: 0 });
    expect(planned.stdout + planned.stderr).not.toContain('canary');
  });

  it.each(only(engine, 'docker'))('a backup of the running application brings its rows back', async () => {
    expect(await serve()).toMatchObject({ code: 0 });
    const before = await get('/v1/jobs');
    const backup = await run(['db', 'backup', '--profile', 'gantry']);
    expect(backup, backup.stderr).toMatchObject({ code: 0 });
    expect(await job('hook-canary-2')).toBe(200);
    expect(await get('/v1/jobs')).toBe(Number(before) + 1);
    const listed = await run(['db', 'list', '--profile', 'gantry', '--json']);
    const id = /\d{8}T\d{6}Z[\w-]*/.exec(listed.stdout)?.[0] ?? '';
    const used = await run(['db', 'restore', 'db', id, '--profile', 'gantry', '--force']);
    expect(used).toMatchObject({ code: 77 });
    const restored = await run(['db', 'restore', 'db', id, '--profile', 'gantry', '--force', '--stop']);
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    await expect.poll(() => get('/v1/jobs').catch(() => 'silent'), { timeout: 120_000 }).toBe(before);
    expect(await job('hook-canary-2')).toBe(200);
    await run(['down']);
  });

  it.each(only(engine, 'podman'))(
    'test-image says which Python the image has, and that the application is in it',
    async () => {
      const ended = await run(['test-image', '--profile', 'gantry']);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(ended.stdout).toMatch(/^Python 3\.\d+\.\d+$/m);
      const told = await run(['test-image', '--profile', 'gantry', '--json']);
      expect(told, told.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(told.stdout)).toMatchObject({ podctl: 1 });
    },
  );

  describe('what would lose data is refused before anything starts', () => {
    it.each(only(engine, 'docker'))('a folder where the database should be', async () => {
      const data = join(folder.path, 'wrong');
      mkdirSync(join(data, 'db'), { recursive: true });
      const ended = await serve({ GANTRY_DATA: data });
      expect(ended).toMatchObject({ code: 66, stdout: '' });
      expect(ended.stderr).toContain(`\`${join(data, 'db')}\` is a directory, and the database file should be there`);
      rmSync(data, { recursive: true });
    });

    it.each(only(engine, 'podman'))('a broken env file', async () => {
      const broken = join(folder.path, 'broken.env');
      writeFileSync(broken, gantryEnv({ PROMETHEUS_URL: 'https://prometheus.example.org/api/v1/' }));
      const ended = await run(['serve', '--profile', 'gantry', '--env-file', broken]);
      expect(ended).toMatchObject({ code: 65, stdout: '' });
      expect(ended.stderr).toContain('PROMETHEUS_URL');
      expect(ended.stderr).toContain('broken.env:1');
    });
  });
});
