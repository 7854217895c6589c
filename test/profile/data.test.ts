import { describe, expect, test } from 'vitest';
import { type DataRequest, resolveData } from '../../src/profile/resolve-data.js';
import { stackDataOf } from '../../src/profile/stack-data.js';
import { failure, LEAST, line, load, problems } from './desk.js';

const MOUNT = '[container.mounts.data]\ntype = "volume"\nsource = "app-data"\ntarget = "/var/lib/app"\n';
const SQLITE = '[data.db]\nholds = "sqlite"\nmount = "data"\nfile = "/var/lib/app/db"\n';

const ask = (variables: Readonly<Record<string, string>> = {}, mode: string | null = null): DataRequest => ({
  mode,
  variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }] as const)),
  names: { project: '/project' },
});

describe('what is wrong with [data]', () => {
  test.each([
    {
      name: 'nothing said',
      toml: '[data.db]',
      told: [
        '4:7 data.db: podctl does not know what this data is (write holds = "sqlite", "mysql", "mariadb", "postgres" or "files")',
        '4:7 data.db: the data has no mount (write mount = "…", a key of [container.mounts])',
      ],
    },
    {
      name: 'unknown kind',
      toml: `${MOUNT}[data.db]\nholds = "sqllite"\nmount = "data"`,
      told: [
        '9:1 data.db.holds: must be one of sqlite, mysql, mariadb, postgres, files, and is `sqllite` (did you mean `sqlite`?)',
      ],
    },
    {
      name: 'sqlite without a file',
      toml: `${MOUNT}[data.db]\nholds = "sqlite"\nmount = "data"`,
      told: ['8:7 data.db: the database has no file (write file = "/…", its path in the container)'],
    },
    {
      name: 'relative file',
      toml: `${MOUNT}[data.db]\nholds = "sqlite"\nmount = "data"\nfile = "db"`,
      told: ['11:1 data.db.file: `db` is not an absolute path (paths in the container begin with /)'],
    },
    {
      name: 'keys of another kind',
      toml: `${MOUNT}[data.db]\nholds = "files"\nmount = "data"\nfile = "/var/lib/app/db"\nuser = "root"`,
      told: [
        '11:1 data.db.file: data that holds files has no `file` (`file` belongs to sqlite)',
        '12:1 data.db.user: data that holds files has no `user` (`user` belongs to mysql, mariadb, postgres)',
      ],
    },
    {
      name: 'unknown mount',
      toml: `${MOUNT}[data.db]\nholds = "files"\nmount = "date"`,
      told: ['10:1 data.db.mount: no mount is called `date` (did you mean `data`?)'],
    },
    {
      name: 'a mount and a service',
      toml: `${MOUNT}[data.db]\nholds = "files"\nmount = "data"\nservice = "mysql"\ntarget = "/var/lib/mysql"`,
      told: [
        '8:7 data.db: the data has both a mount and a service (write mount for a container of this profile, service and target for one of the compose files)',
      ],
    },
    {
      name: 'a service without a target',
      toml: '[data.db]\nholds = "files"\nservice = "mysql"',
      told: ['4:7 data.db: the data has no target (write target = "/…", where the service has it mounted)'],
    },
    {
      name: 'a target without a service',
      toml: '[data.db]\nholds = "files"\ntarget = "/var/lib/mysql"',
      told: ['4:7 data.db: the data has no service (write service = "…")'],
    },
    {
      name: 'tmpfs',
      toml: '[container.mounts.data]\ntype = "tmpfs"\ntarget = "/d"\n[data.db]\nholds = "files"\nmount = "data"',
      told: ['9:1 data.db.mount: a tmpfs keeps no data (name a volume or a bind)'],
    },
    {
      name: 'anonymous volume',
      toml: '[container.mounts.data]\ntype = "volume"\ntarget = "/d"\n[data.db]\nholds = "files"\nmount = "data"',
      told: [
        '9:1 data.db.mount: the volume has no name, so the data goes with the container (give it one: source = "…")',
      ],
    },
    {
      name: 'a mount of one file',
      toml: '[container.mounts.data]\ntype = "bind"\nsource = "a"\nkind = "file"\ntarget = "/d"\n[data.db]\nholds = "files"\nmount = "data"',
      told: [
        '11:1 data.db.mount: this mount is a single file (mount the folder: a database makes files beside itself)',
      ],
    },
    {
      name: 'a mount over a list',
      toml: 'lists.l = ["a"]\n[container.mounts.data]\ntype = "bind"\nsource = "a"\neach = "l"\ntarget = "/d/{each}"\n[data.db]\nholds = "files"\nmount = "data"',
      told: ['12:1 data.db.mount: this mount is repeated over a list (give the data a mount of its own)'],
    },
    {
      name: 'unknown command',
      toml: `${MOUNT}[data.db]\nholds = "files"\nmount = "data"\ncommand = "gone"`,
      told: ['11:1 data.db.command: no command is called `gone` (known commands: go)'],
    },
    {
      name: 'not a number of backups',
      toml: `${MOUNT}${SQLITE}backup = { keep_last = "many" }`,
      told: ['12:12 data.db.backup.keep_last: `many` is not a number of backups (write a whole number)'],
    },
    {
      name: 'a password in the profile',
      toml: `${MOUNT}[data.db]\nholds = "postgres"\nmount = "data"\npassword = "s3cret!"`,
      told: [
        '11:1 data.db.password: `s3cret!` is not the name of a variable (write the name alone, for instance DB_PASSWORD)',
      ],
    },
    {
      name: 'nothing to take away',
      toml: '[data]\ndb = false',
      told: [
        '5:1 data.db: `false` takes `db` away, but no earlier layer sets it (check the name; for the text false write "false")',
      ],
    },
  ])('$name', async ({ toml, told }) => {
    expect(await problems(LEAST + toml)).toEqual(told);
  });
});

describe('resolving [data]', () => {
  test('everything that can be said', async () => {
    const toml = `${LEAST}${MOUNT}${SQLITE}about = "jobs"
protected = true
migrations = "migrations"
backup = { keep_last = 3, keep_daily = "\${DAYS:-7}", folder = "backups", compress = "none" }`;
    const { data, origins } = resolveData(await load(toml), ask());
    expect(data).toEqual([
      {
        key: 'db',
        about: 'jobs',
        holds: 'sqlite',
        mount: { key: 'data', type: 'volume', target: '/var/lib/app', source: 'app-data' },
        file: { inside: '/var/lib/app/db', below: 'db' },
        protected: true,
        migrations: '/project/migrations',
        backup: {
          keep: { last: 3, daily: 7, weekly: null, monthly: null },
          folder: '/project/backups',
          compress: 'none',
        },
        command: 'go',
        user: null,
        password: null,
        databases: [],
        litestream: null,
      },
    ]);
    expect(origins['data/db/file']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['data', 'db', 'file'], mode: undefined },
    ]);
    expect(origins['data/db/backup/keep_daily']?.at(-1)).toEqual({
      kind: 'variable',
      name: 'DAYS',
      file: undefined,
      line: undefined,
      defaulted: true,
    });
  });

  test('a later layer changes one key, and `false` takes an entry away', async () => {
    const base = `${LEAST}${MOUNT}${SQLITE}[data.more]\nholds = "files"\nmount = "data"`;
    const loaded = await load(base, 'extends = "./base.toml"\ndata.db.protected = true\ndata.more = false');
    expect(resolveData(loaded, ask()).data.map(({ key, protected: held }) => [key, held])).toEqual([['db', true]]);
  });

  test.each([
    { env: '', variables: { DB_FILE: '/var/lib/app/x/db' }, below: 'x/db' },
    { env: '[container.env]\nDB_FILE = "/var/lib/app/own"', variables: { DB_FILE: '/elsewhere' }, below: 'own' },
    { env: '[container.env]\nDB_FILE = { value = "/var/lib/app/${N}" }', variables: { N: 'n' }, below: 'n' },
    { env: '[env.DB_FILE]\ndefault = "/var/lib/app/contract"', variables: {}, below: 'contract' },
    { env: '[container.env]\nDB_FILE = { required = true }', variables: { DB_FILE: '/var/lib/app/f' }, below: 'f' },
  ])('the container sees the file at `$below`', async ({ env, variables, below }) => {
    const loaded = await load(
      `${LEAST}${MOUNT}${env}\n[data.db]\nholds = "sqlite"\nmount = "data"\nfile = "\${DB_FILE}"`,
    );
    expect(resolveData(loaded, ask(variables)).data[0]?.file?.below).toBe(below);
  });

  test('asks for no variable but its own', async () => {
    const loaded = await load(`${LEAST}[container.env]\nTOKEN = "\${TOKEN}"\n${MOUNT}${SQLITE}`);
    expect(resolveData(loaded, ask()).data).toHaveLength(1);
  });

  test('the mode chooses the mount', async () => {
    const toml = `${LEAST}default_mode = "here"
${SQLITE}[modes.here.container.mounts.data]\ntype = "bind"\nsource = "./var"\ntarget = "/var/lib/app"
[modes.there.container.mounts.data]\ntype = "volume"\nsource = "v"\ntarget = "/var/lib"
[modes.none]`;
    const loaded = await load(toml);
    expect(resolveData(loaded, ask()).data[0]?.mount.source).toBe('/project/var');
    expect(resolveData(loaded, ask({}, 'there')).data[0]?.file?.below).toBe('app/db');
    const { problems: told } = await failure(() => resolveData(loaded, ask({}, 'none')), { 'podctl.toml': toml });
    expect(told.map(line)).toEqual([
      '7:1 data.db.mount: the mount `data` of this data is not there in mode `none` (choose a mode that has it with -m)',
    ]);
  });

  test('the command that mounts it is found, or stated', async () => {
    const toml = `${LEAST}[commands.serve.container.mounts.data]\ntype = "volume"\nsource = "v"\ntarget = "/var/lib/app"\n`;
    const own = await load(toml + SQLITE);
    expect(resolveData(own, ask()).data[0]?.command).toBe('serve');
    const stated = await load(`${LEAST}[commands.other]\n${MOUNT}${SQLITE}command = "other"`);
    expect(resolveData(stated, ask()).data[0]?.command).toBe('other');
  });

  test('a file outside of its mount, and a variable that is not set', async () => {
    const toml = `${LEAST}${MOUNT}${SQLITE}[data.two]\nholds = "sqlite"\nmount = "data"\nfile = "\${NOT_SET}"`;
    const loaded = await load(toml.replace('/var/lib/app/db', '/srv/db'));
    const { problems: told } = await failure(() => resolveData(loaded, ask()), { 'podctl.toml': toml });
    expect(told.map(line)).toEqual([
      '11:1 data.db.file: the database `/srv/db` does not lie below its mount `/var/lib/app` (mount the folder that the database lies in, and name that mount)',
      '15:1 data.two.file: the variable `NOT_SET` is not set (set NOT_SET, or give it a default in the profile: ${NOT_SET:-default})',
    ]);
    expect(resolveData(loaded, ask({ NOT_SET: '/var/lib/app/z' }), ['two']).data).toHaveLength(1);
  });
});

test('data of a service stand in the compose files: the profile only names them', async () => {
  const loaded = await load(
    `${LEAST}${MOUNT}${SQLITE}[data.rows]\nholds = "mariadb"\nservice = "mysql"\ntarget = "/var/lib/mysql/"\nprotected = true`,
  );
  expect(stackDataOf(loaded)).toEqual([{ key: 'rows', service: 'mysql', target: '/var/lib/mysql', protected: true }]);
  expect(resolveData(loaded, ask()).data.map(({ key }) => key)).toEqual(['db']);
});
