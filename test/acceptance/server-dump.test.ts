import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDump, contentsOf, databasesOf, objectsOf, writeDump } from '../../src/cli/db/server-dump.js';
import { filledAmong, loadBeside, restoredOf, resume, swapIn } from '../../src/cli/db/server-restore.js';
import { openTalk, type ServerAddress, type ServerTalk } from '../../src/cli/db/server-talk.js';
import { Secret } from '../../src/core/secret.js';
import { makeExecStream } from '../../src/engine/exec-stream.js';
import { type Desk, LABEL, openDesk, uniqueName } from '../engine/real.js';
import { databaseStandIn } from '../support/database-stand-in.js';
import { DEBIAN_PACKAGES } from '../support/debian-packages.js';
import { describeOnce, type TestEngine } from '../support/engines.js';
import { until } from '../support/machine.js';
import { SOAK } from '../support/soak.js';

const PASSWORD = 'it\'s "a" $ecret';
const FAMILIES = ['mariadb', 'postgres'] as const;
type Family = (typeof FAMILIES)[number];

/** For what is the same for both servers: in every run with one of them. */
const onceFor = (family: Family): readonly Family[] => (SOAK || family === 'mariadb' ? [family] : []);

// db-server.test.ts has a server on each engine.
describeOnce('dumps of a real server', (engine) => {
  const names = { mariadb: uniqueName(), postgres: uniqueName() };
  let desk: Desk;

  beforeAll(async () => {
    desk = await openDesk(engine);
    await Promise.all(FAMILIES.map((family) => startServer(engine, family, names[family])));
  }, 600_000);
  afterAll(async () => {
    await engine.clear(LABEL);
    desk.clear();
  });

  const addressOf = (family: Family, via: 'cli' | 'api' = 'cli', password = PASSWORD): ServerAddress => ({
    family,
    container: names[family],
    user: null,
    password: new Secret(password),
    way: {
      engine: engine.name,
      version: desk.found.facts.version,
      program: desk.found.connection.program,
      globals: desk.found.connection.globals,
    },
    exec: makeExecStream(desk.found, via, { host: desk.host }),
  });

  describe.each(FAMILIES)('%s', (family) => {
    let talk: ServerTalk;
    const id = (): string => randomBytes(4).toString('hex');
    const sql = async (text: string, database = 'lab'): Promise<void> => {
      await talk.ask(text, database);
    };
    const texts = async (query: string): Promise<readonly unknown[]> =>
      (await talk.ask(QUERY[family](query), 'lab')).map(({ value }) => value);

    beforeAll(async () => {
      talk = await openTalk(addressOf(family));
      if (family === 'postgres') await talk.ask('CREATE DATABASE lab');
      for (const statement of SCHEMA[family]) await sql(statement);
    });

    // db-server.test.ts takes the other way for each.
    const via = family === 'mariadb' ? 'api' : 'cli';
    it(`what is dumped through --via ${via} comes back, code and all`, async () => {
      const other = await openTalk(addressOf(family, via));
      const copy = await dump(other);
      const summary = await checkDump(chunks(copy));
      expect(summary.parts.map(({ kind, database }) => `${kind} ${database}`)).toEqual(
        family === 'postgres' ? ['tables lab'] : ['tables lab', 'code lab', 'views lab'],
      );
      const before = await texts('SELECT note AS value FROM run ORDER BY id');
      await sql("INSERT INTO run(id, note) VALUES (90, 'after the copy')");
      await sql('CREATE TABLE late (id integer)');
      const databases = restoredOf(summary, id());
      expect(await filledAmong(other, databases)).toEqual(['lab']);
      await loadBeside(other, databases, () => chunks(copy));
      expect(await texts('SELECT note AS value FROM run WHERE id = 90')).toHaveLength(1);
      await swapIn(other, databases, () => chunks(copy));
      expect(await texts('SELECT note AS value FROM run ORDER BY id')).toEqual(before);
      expect(await texts('SELECT seen AS value FROM run_view WHERE id = 1')).toEqual([NOTE]);
      // The trigger came back, and fires.
      await sql("INSERT INTO run(id, note) VALUES (91, 'x')");
      expect(await texts('SELECT note AS value FROM run WHERE id = 91')).toEqual(['x!']);
      await sql('DELETE FROM run WHERE id = 91');
      expect((await databasesOf(talk, [])).map(({ name }) => name)).toEqual(['lab']);
    });

    it.each(onceFor(family))(
      'a killed podctl leaves the old data whole, and the next one clears up or finishes',
      async () => {
        const copy = await dump(talk);
        const summary = await checkDump(chunks(copy));
        await sql("INSERT INTO run(id, note) VALUES (92, 'kept')");
        const first = restoredOf(summary, id());
        await loadBeside(talk, first, () => chunks(copy));
        const note = { podctl: 1, backup: 'x', databases: first } as const;
        expect(await resume(talk, { ...note, phase: 'load' }, () => chunks(copy))).toBe('taken back');
        expect(await texts('SELECT note AS value FROM run WHERE id = 92')).toEqual(['kept!']);
        const second = restoredOf(summary, id());
        await loadBeside(talk, second, () => chunks(copy));
        const swap = { ...note, databases: second, phase: 'swap' } as const;
        // PostgreSQL: before the swap, which one process takes whole. MariaDB: after the tables have changed places, before the code.
        const dying = dyingTalk(talk, family === 'postgres' ? 1 : 3);
        await expect(swapIn(dying, second, () => chunks(copy))).rejects.toThrow('killed');
        const swapped = family === 'mariadb';
        expect(await resume(talk, swap, () => chunks(copy))).toBe(swapped ? 'finished' : 'taken back');
        const again = { ...swap, phase: swapped ? 'swap' : 'load' } as const;
        expect(await resume(talk, again, () => chunks(copy))).toBe(swapped ? 'finished' : 'taken back');
        expect(await texts('SELECT note AS value FROM run WHERE id = 92')).toEqual(swapped ? [] : ['kept!']);
        expect(await texts('SELECT seen AS value FROM run_view WHERE id = 1')).toEqual([NOTE]);
        expect((await databasesOf(talk, [])).map(({ name }) => name)).toEqual(['lab']);
      },
    );

    it.each(onceFor(family))('what was written after a podctl was killed before its swap stays', async () => {
      const copy = await dump(talk);
      const databases = restoredOf(await checkDump(chunks(copy)), id());
      await loadBeside(talk, databases, () => chunks(copy));
      await sql("INSERT INTO run(id, note) VALUES (93, 'days later')");
      const note = { podctl: 1, backup: 'x', databases, phase: 'swap' } as const;
      expect(await resume(talk, note, () => chunks(copy))).toBe('taken back');
      expect(await texts('SELECT note AS value FROM run WHERE id = 93')).toEqual(['days later!']);
      expect((await databasesOf(talk, [])).map(({ name }) => name)).toEqual(['lab']);
      await sql('DELETE FROM run WHERE id = 93');
    });

    it('a dump that does not load changes nothing', async () => {
      const copy = await dump(talk);
      const broken = Buffer.from(copy.toString('latin1').replace(/(INSERT INTO|COPY) /, 'BROKEN $1 '), 'latin1');
      const databases = restoredOf(await checkDump(chunks(broken)), id());
      await expect(loadBeside(talk, databases, () => chunks(broken))).rejects.toMatchObject({ code: 'CANNOT_CREATE' });
      expect((await databasesOf(talk, [])).map(({ name }) => name)).toEqual(['lab']);
      expect(await texts('SELECT note AS value FROM run WHERE id = 1')).toEqual([NOTE]);
    });

    it.each(onceFor(family))('a cut off copy is found', async () => {
      const copy = await dump(talk);
      for (const length of [20, 300, Math.floor(copy.length / 2), copy.length - 5]) {
        await expect(checkDump(chunks(copy.subarray(0, length)))).rejects.toMatchObject({ code: 'BAD_DATA' });
      }
    });

    it.each(onceFor(family))('the password stands on no command line, and a wrong one is told without it', async () => {
      const wrong = await openTalk(addressOf(family, 'cli', 'wr0ng-pass'));
      const error: unknown = await dump(wrong).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      expect(String(error)).not.toContain('wr0ng-pass');
      const long = talk.ask(family === 'postgres' ? 'SELECT pg_sleep(2)' : 'SELECT SLEEP(2)');
      await until(async () => /sleep/i.test(await processList(engine, names[family])));
      expect(await processList(engine, names[family])).not.toContain('ecret');
      await long;
    });
  });

  it('MariaDB: a row that is longer in a dump than a statement may be, and what a versioned table has left behind', async () => {
    const talk = await openTalk(addressOf('mariadb'));
    const value = async (query: string) => (await talk.ask(QUERY.mariadb(query), 'lab')).map((row) => row['value']);
    await talk.ask('SET GLOBAL max_allowed_packet = 1048576');
    await talk.ask('CREATE TABLE big (raw longblob)', 'lab');
    await talk.ask('INSERT INTO big VALUES (REPEAT(CHAR(0, 255, 39, 92), 200000))', 'lab');
    await talk.ask('CREATE TABLE told (id integer) WITH SYSTEM VERSIONING', 'lab');
    await talk.ask('INSERT INTO told VALUES (1)', 'lab');
    await talk.ask('UPDATE told SET id = 2', 'lab');
    try {
      const before = await value('SELECT MD5(raw) AS value FROM big');
      const copy = await dump(talk);
      const databases = restoredOf(await checkDump(chunks(copy)), randomBytes(4).toString('hex'));
      await loadBeside(talk, databases, () => chunks(copy));
      await swapIn(talk, databases, () => chunks(copy));
      expect(await value('SELECT MD5(raw) AS value FROM big')).toEqual(before);
      expect(new Set(await value('SELECT id AS value FROM told FOR SYSTEM_TIME ALL'))).toEqual(new Set([1, 2]));
      expect(await value('SELECT @@GLOBAL.max_allowed_packet AS value')).toEqual([1_048_576]);
    } finally {
      await talk.ask('DROP TABLE big', 'lab');
      await talk.ask('DROP TABLE told', 'lab');
    }
  });

  it('PostgreSQL: who may connect to a database, and its settings, come back with it', async () => {
    const talk = await openTalk(addressOf('postgres'));
    const facts = async () => (await databasesOf(talk, ['lab']))[0]?.options;
    for (const statement of [
      'CREATE ROLE reader',
      'REVOKE CONNECT ON DATABASE lab FROM PUBLIC',
      'GRANT CONNECT ON DATABASE lab TO reader',
      'ALTER DATABASE lab SET search_path TO "$user", public',
      'ALTER DATABASE lab SET default_transaction_read_only TO on',
      "ALTER ROLE reader IN DATABASE lab SET work_mem TO '7MB'",
      'ALTER DATABASE lab CONNECTION LIMIT 33',
      "COMMENT ON DATABASE lab IS 'the lab''s own'",
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await talk.ask(statement);
    }
    const before = await facts();
    expect(before).toMatchObject({ limit: '33', comment: "the lab's own" });
    const copy = await dump(talk);
    const databases = restoredOf(await checkDump(chunks(copy)), randomBytes(4).toString('hex'));
    await loadBeside(talk, databases, () => chunks(copy));
    await swapIn(talk, databases, () => chunks(copy));
    expect(await facts()).toEqual(before);
    await talk.ask('ALTER DATABASE lab RESET ALL');
  });

  it('MariaDB: what the swap moves and drops', async () => {
    const talk = await openTalk(addressOf('mariadb'));
    const kinds = (await objectsOf(talk, ['lab'])).map(({ kind, name }) => `${kind} ${name}`);
    expect(kinds.toSorted()).toEqual(
      [
        'event tidy',
        'routine bang',
        'routine again',
        'table run',
        'table step',
        'trigger loud',
        'view run_view',
      ].toSorted(),
    );
  });
});

// Every byte that a text may hold, and what dumps are made of.
const NOTE = 'a\'b"c\\d\te\nf; -- podctl dump 1\n-- Dump completed\n\\. é 漢 🧬!';

const QUERY = {
  mariadb: (query: string) => `SELECT JSON_OBJECT('value', value) FROM (${query}) AS answer`,
  postgres: (query: string) => `SELECT json_build_object('value', value) FROM (${query}) AS answer`,
} as const;

const hex = Buffer.from(NOTE.slice(0, -1)).toString('hex');

const SCHEMA = {
  mariadb: [
    'CREATE TABLE run (id integer PRIMARY KEY, note text CHARACTER SET utf8mb4, raw longblob)',
    'CREATE TABLE step (id integer PRIMARY KEY, run integer NOT NULL, FOREIGN KEY (run) REFERENCES run (id))',
    'CREATE FUNCTION bang() RETURNS varchar(9) DETERMINISTIC RETURN "!"',
    'CREATE PROCEDURE again() SELECT 1',
    'CREATE TRIGGER loud BEFORE INSERT ON run FOR EACH ROW SET NEW.note = CONCAT(NEW.note, bang())',
    'CREATE EVENT tidy ON SCHEDULE EVERY 1 YEAR DO DELETE FROM step',
    'CREATE VIEW run_view AS SELECT id, note AS seen FROM run',
    `INSERT INTO run(id, note, raw) VALUES (1, CONVERT(x'${hex}' USING utf8mb4), x'00ff0a0d1a2700')`,
    'INSERT INTO step VALUES (1, 1)',
  ],
  postgres: [
    'CREATE TABLE run (id integer PRIMARY KEY, note text, raw bytea)',
    'CREATE TABLE step (id integer PRIMARY KEY, run integer NOT NULL REFERENCES run (id))',
    "CREATE FUNCTION bang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note || '!'; RETURN NEW; END $$",
    'CREATE TRIGGER loud BEFORE INSERT ON run FOR EACH ROW EXECUTE FUNCTION bang()',
    'CREATE VIEW run_view AS SELECT id, note AS seen FROM run',
    `INSERT INTO run(id, note, raw) VALUES (1, convert_from('\\x${hex}', 'UTF8'), '\\x00ff0a0d1a2700')`,
    'INSERT INTO step VALUES (1, 1)',
  ],
} as const;

async function dump(talk: ServerTalk): Promise<Buffer> {
  const written: Uint8Array[] = [];
  const request = { contents: await contentsOf(talk, []), id: randomBytes(8).toString('hex') };
  await writeDump(talk, request, async (chunk) => void written.push(chunk));
  return Buffer.concat(written);
}

// Small pieces of odd lengths: marker lines are cut wherever they can be.
async function* chunks(data: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0, size = 1; at < data.length; at += size, size = (size * 7) % 4093) yield data.subarray(at, at + size);
}

// A podctl that is killed before its n-th change: nothing comes after that.
function dyingTalk(talk: ServerTalk, changes: number): ServerTalk {
  let done = 0;
  return {
    ...talk,
    pass: (argv, ends) => {
      done += 1;
      return done > changes - 1 ? Promise.reject(new Error('killed')) : talk.pass(argv, ends);
    },
  };
}

async function startServer(engine: TestEngine, family: Family, name: string): Promise<void> {
  const image = await engine.build(databaseStandIn(await engine.debian(DEBIAN_PACKAGES), family));
  const password = family === 'mariadb' ? PASSWORD.replaceAll("'", "''") : PASSWORD;
  const variable = family === 'mariadb' ? 'MARIADB_ROOT_PASSWORD' : 'POSTGRES_PASSWORD';
  const run = ['run', '--detach', '--name', name, '--label', LABEL, '--env', `${variable}=${password}`, image];
  const started = await engine.run(run);
  expect(started).toMatchObject({ code: 0 });
  const ask = family === 'mariadb' ? ['mariadb-admin', 'ping'] : ['pg_isready', '--username=postgres'];
  await until(async () => (await engine.run(['exec', name, ...ask])).code === 0);
}

async function processList(engine: TestEngine, name: string): Promise<string> {
  const { stdout } = await engine.run(['exec', name, 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "']);
  return stdout;
}
