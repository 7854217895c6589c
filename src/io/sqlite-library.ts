import { PodctlError } from '../core/errors.js';
import { codeOf } from './io-error.js';

/** Milliseconds that podctl waits for an application that holds the database's lock. */
export const PATIENCE_MS = 60_000;

// What podctl uses of libsql's classes.
type Statement = {
  raw(): Statement;
  iterate(): Iterable<unknown>;
  get(): unknown;
  all(): readonly unknown[];
};
/** A connection. */
export type Database = { exec(sql: string): unknown; prepare(sql: string): Statement; close(): void };
/** The same on a thread of its own. */
export type AsyncDatabase = {
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): Promise<{ all(): Promise<readonly unknown[]> }>;
  close(): void;
};

/** The library's connections that answer at once. */
export async function loadSync(): Promise<(uri: string) => Database> {
  const { default: Libsql } = await orMissing(() => import('libsql'));
  return (uri) => new Libsql(uri);
}

/** A connection that gives rows by name and takes values. */
export type RowsConnection = {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: readonly unknown[]): { readonly changes: number };
    get(...values: readonly unknown[]): Row | undefined;
    all(...values: readonly unknown[]): readonly Row[];
  };
  close(): void;
};
type Row = Readonly<Record<string, unknown>>;

export async function loadRows(): Promise<(path: string) => RowsConnection> {
  const { default: Libsql } = await orMissing(() => import('libsql'));
  return (path) => {
    const database = new Libsql(path);
    return {
      exec: (sql) => database.exec(sql),
      close: () => {
        database.close();
      },
      prepare: (sql) => {
        const statement = database.prepare(sql);
        return {
          run: (...values) => ({ changes: statement.run(...values).changes }),
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own types say `unknown`
          get: (...values) => statement.get(...values) as Row | undefined,
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
          all: (...values) => statement.all(...values) as readonly Row[],
        };
      },
    };
  };
}

/** Those that work on a thread of their own. */
export async function loadAsync(): Promise<(uri: string) => AsyncDatabase> {
  const { default: Libsql } = await orMissing(() => import('libsql/promise'));
  return (uri) => new Libsql(uri, {});
}

async function orMissing<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new PodctlError('UNAVAILABLE', 'the package `libsql`, which reads SQLite databases, is not installed', {
      hint: 'run npm install libsql@0.5 beside podctl; it brings a binary for Linux, macOS and Windows',
      cause: error,
    });
  }
}

/** A path as the library takes it, with SQLite's own options. */
export function uriOf(path: string, query: string): string {
  const encoded = path
    .replaceAll('\\', '/')
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll('%3A', ':'))
    .join('/');
  return `file:${encoded.startsWith('/') ? '' : '/'}${encoded}?${query}`;
}

/** The library's errors as podctl tells them: they carry SQLite's own names; those of opening only its number. */
export async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PodctlError) throw error;
    throw sqliteError(path, error);
  }
}

function sqliteError(path: string, cause: unknown): PodctlError {
  const code = codeOf(cause);
  const words = cause instanceof Error ? cause.message : String(cause);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new PodctlError('TRY_AGAIN', `the database \`${path}\` stayed locked for ${PATIENCE_MS / 1000} s`, {
      hint: 'an application holds a long transaction: try again when it is over',
      cause,
    });
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return new PodctlError('BAD_DATA', `\`${path}\` is no sound SQLite database: ${words}`, {
      hint: 'restore a backup: podctl db list shows them',
      cause,
    });
  }
  if (/ConnectionFailed|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH/.test(`${code} ${words}`)) {
    return new PodctlError('IO', `the database \`${path}\` cannot be opened`, {
      hint: 'run podctl as a user who may read and write the folder of the database',
      cause,
    });
  }
  return new PodctlError('IO', `SQLite failed on \`${path}\`: ${words}`, { hint: 'check the disk', cause });
}
