import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseStandIn } from '../support/database-stand-in.js';
import { DEBIAN_PACKAGES } from '../support/debian-packages.js';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type Finished, podctl, startPodctl } from '../support/podctl.js';
import { only, SOAK } from '../support/soak.js';

const FAMILIES = ['mariadb', 'postgres'] as const;
type Family = (typeof FAMILIES)[number];

const PASSWORD = 's3cret word';
const DATA = { mariadb: '/var/lib/mysql', postgres: '/var/lib/postgresql/data' } as const;
const VARIABLE = { mariadb: 'MARIADB_ROOT_PASSWORD', postgres: 'POSTGRES_PASSWORD' } as const;

const profile = (family: Family, image: string, volume: string): string => `
name = "lab"
[images.server]
name = "${image.split(':')[0] ?? ''}"
tag = "${image.split(':')[1] ?? ''}"
[container]
image = "server"
env.${VARIABLE[family]} = { from = "LAB_PASSWORD", secret = true }
stop_timeout = "20s"
[container.mounts.files]
type = "volume"
source = "${volume}"
target = "${DATA[family]}"
[data.results]
holds = "${family}"
mount = "files"
password = "LAB_PASSWORD"
databases = ["lab"]
protected = true
[data.results.backup]
folder = "backups"
keep_last = 2
[commands.database]
`;

/** Each server on one engine, each engine with one server; in long runs both on both. server-dump.test.ts takes the other pairs. */
const familiesOn = ({ name }: TestEngine): readonly Family[] => {
  if (SOAK) return FAMILIES;
  return name === 'docker' ? ['postgres'] : ['mariadb'];
};

describeEngines('podctl db with a real server', (engine) => {
  describe.each(familiesOn(engine))('%s', (family) => {
    const via = family === 'mariadb' ? 'cli' : 'api';
    const volume = `podctl-test-${randomUUID()}`;
    let folder: Folder;
    let image: string;
    const options = () => ({ cwd: folder.path, env: { ...engine.env, LAB_PASSWORD: PASSWORD } });
    const run = (...args: string[]): Promise<Finished> => podctl([...args, '--engine', engine.name], options());
    const db = (...args: string[]): Promise<Finished> => run('db', ...args, '--via', via);
    const backups = (): readonly string[] => readdirSync(join(folder.path, 'backups')).toSorted();
    const container = async (): Promise<string> => {
      const { stdout } = await run('ps', '--json');
      return (JSON.parse(stdout) as { containers: { name: string }[] }).containers[0]?.name ?? '';
    };
    const sql = async (text: string): Promise<string> => {
      const { code, stdout, stderr } = await engine.run(['exec', await container(), ...client(family), text]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return stdout.trim();
    };
    const notes = (): Promise<string> => sql('SELECT note FROM run ORDER BY id');

    beforeAll(async () => {
      folder = projectFolder('db-server');
      image = await engine.build(databaseStandIn(await engine.debian(DEBIAN_PACKAGES), family));
      writeFileSync(join(folder.path, 'podctl.toml'), profile(family, image, volume));
      await run('database', '--detach');
      const name = await container();
      await until(async () => (await engine.run(['exec', name, ...ready(family)])).code === 0);
      if (family === 'postgres') await engine.run(['exec', name, ...client(family, 'postgres'), 'CREATE DATABASE lab']);
      await sql('CREATE TABLE run (id integer PRIMARY KEY, note text)');
      await sql("INSERT INTO run VALUES (1, 'first')");
    }, 600_000);
    afterAll(async () => {
      await run('down');
      await engine.run(['volume', 'rm', volume]);
      folder.clear();
    });

    it('backs up, lists, verifies, restores, and keeps what it replaced', async () => {
      const planned = await db('backup', '--dry-run');
      expect(planned.code).toBe(0);
      expect(planned.stdout).toMatch(
        family === 'mariadb' ? /mariadb-dump .*--single-transaction/ : /pg_dump .*--format=plain/,
      );
      expect(planned.stdout).not.toContain(PASSWORD);
      expect(await db('backup')).toMatchObject({ code: 0 });
      const list = JSON.parse((await db('list', '--json')).stdout) as {
        data: { backups: { id: string; kind: string; state: string; server: Record<string, string> }[] }[];
      };
      const [first] = list.data[0]?.backups ?? [];
      expect(first).toMatchObject({ kind: 'backup', state: 'whole', server: { family, databases: 'lab' } });
      expect(await db('verify')).toMatchObject({ code: 0 });
      await sql("INSERT INTO run VALUES (2, 'later')");
      const refused = await db('restore');
      expect(refused).toMatchObject({ code: 77 });
      expect(refused.stderr).toContain('the server has `lab`, with tables in it');
      const guarded = await db('restore', '--force');
      expect(guarded).toMatchObject({ code: 77 });
      expect(guarded.stderr).toContain('data `results` are protected');
      expect(await notes()).toBe('first\nlater');
      expect(await db('restore', '--force', '--confirm', 'results', '--dry-run')).toMatchObject({ code: 0 });
      expect(await notes()).toBe('first\nlater');
      expect(await db('restore', first?.id ?? '', '--force', '--confirm', 'results')).toMatchObject({ code: 0 });
      expect(await notes()).toBe('first');
      const kept = JSON.parse((await db('list', '--json')).stdout) as typeof list;
      const replaced = kept.data[0]?.backups.find(({ kind }) => kind === 'replaced');
      expect(await db('restore', replaced?.id ?? '', '--force', '--confirm', 'results')).toMatchObject({ code: 0 });
      expect(await notes()).toBe('first\nlater');
    });

    it('status tells the version of the server and the size of its data', async () => {
      const { stdout } = await db('status', '--json');
      const { data } = JSON.parse(stdout) as { data: { server: { version: string; databases: { name: string }[] } }[] };
      expect(data[0]?.server.version).toMatch(/^1[05]\./);
      expect(data[0]?.server.databases.map(({ name }) => name)).toEqual(['lab']);
    });

    it.each(only(engine, 'docker'))('a dump that ends early, or is killed, is no backup', async () => {
      const name = await container();
      const before = backups();
      const program = family === 'mariadb' ? '/usr/bin/mariadb-dump' : '/usr/lib/postgresql/15/bin/pg_dump';
      const wrap = (end: string) =>
        `#!/bin/sh\ncase "$*" in *--version*) exec ${program}.real --version;; esac\n${program}.real "$@" | head -c 700\n${end}\n`;
      await engine.run(['exec', name, 'mv', program, `${program}.real`]);
      try {
        for (const end of ['exit 0', 'kill -9 $$']) {
          await engine.run(
            ['exec', '--interactive', name, 'sh', '-c', `cat > ${program} && chmod 755 ${program}`],
            wrap(end),
          );
          const ended = await db('backup');
          expect(ended.code).toBe(73);
          expect(backups()).toEqual(before);
        }
      } finally {
        await engine.run(['exec', name, 'mv', `${program}.real`, program]);
      }
    });

    it.each(only(engine, 'docker'))('a damaged backup is found, and restores nothing', async () => {
      expect(await db('backup')).toMatchObject({ code: 0 });
      const file = join(folder.path, 'backups', backups().findLast((one) => !one.endsWith('.json')) ?? '');
      const bytes = readFileSync(file);
      writeFileSync(file, Buffer.concat([bytes.subarray(0, 600), Buffer.from('x'), bytes.subarray(601)]));
      expect(await db('verify')).toMatchObject({ code: 65 });
      expect(await db('restore', '--force', '--confirm', 'results')).toMatchObject({ code: 65 });
      writeFileSync(file, bytes);
      expect(await db('verify')).toMatchObject({ code: 0 });
    });

    it.each(only(engine, 'docker'))('SIGKILL of podctl at any moment leaves the data whole', async () => {
      await sql("INSERT INTO run VALUES (3, 'third')");
      const old = await notes();
      const [backup = ''] = backups().filter((one) => one.endsWith('.json'));
      const id = /-(\d{8}T\d{6}Z(-\d+)?)\.json$/.exec(backup)?.[1] ?? '';
      for (const after of SOAK
        ? [400, 700, 900, 1200, 1600, 2000, 2400, 3000]
        : [engine.name === 'docker' ? 900 : 2000]) {
        const args = ['db', 'restore', id, '--force', '--confirm', 'results', '--engine', engine.name];
        const running = await startPodctl(args, options());
        await new Promise((resolve) => setTimeout(resolve, after));
        await running.end('SIGKILL').catch(() => undefined);
        await until(async () => [old, 'first', 'first\nlater'].includes(await notes()));
      }
      const next = await db('backup');
      expect(next).toMatchObject({ code: 0 });
      expect(['first', 'first\nlater', old]).toContain(await notes());
      const { stdout } = await engine.run(['exec', await container(), ...client(family), LISTING[family]]);
      expect(stdout).not.toContain('podctl_');
      expect(backups().filter((one) => one.endsWith('.partial'))).toEqual([]);
    });

    it.each(only(engine, 'docker'))('another version of the server is not started on the data', async () => {
      await run('down');
      const newer = await engine.build({
        name: `database-${family}-newer`,
        containerfile: `FROM ${image}\nENV ${family === 'mariadb' ? 'MARIADB_VERSION=1:11.4.2+test' : 'PG_MAJOR=16'}\n`,
      });
      const refused = await run('database', '--detach', '--image', newer);
      expect(refused).toMatchObject({ code: 77 });
      expect(refused.stderr).toContain(family === 'mariadb' ? 'written by MariaDB' : 'written by PostgreSQL 15');
      expect(refused.stderr).toContain('`podctl db backup results`');
      expect(await run('database', '--detach')).toMatchObject({ code: 0 });
    });
  });
});

const LISTING = { mariadb: 'SHOW DATABASES', postgres: 'SELECT datname FROM pg_database' } as const;

function client(family: Family, database = 'lab'): readonly string[] {
  return family === 'mariadb'
    ? ['mariadb', `--password=${PASSWORD}`, '--batch', '--skip-column-names', `--database=${database}`, '-e']
    : ['env', `PGPASSWORD=${PASSWORD}`, 'psql', '--username=postgres', '-At', `--dbname=${database}`, '-c'];
}

function ready(family: Family): readonly string[] {
  return family === 'mariadb' ? ['mariadb-admin', 'ping'] : ['pg_isready', '--username=postgres'];
}
