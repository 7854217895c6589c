import { describe, expect, it } from 'vitest';
import { endLine, headLine, markerOf, parseHead, parseMarker, partLine } from '../../src/plan/dump-format.js';
import {
  contentsSql,
  createSql,
  type DatabaseObject,
  databasesSql,
  dropSql,
  isProjects,
  objectsSql,
  quoted,
  reopenPostgres,
  sizeSql,
  swapMysql,
  swapPostgres,
  versionSql,
} from '../../src/plan/dump-sql.js';
import {
  type DumpServer,
  dumpArgv,
  endsWhole,
  loadArgv,
  queryArgv,
  statementsArgv,
} from '../../src/plan/dump-tools.js';
import { errorOf } from '../support/samples.js';

const MARIADB: DumpServer = {
  family: 'mariadb',
  user: 'root',
  client: 'mariadb',
  dump: 'mariadb-dump',
  mysqlDump: false,
};
const MYSQL: DumpServer = { ...MARIADB, family: 'mysql', client: 'mysql', dump: 'mysqldump', mysqlDump: true };
const POSTGRES: DumpServer = { ...MARIADB, family: 'postgres', user: 'ann', client: 'psql', dump: 'pg_dump' };

const part = (kind: 'tables' | 'code' | 'views', database = 'lab') => ({ kind, database, views: ['seen'] });

describe('programs of the servers', () => {
  it.each([
    [
      'tables of MariaDB, without views and triggers, from one transaction',
      dumpArgv(MARIADB, part('tables')),
      'mariadb-dump --user=root --default-character-set=utf8mb4 --no-tablespaces --max-allowed-packet=1073741824 --single-transaction --quick --hex-blob --skip-triggers --loose-dump-history --ignore-table=lab.seen -- lab',
    ],
    [
      'stored code of MariaDB',
      dumpArgv(MARIADB, part('code')),
      'mariadb-dump --user=root --default-character-set=utf8mb4 --no-tablespaces --max-allowed-packet=1073741824 --no-data --skip-lock-tables --skip-add-locks --no-create-info --routines --triggers --events --add-drop-trigger --ignore-table=lab.seen -- lab',
    ],
    [
      'views of MySQL, whose own program has a flag of its own',
      dumpArgv(MYSQL, part('views')),
      'mysqldump --user=root --default-character-set=utf8mb4 --no-tablespaces --max-allowed-packet=1073741824 --set-gtid-purged=OFF --no-data --skip-lock-tables --skip-add-locks --skip-triggers -- lab seen',
    ],
    [
      'PostgreSQL',
      dumpArgv(POSTGRES, part('tables')),
      'pg_dump --username=ann --no-password --format=plain --encoding=UTF8 --dbname=lab',
    ],
    [
      'a question to MariaDB',
      queryArgv(MARIADB, 'SELECT 1', 'lab'),
      'mariadb --user=root --default-character-set=utf8mb4 --database=lab --batch --raw --skip-column-names --execute=SELECT 1',
    ],
    [
      'a question to PostgreSQL',
      queryArgv(POSTGRES, 'SELECT 1', null),
      'psql --username=ann --no-password --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=template1 --tuples-only --no-align --command=SELECT 1',
    ],
    [
      'statements for PostgreSQL go to one process',
      statementsArgv(POSTGRES, ['A', 'B; C']),
      'psql --username=ann --no-password --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=template1 --command=A --command=B; C',
    ],
    [
      'what MariaDB loads takes no commands of the client',
      loadArgv(MARIADB, 'lab'),
      'mariadb --user=root --default-character-set=utf8mb4 --database=lab --batch --binary-mode --max-allowed-packet=1073741824',
    ],
    [
      'what PostgreSQL loads',
      loadArgv(POSTGRES, 'lab'),
      'psql --username=ann --no-password --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=lab --file=-',
    ],
  ])('%s', (_name, argv, line) => {
    expect(argv.join(' ')).toBe(line);
  });

  it('a name that looks like a connection string stays a name', () => {
    expect(dumpArgv(POSTGRES, part('tables', "host=x 'y'")).at(-1)).toBe(String.raw`--dbname=dbname='host=x \'y\''`);
    expect(loadArgv(POSTGRES, 'postgresql://evil')).toContain("--dbname=dbname='postgresql://evil'");
  });

  it.each([
    ['mariadb', '-- Dump completed on 2026-11-21  3:26:50\n', true],
    ['mysql', 'INSERT INTO `a`', false],
    ['postgres', '--\n-- PostgreSQL database dump complete\n--\n\n', true],
    ['postgres', '-- Dump completed', false],
  ] as const)('%s: the end of %j', (family, tail, whole) => {
    expect(endsWhole(family, tail)).toBe(whole);
  });
});

describe('SQL for servers', () => {
  const names = { name: 'lab', scratch: 'podctl_new_0123abcd_0', old: 'podctl_old_0123abcd_0' };
  const object = (database: string, kind: DatabaseObject['kind'], name: string, type = ''): DatabaseObject => ({
    database,
    kind,
    name,
    type,
  });

  it('quotes names whatever is in them', () => {
    expect(quoted('mysql', 'a`b')).toBe('`a``b`');
    expect(quoted('postgres', 'a"b')).toBe('"a""b"');
    // Bytes instead of letters: no mode of the server reads them in another way.
    expect(objectsSql(["o'\\"])).toContain("IN (_utf8mb4 x'6f275c')");
    expect(sizeSql('mariadb', '漢')).toContain("_utf8mb4 x'e6bca2'");
  });

  it('MariaDB: one prepared renaming takes all old tables out and all new ones in', () => {
    const sql = swapMysql(names, [
      object('lab', 'table', 'run'),
      object(names.scratch, 'table', 'run'),
      object(names.scratch, 'table', 'step'),
      object('lab', 'trigger', 'loud'),
      object('lab', 'event', 'tidy'),
      object('lab', 'view', 'seen'),
      object('lab', 'routine', 'bang', 'FUNCTION'),
      object('lab', 'routine', 'again', 'PROCEDURE'),
    ]);
    const lines = sql.split('\n');
    const hex = /x'([0-9a-f]+)'/.exec(lines.find((line) => line.startsWith('SET @podctl_swap')) ?? '')?.[1] ?? '';
    expect(Buffer.from(hex, 'hex').toString()).toBe(
      'RENAME TABLE `lab`.`run` TO `podctl_old_0123abcd_0`.`run`, `podctl_new_0123abcd_0`.`run` TO `lab`.`run`, `podctl_new_0123abcd_0`.`step` TO `lab`.`step`',
    );
    expect(lines.filter((line) => !line.startsWith('SET @podctl_swap'))).toEqual([
      'SET FOREIGN_KEY_CHECKS = 0;',
      'DROP EVENT IF EXISTS `lab`.`tidy`;',
      'DROP TRIGGER IF EXISTS `lab`.`loud`;',
      'PREPARE podctl_swap FROM @podctl_swap;',
      'EXECUTE podctl_swap;',
      'DROP VIEW IF EXISTS `lab`.`seen`;',
      'DROP FUNCTION IF EXISTS `lab`.`bang`;',
      'DROP PROCEDURE IF EXISTS `lab`.`again`;',
      '',
    ]);
    expect(swapMysql(names, [])).not.toContain('PREPARE');
  });

  it('PostgreSQL: nobody comes in, everybody is sent away, both renamings are one', () => {
    const [close, away, rename] = swapPostgres(names, true);
    expect(close).toBe('ALTER DATABASE "lab" ALLOW_CONNECTIONS false');
    expect(away).toContain("datname IN ('lab', 'podctl_new_0123abcd_0')");
    expect(rename).toBe(
      'ALTER DATABASE "lab" RENAME TO "podctl_old_0123abcd_0"; ALTER DATABASE "podctl_new_0123abcd_0" RENAME TO "lab"',
    );
    expect(swapPostgres(names, false).at(-1)).toBe('ALTER DATABASE "podctl_new_0123abcd_0" RENAME TO "lab"');
    expect(reopenPostgres('lab')).toBe('ALTER DATABASE "lab" ALLOW_CONNECTIONS true');
  });

  it('makes databases like those of the backup, and drops what was only for the restore', () => {
    const utf8 = { charset: 'utf8mb4', collation: 'utf8mb4_general_ci;' };
    expect(createSql('mariadb', { name: 'lab', options: utf8 })).toBe(
      'CREATE DATABASE IF NOT EXISTS `lab` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
    );
    expect(createSql('mysql', { name: 'lab', options: {} })).toBe('CREATE DATABASE IF NOT EXISTS `lab`');
    const like = { owner: 'ann', encoding: 'UTF8', collate: 'C', ctype: "C'" };
    expect(createSql('postgres', { name: 'lab', options: like })).toBe(
      `CREATE DATABASE "lab" TEMPLATE template0 OWNER "ann" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'''`,
    );
    expect(createSql('postgres', { name: 'lab', options: {} })).toBe('CREATE DATABASE "lab" TEMPLATE template0');
    expect(dropSql('mariadb', 'a')).toEqual(['DROP DATABASE IF EXISTS `a`']);
    expect(dropSql('postgres', 'a')).toHaveLength(2);
  });

  it("tells a project's databases from the server's own and from podctl's", () => {
    const all = ['lab', 'mysql', 'Sys', 'podctl_new_0123abcd_0', 'podctl_old_0123abcd_12', 'podctl_new_x', 'postgres'];
    expect(all.filter((name) => isProjects('mariadb', name))).toEqual(['lab', 'podctl_new_x', 'postgres']);
    expect(all.filter((name) => isProjects('postgres', name))).toEqual(['lab', 'mysql', 'Sys', 'podctl_new_x']);
  });

  it('asks in the words of each server', () => {
    expect(versionSql('mysql')).toContain('VERSION()');
    expect(versionSql('postgres')).toContain('server_version');
    expect(databasesSql('mariadb')).toContain('information_schema.SCHEMATA');
    expect(databasesSql('postgres')).toContain('pg_database');
    expect(sizeSql('postgres', 'lab')).toContain('pg_database_size');
    expect(contentsSql('postgres')).toBe(`(${versionSql('postgres')}) UNION ALL (${databasesSql('postgres')})`);
    const [version, databases, views] = contentsSql('mariadb').split('; ');
    expect([version, databases]).toEqual([versionSql('mariadb'), databasesSql('mariadb')]);
    expect(views).toMatch(
      /'kind', 'view'.* FROM information_schema\.TABLES WHERE TABLE_SCHEMA NOT IN .* LIKE '%VIEW'$/,
    );
  });
});

describe('the lines between the parts', () => {
  const head = { id: 'abcdef01', family: 'mariadb', version: '10.11' } as const;
  const one = { kind: 'tables', database: 'a"b\nc', options: { charset: 'utf8mb4' } } as const;

  it('are read as they were written', () => {
    expect(parseHead(headLine(head).trimEnd())).toEqual(head);
    const line = partLine(head.id, one);
    expect(line.split('\n')).toHaveLength(2);
    expect(parseMarker(line.trimEnd().slice(markerOf(head.id).length))).toEqual(one);
    expect(parseMarker(endLine(head.id).trimEnd().slice(markerOf(head.id).length))).toBeNull();
  });

  it.each(['-- MariaDB dump', '-- podctl dump 2 abcdef01 {}', '-- podctl dump 1 abcdef01 {"family":"oracle"}', ''])(
    'no first line: %j',
    (line) => {
      expect(errorOf(() => parseHead(line))).toMatchObject({ code: 'BAD_DATA' });
    },
  );

  it.each(['part {', 'part {"kind":"other","database":"x"}', 'part {"kind":"code"}', 'what'])('no part: %j', (rest) => {
    expect(errorOf(() => parseMarker(rest))).toMatchObject({ code: 'BAD_DATA' });
  });
});
