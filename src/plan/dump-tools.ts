import type { ServerFamily } from '../spec/server-version.js';

/** Who asks a database server, and with which of its programs. */
export type DumpServer = {
  readonly family: ServerFamily;
  readonly user: string;
  readonly client: string;
  readonly dump: string;
  /** The dump program is MySQL's own; MariaDB's does not know all of its flags. */
  readonly mysqlDump: boolean;
};

/** What one part of a backup holds. PostgreSQL has one part per database; the others keep tables, stored code and views apart. */
export type PartKind = 'tables' | 'code' | 'views';

/** Names of the programs, the usual one first: newer MariaDB images have lost the old names, older ones and MySQL lack the new ones. */
export const PROGRAMS: Readonly<
  Record<ServerFamily, { readonly client: readonly string[]; readonly dump: readonly string[] }>
> = {
  mariadb: { client: ['mariadb', 'mysql'], dump: ['mariadb-dump', 'mysqldump'] },
  mysql: { client: ['mysql', 'mariadb'], dump: ['mysqldump', 'mariadb-dump'] },
  postgres: { client: ['psql'], dump: ['pg_dump'] },
};

/** The user that the servers' own images make. */
export const DEFAULT_USER = { mariadb: 'root', mysql: 'root', postgres: 'postgres' } as const satisfies Record<
  ServerFamily,
  string
>;

/** Variable through which the server's programs take the password. */
export const PASSWORD_VARIABLE = {
  mariadb: 'MYSQL_PWD',
  mysql: 'MYSQL_PWD',
  postgres: 'PGPASSWORD',
} as const satisfies Record<ServerFamily, string>;

/** A question in SQL whose answer is one JSON object per line. `database` null: the server's own. */
export function queryArgv(server: DumpServer, sql: string, database: string | null): readonly string[] {
  if (server.family === 'postgres') {
    return [...psql(server, database), '--tuples-only', '--no-align', `--command=${sql}`];
  }
  const into = database === null ? [] : [`--database=${database}`];
  return [...mysql(server, server.client), ...into, '--batch', '--raw', '--skip-column-names', `--execute=${sql}`];
}

/** PostgreSQL: statements one after the other, each by itself; the first error ends it. */
export function statementsArgv(server: DumpServer, statements: readonly string[]): readonly string[] {
  return [...psql(server, null), ...statements.map((sql) => `--command=${sql}`)];
}

/** Run SQL from standard input; the first error ends it. */
export function loadArgv(server: DumpServer, database: string | null): readonly string[] {
  if (server.family === 'postgres') return [...psql(server, database), '--file=-'];
  const into = database === null ? [] : [`--database=${database}`];
  // In binary mode the client takes no commands of its own from the text, such as one that starts a shell.
  return [...mysql(server, server.client), ...into, '--batch', '--binary-mode', LARGEST_ROW];
}

/** Write one part of a database to standard output. */
export function dumpArgv(
  server: DumpServer,
  part: { readonly kind: PartKind; readonly database: string; readonly views: readonly string[] },
): readonly string[] {
  const { kind, database, views } = part;
  if (server.family === 'postgres') {
    return [server.dump, ...pgUser(server), '--format=plain', '--encoding=UTF8', `--dbname=${pgName(database)}`];
  }
  const head = [...mysql(server, server.dump), '--no-tablespaces', LARGEST_ROW];
  const own = server.mysqlDump ? ['--set-gtid-purged=OFF'] : [];
  const without = views.map((view) => `--ignore-table=${database}.${view}`);
  if (kind === 'tables') {
    // What a versioned table has left behind is data, too; a program that does not know the flag passes over it.
    const history = server.mysqlDump ? [] : ['--loose-dump-history'];
    const how = ['--single-transaction', '--quick', '--hex-blob', '--skip-triggers'];
    return [...head, ...own, ...how, ...history, ...without, '--', database];
  }
  const quiet = ['--no-data', '--skip-lock-tables', '--skip-add-locks'];
  if (kind === 'views') return [...head, ...own, ...quiet, '--skip-triggers', '--', database, ...views];
  const code = ['--no-create-info', '--routines', '--triggers', '--events', '--add-drop-trigger'];
  return [...head, ...own, ...quiet, ...code, ...without, '--', database];
}

/** The last line of a whole part: a dump that was cut off has none. */
export function endsWhole(family: ServerFamily, tail: string): boolean {
  return (family === 'postgres' ? /^-- PostgreSQL database dump complete$/m : /^-- Dump completed/m).test(tail);
}

const LARGEST_ROW = '--max-allowed-packet=1073741824';

function mysql(server: DumpServer, program: string): readonly string[] {
  return [program, `--user=${server.user}`, '--default-character-set=utf8mb4'];
}

function psql(server: DumpServer, database: string | null): readonly string[] {
  const quiet = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1'];
  return [server.client, ...pgUser(server), ...quiet, `--dbname=${pgName(database ?? 'template1')}`];
}

function pgUser({ user }: DumpServer): readonly string[] {
  return [`--username=${user}`, '--no-password'];
}

// A name with `=` or like a URL would be read as a connection string.
function pgName(database: string): string {
  if (/^\w+$/.test(database)) return database;
  return `dbname='${database.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
