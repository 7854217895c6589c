import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { listBackups } from '../../src/io/backup-store.js';
import { unpackTo } from '../../src/io/data-work.js';
import { verifyBackup } from '../../src/io/verify-backup.js';
import { MANIFEST } from '../support/backups.js';
import { look, makeCrashed, makeDatabase, startWriter } from '../support/databases.js';
import { describeDocker, describeEngines, describeRootless } from '../support/engines.js';
import { installFor, uninstall } from '../support/install.js';
import { killAtEveryChange, withoutEngine } from '../support/killed.js';
import { podctl } from '../support/podctl.js';
import { only, SOAK, shareOf } from '../support/soak.js';
import { cleared, clearProjects, SQLITE_PROFILE, sqliteProject, told } from '../support/sqlite-project.js';

const NOBODY = 65_534;

afterEach(clearProjects);

describeEngines('a database in use', (engine) => {
  const run = (folder: string, ...args: string[]) => podctl(args, { cwd: folder, env: engine.env });

  it.each(shareOf(engine, ['wal', 'delete'] as const))(
    'backups during a writer at full speed hold a prefix of its writes (%s)',
    async (journal) => {
      const folder = sqliteProject();
      const file = join(folder, 'var/db');
      chmodSync(folder, 0o755);
      chownSync(join(folder, 'var'), NOBODY, NOBODY);
      const writer = await startWriter(file, { journal, user: NOBODY });
      let before = 0;
      for (let count = 0; count < (SOAK ? 20 : 3); count += 1) {
        const seen = writer.last();
        const ended = await run(folder, 'db', 'backup', '--engine', engine.name, '--json');
        expect(ended.code, ended.stderr).toBe(0);
        const [backup] = told(ended).backups;
        if (backup === undefined) throw new Error('no backup was told');
        const copy = join(folder, 'copy');
        await unpackTo(backup.path, copy, backup);
        const found = look(copy);
        expect(found).toMatchObject({ integrity: 'ok', whole: true });
        expect(found.count).toBeGreaterThanOrEqual(Math.max(seen, before));
        before = found.count;
        rmSync(copy);
        for (const end of ['-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
      }
      // It wrote on after every backup, and nothing in its folder became somebody else's.
      const { last, slowest } = await writer.stop();
      expect(last).toBeGreaterThan(before);
      expect(slowest).toBeLessThan(20_000);
      const names = readdirSync(join(folder, 'var'));
      expect(names.map((name) => statSync(join(folder, 'var', name)).uid)).toEqual(names.map(() => NOBODY));
      expect(look(file)).toMatchObject({ integrity: 'ok', count: last, whole: true });
    },
    600_000,
  );

  it.each(only(engine, 'docker'))(
    'a restore is refused while a container uses the data, and --stop stops it and starts it again',
    async () => {
      const folder = sqliteProject();
      makeDatabase(join(folder, 'var/db'), { rows: 10, mark: 'old ' });
      const name = [`--engine`, engine.name];
      expect(await run(folder, 'db', 'backup', ...name)).toMatchObject({ code: 0 });
      rmSync(join(folder, 'var/db'));
      makeDatabase(join(folder, 'var/db'), { rows: 20, mark: 'new ' });
      const started = await run(folder, 'serve', '--detach', ...name);
      expect(started.code, started.stderr).toBe(0);
      try {
        const refused = await run(folder, 'db', 'restore', '--force', ...name);
        expect(refused.code).toBe(77);
        expect(refused.stderr).toMatch(
          /^error: data `db`: container `app-serve-[0-9a-f]+` uses it\nhint: stop it \(.* stop app-serve/,
        );
        expect(look(join(folder, 'var/db')).count).toBe(20);
        const status = await run(folder, 'db', 'status', '--json', ...name);
        expect(JSON.parse(status.stdout)).toMatchObject({ data: [{ usedBy: [expect.stringMatching(/^app-serve-/)] }] });
        const restored = await run(folder, 'db', 'restore', '--force', '--stop', ...name);
        expect(restored.code, restored.stderr).toBe(0);
        expect(look(join(folder, 'var/db'))).toMatchObject({ count: 10, mark: 'old ' });
        expect((await run(folder, 'ps', '--json', ...name)).stdout).toContain('"state": "running"');
      } finally {
        await run(folder, 'down', ...name);
      }
    },
    300_000,
  );

  it.each(only(engine, 'podman'))(
    'data in a named volume, with and without a container',
    async () => {
      const folder = sqliteProject();
      const volume = `podctl-test-${folder.split('-').at(-1) ?? ''}`.toLowerCase();
      const toml = readFileSync(join(folder, 'podctl.toml'), 'utf8');
      const mount = `type = "volume"\nsource = "${volume}"`;
      writeFileSync(join(folder, 'podctl.toml'), toml.replace('type = "bind"\nsource = "var"', mount));
      const name = ['--engine', engine.name];
      expect(await run(folder, 'db', 'backup', ...name)).toMatchObject({ code: 66 });
      try {
        await engine.run(['volume', 'create', '--label', 'podctl.project=test', volume]);
        const [, mountpoint = ''] =
          /"Mountpoint": "([^"]+)"/.exec((await engine.run(['volume', 'inspect', volume])).stdout) ?? [];
        makeDatabase(join(mountpoint, 'db'), { rows: 30 });
        const made = await run(folder, 'db', 'backup', '--json', ...name);
        expect(made.code, made.stderr).toBe(0);
        expect(told(made).backups).toMatchObject([{ source: `volume \`${volume}\`, db`, how: 'rest' }]);
        rmSync(join(mountpoint, 'db'));
        const restored = await run(folder, 'db', 'restore', ...name);
        expect(restored.code, restored.stderr).toBe(0);
        expect(look(join(mountpoint, 'db'))).toMatchObject({ count: 30, integrity: 'ok' });
      } finally {
        await engine.run(['volume', 'rm', volume]);
      }
    },
    300_000,
  );
});

// Not root: the engine keeps its volumes where only root may look.
describeDocker('data that only the engine can reach', (engine) => {
  it('are copied out while their container is paused, and it goes on', async () => {
    const folder = sqliteProject();
    const name = `podctl-test-${randomUUID()}`;
    const toml = readFileSync(join(folder, 'podctl.toml'), 'utf8');
    writeFileSync(
      join(folder, 'podctl.toml'),
      toml.replace('type = "bind"\nsource = "var"', `type = "volume"\nsource = "${name}"`),
    );
    const installed = installFor({ home: folder });
    const user = { uid: NOBODY, gid: statSync('/var/run/docker.sock').gid };
    chmodSync(folder, 0o777);
    const run = (...args: string[]) =>
      podctl(args, {
        cwd: folder,
        ...installed,
        user,
        env: { PATH: process.env['PATH'], HOME: folder, ...engine.env },
      });
    try {
      await engine.run(['volume', 'create', name]);
      const { stdout } = await engine.run(['volume', 'inspect', '--format', '{{.Mountpoint}}', name]);
      const file = join(stdout.trim(), 'db');
      makeCrashed(file, { rows: 2000, mark: 'live ' });
      const before = readFileSync(file);
      const started = await engine.run([
        'run',
        '-d',
        '--name',
        name,
        '-v',
        `${name}:/srv`,
        engine.busybox,
        'sleep',
        '600',
      ]);
      expect(started.code, started.stderr).toBe(0);
      const made = await run('db', 'backup', '--json', '--engine', engine.name);
      expect(made.code, made.stderr).toBe(0);
      const [backup] = told(made).backups;
      expect(backup).toMatchObject({ how: 'paused', sqlite: { integrity: 'ok' } });
      const copy = join(folder, 'copy');
      await unpackTo(backup?.path ?? '', copy, backup ?? MANIFEST);
      expect(look(copy)).toMatchObject({ count: 2000, whole: true, mark: 'live ' });
      const { stdout: state } = await engine.run(['inspect', '--format', '{{.State.Status}}', name]);
      expect(state.trim()).toBe('running');
      expect(readFileSync(file).equals(before)).toBe(true);
      await engine.run(['stop', '-t', '0', name]);
      const rest = await run('db', 'backup', '--json', '--engine', engine.name);
      expect(rest.code, rest.stderr).toBe(0);
      expect(told(rest).backups).toMatchObject([{ how: 'rest' }]);
      expect(readdirSync(join(folder, 'backups')).filter((one) => one.startsWith('.'))).toEqual([]);
    } finally {
      await engine.run(['rm', '--force', name]);
      await engine.run(['volume', 'rm', name]);
      uninstall();
    }
  }, 300_000);
});

describeRootless('data that belong to another id of a rootless user', (engine) => {
  it('are copied out of a container that has ended', async () => {
    const folder = engine.folder('db');
    cleared(folder);
    const name = `podctl-test-${randomUUID()}`;
    const mount = `type = "volume"\nsource = "${name}"`;
    writeFileSync(join(folder.path, 'podctl.toml'), SQLITE_PROFILE.replace('type = "bind"\nsource = "var"', mount));
    try {
      await engine.run(['volume', 'create', name]);
      const { stdout } = await engine.run(['volume', 'inspect', '--format', '{{.Mountpoint}}', name]);
      const file = join(stdout.trim(), 'db');
      makeCrashed(file, { rows: 2000, mark: 'live ' });
      const strange = 1_000_000;
      for (const end of ['', '-wal']) {
        chownSync(`${file}${end}`, strange, strange);
        chmodSync(`${file}${end}`, 0o644);
      }
      const ran = await engine.run(['run', '--name', name, '-v', `${name}:/srv`, engine.busybox, 'true']);
      expect(ran.code, ran.stderr).toBe(0);
      const made = await engine.podctl(['db', 'backup', '--json', '--engine', 'podman'], { cwd: folder.path });
      expect(made.code, made.stderr).toBe(0);
      expect(told(made).backups).toMatchObject([{ how: 'rest', sqlite: { integrity: 'ok' } }]);
    } finally {
      await engine.run(['rm', '--force', name]);
      await engine.run(['volume', 'rm', name]);
    }
  }, 300_000);
});

describe('podctl is killed', () => {
  const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

  it('at any change of a backup: the data are untouched, no half backup counts, a second run works', async () => {
    const template = sqliteProject();
    const file = join(template, 'var/db');
    makeDatabase(file, { rows: 20_000 });
    expect(await withoutEngine(template, ['db', 'backup'])).toMatchObject({ code: 0 });
    const before = hashOf(file);
    const changes = await killAtEveryChange(template, ['db', 'backup'], async (folder, at) => {
      expect(hashOf(join(folder, 'var/db')), `at change ${at}`).toBe(before);
      expect(readdirSync(join(folder, 'var'))).toEqual(['db']);
      for (const backup of await listBackups(join(folder, 'backups'))) await verifyBackup(backup);
      const again = await withoutEngine(folder, ['db', 'backup']);
      expect(again.code, again.stderr).toBe(0);
      const listed = await listBackups(join(folder, 'backups'));
      const files = listed.flatMap(({ manifest: { file: data, key, id } }) => [data, `${key}-${id}.json`]);
      expect(listed.map(({ state }) => state)).toEqual(listed.map(() => 'whole'));
      expect(readdirSync(join(folder, 'backups')).toSorted()).toEqual(files.toSorted());
    });
    expect(changes).toBeGreaterThan(8);
  }, 600_000);

  it.each([
    ['closed', false],
    ['left with a WAL by a killed application', true],
  ])(
    'at any change of a restore over a database that was %s: old or new is there, whole',
    async (_what, crashed) => {
      const template = sqliteProject();
      const file = join(template, 'var/db');
      makeDatabase(file, { rows: 3000, mark: 'saved ' });
      // The copies lie elsewhere: a backup of other data is only restored by name.
      const [{ id } = MANIFEST] = told(await withoutEngine(template, ['db', 'backup', '--json'])).backups;
      rmSync(file);
      if (crashed) makeCrashed(file, { rows: 2000, mark: 'old ' });
      else makeDatabase(file, { rows: 2000, mark: 'old ' });
      const changes = await killAtEveryChange(template, ['db', 'restore', id, '--force'], async (folder, at) => {
        const found = look(join(folder, 'var/db'));
        expect(found, `at change ${at}`).toMatchObject({ integrity: 'ok', whole: true });
        expect([`old 2000`, `saved 3000`]).toContain(`${found.mark}${found.count}`);
        const aside = readdirSync(join(folder, 'var')).filter((name) => /^db\.replaced-\w+Z(-\d+)?$/.test(name));
        expect(found.mark === 'saved ' ? aside.length : 1).toBe(1);
        const again = await withoutEngine(folder, ['db', 'restore', id, '--force']);
        expect(again.code, again.stderr).toBe(0);
        expect(look(join(folder, 'var/db'))).toMatchObject({ integrity: 'ok', count: 3000, mark: 'saved ' });
        const kept = readdirSync(join(folder, 'var')).filter((name) => /^db\.replaced-[\w-]+Z(-\d+)?$/.test(name));
        const marks = kept.map((name) => look(join(folder, 'var', name)).mark);
        expect(marks).toContain('old ');
        expect(readdirSync(join(folder, 'var')).filter((name) => name.includes('podctl-new'))).toEqual([]);
      });
      expect(changes).toBeGreaterThan(5);
    },
    600_000,
  );
});
