import { PodctlError } from '../../core/errors.js';
import { loadRowsDatabase, type RowsDatabase, type SqlValue } from '../../io/sqlite-rows.js';
import { SCHEMA } from './schema.js';

export type Row = Readonly<Record<string, unknown>>;

/** RAC's state. Every call is finished when it returns; what is written outlives a crash of process and machine. */
export type Store = {
  /** Rows that were changed. */
  readonly run: (sql: string, ...values: readonly SqlValue[]) => number;
  readonly get: (sql: string, ...values: readonly SqlValue[]) => Row | undefined;
  readonly all: (sql: string, ...values: readonly SqlValue[]) => readonly Row[];
  /** All of it or nothing: what throws inside is undone. Inside another one it is a part of that. */
  readonly transaction: <T>(work: () => T) => T;
  readonly close: () => void;
};

/** Open or make the database at `path` (`:memory:` for tests). Throws PodctlError('BAD_DATA') when a newer RAC has written it. */
export async function openStore(path: string): Promise<Store> {
  const database = await loadRowsDatabase(path);
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
  );
  const store = storeOf(database);
  migrate(database, store, path);
  return store;
}

function storeOf(database: RowsDatabase): Store {
  const prepared = new Map<string, ReturnType<RowsDatabase['prepare']>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  let depth = 0;
  return {
    run: (sql, ...values) => statement(sql).run(values),
    get: (sql, ...values) => statement(sql).get(values),
    all: (sql, ...values) => statement(sql).all(values),
    transaction: (work) => {
      if (depth > 0) return work();
      database.exec('BEGIN IMMEDIATE');
      depth += 1;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    close: () => {
      database.close();
    },
  };
}

function migrate(database: RowsDatabase, store: Store, path: string): void {
  const version = Number(store.get('PRAGMA user_version')?.['user_version'] ?? 0);
  if (version > SCHEMA.length) {
    throw new PodctlError('BAD_DATA', `\`${path}\` was written by a newer podctl`, {
      hint: 'install the newest podctl, or give RAC another state folder',
    });
  }
  for (const [index, sql] of SCHEMA.entries()) {
    if (index < version) continue;
    store.transaction(() => {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}
