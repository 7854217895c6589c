import { closeSync, lstatSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { listBackups } from '../../src/io/backup-store.js';
import { placeAs } from '../../src/io/data-work.js';
import { look, makeDatabase } from '../support/databases.js';
import { podctl } from '../support/podctl.js';
import { clearProjects, sqliteProject, told } from '../support/sqlite-project.js';

afterEach(clearProjects);

const NO_ENGINE = { PATH: '/nonexistent', DOCKER_HOST: undefined };
const alone = (folder: string, args: readonly string[], env: Record<string, string> = {}) =>
  podctl(args, { cwd: folder, env: { ...NO_ENGINE, ...env } });

describe('a folder with the backups of two projects', () => {
  const shared = (to: string) => {
    const folder = sqliteProject();
    const toml = readFileSync(join(folder, 'podctl.toml'), 'utf8');
    writeFileSync(join(folder, 'podctl.toml'), toml.replace('folder = "backups"', `folder = "${to}", keep_last = 1`));
    return folder;
  };

  it('each removes and restores its own', async () => {
    const to = join(sqliteProject(), 'backups');
    const [one, two] = [shared(to), shared(to)];
    makeDatabase(join(one, 'var/db'), { rows: 10, mark: 'one ' });
    makeDatabase(join(two, 'var/db'), { rows: 20, mark: 'two ' });
    expect(await alone(one, ['db', 'backup'])).toMatchObject({ code: 0 });
    const none = await alone(two, ['db', 'restore', '--force']);
    expect(none).toMatchObject({ code: 66 });
    expect(none.stderr).toContain('there is no backup of these data yet, only of others');
    expect(await alone(two, ['db', 'backup'])).toMatchObject({ code: 0 });
    expect(await listBackups(to)).toHaveLength(2);
    expect((await alone(one, ['db', 'list'])).stdout).toContain('backup of other data');
    expect(await alone(one, ['db', 'restore', '--force'])).toMatchObject({ code: 0 });
    expect(look(join(one, 'var/db'))).toMatchObject({ count: 10, mark: 'one ' });
  }, 300_000);

  it('a backup that is broken keeps no place of a good one', async () => {
    const folder = shared('backups');
    const file = join(folder, 'podctl.toml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('keep_last = 1', 'keep_last = 2'));
    makeDatabase(join(folder, 'var/db'), { rows: 10 });
    expect(await alone(folder, ['db', 'backup'])).toMatchObject({ code: 0 });
    const second = told(await alone(folder, ['db', 'backup', '--json'])).backups[0]?.path ?? '';
    writeFileSync(second, 'cut short');
    expect(await alone(folder, ['db', 'backup'])).toMatchObject({ code: 0 });
    const states = (await listBackups(join(folder, 'backups'))).map(({ state }) => state);
    expect(states).toEqual(['whole', 'short', 'whole']);
  }, 300_000);
});

describe('a database that is not what podctl thinks', () => {
  it.runIf(process.platform === 'linux')(
    'open in another program: it is not replaced, and that program loses nothing',
    async () => {
      const folder = sqliteProject();
      const file = join(folder, 'var/db');
      makeDatabase(file, { rows: 10 });
      expect(await alone(folder, ['db', 'backup'])).toMatchObject({ code: 0 });
      const reader = openSync(file, 'r');
      try {
        const refused = await alone(folder, ['db', 'restore', '--force']);
        expect(refused.code, refused.stderr).toBe(77);
        expect(refused.stderr).toMatch(
          /error: the database `.*var\/db` is open in .+ \(process \d+\)\nhint: end it first/,
        );
        expect(readdirSync(join(folder, 'var')).filter((name) => name.includes('replaced'))).toEqual([]);
      } finally {
        closeSync(reader);
      }
      expect(await alone(folder, ['db', 'restore', '--force'])).toMatchObject({ code: 0 });
    },
    300_000,
  );

  it('a link that leads out of the data is not followed', async () => {
    const folder = sqliteProject();
    const outside = join(folder, 'elsewhere');
    makeDatabase(outside, { rows: 10 });
    symlinkSync(outside, join(folder, 'var/db'));
    for (const args of [['backup'], ['restore', '--force']]) {
      const refused = await alone(folder, ['db', ...args]);
      expect(refused.code).toBe(77);
      expect(refused.stderr).toContain('a link leads from');
    }
    rmSync(join(folder, 'var/db'));
    makeDatabase(join(folder, 'var/real'), { rows: 10 });
    symlinkSync('real', join(folder, 'var/db'));
    expect(await alone(folder, ['db', 'backup'])).toMatchObject({ code: 0 });
    expect(await alone(folder, ['db', 'restore', '--force'])).toMatchObject({ code: 0 });
    expect(lstatSync(join(folder, 'var/db')).isSymbolicLink()).toBe(true);
    expect(look(join(folder, 'var/real')).count).toBe(10);
  }, 300_000);

  it('made by an application during the restore: it is not written over', async () => {
    const folder = sqliteProject();
    const [made, path] = [join(folder, 'new'), join(folder, 'var/db')];
    writeFileSync(made, 'restored');
    writeFileSync(path, 'of the application');
    await expect(placeAs(made, path, true)).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    expect(readFileSync(path, 'utf8')).toBe('of the application');
    rmSync(path);
    await placeAs(made, path, true);
    expect(readFileSync(path, 'utf8')).toBe('restored');
  });
});
