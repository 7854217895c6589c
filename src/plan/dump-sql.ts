import type { ServerFamily } from '../spec/server-version.js';

/** A database as the server describes it: `options` are what a new one of its kind is made with. */
export type DatabaseFacts = { readonly name: string; readonly options: Readonly<Record<string, string>> };

/** Something in a MySQL or MariaDB database that a swap has to move or to drop. */
export type DatabaseObject = {
  readonly kind: 'table' | 'view' | 'trigger' | 'routine' | 'event';
  readonly database: string;
  readonly name: string;
  /** `FUNCTION` or `PROCEDURE`, of a routine. */
  readonly type: string;
};

/** Names of podctl's own databases on a server, while one is restored. */
export const SCRATCH = /^podctl_(new|old)_[0-9a-f]{8}_\d+$/;

const OWN: Readonly<Record<ServerFamily, readonly string[]>> = {
  mariadb: ['mysql', 'information_schema', 'performance_schema', 'sys'],
  mysql: ['mysql', 'information_schema', 'performance_schema', 'sys'],
  // Tools connect to `postgres`; it is backed up where the profile names it.
  postgres: ['postgres'],
};

/** True for databases that hold a project's data, not the server's own. */
export function isProjects(family: ServerFamily, name: string): boolean {
  return !OWN[family].includes(name.toLowerCase()) && !SCRATCH.test(name);
}

/** Asks for `{name, options}` of every database. */
export function databasesSql(family: ServerFamily): string {
  if (family === 'postgres') {
    const options =
      "json_build_object('owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype)";
    const found = `SELECT json_build_object('name', datname, 'options', ${options}::jsonb || ${DRESS}) FROM pg_database d`;
    return `${found} WHERE NOT datistemplate ORDER BY datname`;
  }
  const options = "JSON_OBJECT('charset', DEFAULT_CHARACTER_SET_NAME, 'collation', DEFAULT_COLLATION_NAME)";
  return `SELECT JSON_OBJECT('name', SCHEMA_NAME, 'options', ${options}) FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME`;
}

// What belongs to the database itself: pg_dump leaves it out. One object of texts; what is not set has none.
const DRESS = [
  "jsonb_strip_nulls(jsonb_build_object('limit', CASE WHEN datconnlimit <> -1 THEN datconnlimit::text END,",
  "'comment', shobj_description(d.oid, 'pg_database'),",
  "'grants', (SELECT json_agg(json_build_object('to', CASE WHEN grantee <> 0 THEN pg_get_userbyid(grantee) END,",
  "'may', privilege_type, 'pass', is_grantable) ORDER BY grantee, privilege_type)::text FROM aclexplode(datacl)),",
  "'settings', (SELECT json_agg(json_build_object('role', CASE WHEN setrole <> 0 THEN pg_get_userbyid(setrole) END,",
  "'all', setconfig) ORDER BY setrole)::text FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)))",
].join(' ');

/** Asks for `{version}` of the server. */
export function versionSql(family: ServerFamily): string {
  return family === 'postgres'
    ? "SELECT json_build_object('version', current_setting('server_version'))"
    : "SELECT JSON_OBJECT('version', VERSION())";
}

/**
 * All that a backup wants to know at once, since each question costs a process in the container: the rows of `versionSql`, those of
 * `databasesSql`, and the views of MySQL and MariaDB as `objectsSql` has them, of every database of a project.
 */
export function contentsSql(family: ServerFamily): string {
  const [version, databases] = [versionSql(family), databasesSql(family)];
  // psql shows the answer of the last statement only.
  if (family === 'postgres') return `(${version}) UNION ALL (${databases})`;
  const others = `NOT IN (${OWN[family].map(hexText).join(', ')}) AND TABLE_TYPE LIKE '%VIEW'`;
  return [version, databases, rowsSql({ kind: "'view'", table: 'TABLES', prefix: 'TABLE' }, others)].join('; ');
}

/** Asks for `{tables, bytes}`: of the connected database (PostgreSQL), of the named one. */
export function sizeSql(family: ServerFamily, database: string): string {
  if (family === 'postgres') {
    const own = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
    const count = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${own}`;
    return `SELECT json_build_object('tables', (${count}), 'bytes', pg_database_size(current_database()))`;
  }
  const bytes = 'COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0)';
  return `SELECT JSON_OBJECT('tables', COUNT(*), 'bytes', ${bytes}) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${hexText(database)}`;
}

/** MySQL and MariaDB: asks for every table, view, trigger, routine and event of the databases. */
export function objectsSql(databases: readonly string[]): string {
  const rows = (listing: Listing): string => rowsSql(listing, `IN (${databases.map(hexText).join(', ')})`);
  const routine = { type: 'ROUTINE_TYPE', where: " AND ROUTINE_TYPE IN ('FUNCTION', 'PROCEDURE')" };
  return [
    rows({ kind: "IF(TABLE_TYPE LIKE '%VIEW', 'view', 'table')", table: 'TABLES', prefix: 'TABLE' }),
    rows({ kind: "'trigger'", table: 'TRIGGERS', prefix: 'TRIGGER' }),
    rows({ kind: "'routine'", table: 'ROUTINES', prefix: 'ROUTINE', ...routine }),
    rows({ kind: "'event'", table: 'EVENTS', prefix: 'EVENT' }),
  ].join(' UNION ALL ');
}

/** One table of the information schema; its columns are called `PREFIX_SCHEMA` and `PREFIX_NAME`. */
type Listing = {
  readonly kind: string;
  readonly table: string;
  readonly prefix: string;
  readonly type?: string;
  readonly where?: string;
};

// `schemas`: what the schema has to be.
function rowsSql({ kind, table, prefix, type = "''", where = '' }: Listing, schemas: string): string {
  const schema = `${prefix}_SCHEMA`;
  const fields = `'kind', ${kind}, 'database', ${schema}, 'name', ${prefix}_NAME, 'type', ${type}`;
  return `SELECT JSON_OBJECT(${fields}) FROM information_schema.${table} WHERE ${schema} ${schemas}${where}`;
}

/** Make a database with the options of another one. */
export function createSql(family: ServerFamily, { name, options }: DatabaseFacts): string {
  if (family !== 'postgres') {
    const { charset, collation } = options;
    const how =
      charset === undefined || collation === undefined
        ? ''
        : ` CHARACTER SET ${word(charset)} COLLATE ${word(collation)}`;
    return `CREATE DATABASE IF NOT EXISTS ${quoted(family, name)}${how}`;
  }
  const { owner, encoding, collate, ctype } = options;
  const like = [
    ...(owner === undefined ? [] : [`OWNER ${quoted(family, owner)}`]),
    ...(encoding === undefined ? [] : [`ENCODING ${sqlText(encoding)}`]),
    ...(collate === undefined ? [] : [`LC_COLLATE ${sqlText(collate)}`]),
    ...(ctype === undefined ? [] : [`LC_CTYPE ${sqlText(ctype)}`]),
  ];
  return `CREATE DATABASE ${quoted(family, name)} TEMPLATE template0 ${like.join(' ')}`.trimEnd();
}

/** MySQL and MariaDB: asks for `{bytes}`, the longest statement that the server takes. */
export const PACKET_SQL = "SELECT JSON_OBJECT('bytes', @@GLOBAL.max_allowed_packet)";

/** The longest statement that these servers can take at all. */
export const LONGEST_PACKET = 1_073_741_824;

/** MySQL and MariaDB: take statements up to this length from new connections. */
export function packetSql(bytes: number): string {
  return `SET GLOBAL max_allowed_packet = ${bytes}`;
}

/** Remove one of podctl's own databases; whoever is connected to it is sent away. */
export function dropSql(family: ServerFamily, name: string): readonly string[] {
  const drop = `DROP DATABASE IF EXISTS ${quoted(family, name)}`;
  return family === 'postgres' ? [disconnectSql([name]), drop] : [drop];
}

/** Three names of one database during a restore. */
export type SwapNames = { readonly name: string; readonly scratch: string; readonly old: string };

/**
 * PostgreSQL: statements that swap, each to be sent by itself. Nobody may connect any more, whoever is connected is sent away, and both
 * renamings are one transaction. `there`: the database exists already.
 */
export function swapPostgres({ name, scratch, old }: SwapNames, there: boolean): readonly string[] {
  const [now, fresh, away] = [name, scratch, old].map((one) => quoted('postgres', one));
  const rename = `ALTER DATABASE ${fresh} RENAME TO ${now}`;
  if (!there) return [disconnectSql([scratch]), rename];
  return [
    `ALTER DATABASE ${now} ALLOW_CONNECTIONS false`,
    disconnectSql([name, scratch]),
    `ALTER DATABASE ${now} RENAME TO ${away}; ${rename}`,
  ];
}

/** PostgreSQL: let everybody in again, after a swap that failed. */
export function reopenPostgres(name: string): string {
  return `ALTER DATABASE ${quoted('postgres', name)} ALLOW_CONNECTIONS true`;
}

/**
 * MySQL and MariaDB: one RENAME takes all old tables out and all new ones in. It is prepared from a text, because a client whose input
 * is cut off runs what it got: half a text is an error, half a list of renamings would be carried out.
 */
export function swapMysql(names: SwapNames, objects: readonly DatabaseObject[]): string {
  const { name, scratch, old } = names;
  const among = (database: string, kind: DatabaseObject['kind']): readonly DatabaseObject[] =>
    objects.filter((object) => object.database === database && object.kind === kind);
  const moves = [
    ...among(name, 'table').map((table) => `${inside(name, table.name)} TO ${inside(old, table.name)}`),
    ...among(scratch, 'table').map((table) => `${inside(scratch, table.name)} TO ${inside(name, table.name)}`),
  ];
  const rename = `SET @podctl_swap = ${hexText(`RENAME TABLE ${moves.join(', ')}`)};\nPREPARE podctl_swap FROM @podctl_swap;\nEXECUTE podctl_swap;`;
  return [
    'SET FOREIGN_KEY_CHECKS = 0;',
    ...among(name, 'event').map((event) => `DROP EVENT IF EXISTS ${inside(name, event.name)};`),
    ...among(name, 'trigger').map((trigger) => `DROP TRIGGER IF EXISTS ${inside(name, trigger.name)};`),
    ...(moves.length === 0 ? [] : [rename]),
    ...among(name, 'view').map((view) => `DROP VIEW IF EXISTS ${inside(name, view.name)};`),
    ...among(name, 'routine').map(
      (routine) =>
        `DROP ${routine.type === 'FUNCTION' ? 'FUNCTION' : 'PROCEDURE'} IF EXISTS ${inside(name, routine.name)};`,
    ),
    '',
  ].join('\n');
}

/** An identifier as the server reads it, whatever letters it has. */
export function quoted(family: ServerFamily, name: string): string {
  return family === 'postgres' ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll('`', '``')}\``;
}

// `database`.`object`.
function inside(database: string, object: string): string {
  return `${quoted('mysql', database)}.${quoted('mysql', object)}`;
}

function disconnectSql(names: readonly string[]): string {
  const among = names.map(sqlText).join(', ');
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${among}) AND pid <> pg_backend_pid()`;
}

// What a backslash means in a text depends on MySQL's modes; its bytes mean the same in all of them.
function hexText(value: string): string {
  const bytes = [...encodeURIComponent(value).matchAll(/%([0-9A-F]{2})|(.)/g)].map(
    ([, hex, letter]) => hex ?? (letter?.codePointAt(0) ?? 0).toString(16),
  );
  return bytes.length === 0 ? "''" : `_utf8mb4 x'${bytes.join('').toLowerCase()}'`;
}

/** A text as PostgreSQL reads it. */
export function sqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function word(value: string): string {
  return value.replaceAll(/\W/g, '');
}
