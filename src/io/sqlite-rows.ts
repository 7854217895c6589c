import { loadRows } from './sqlite-library.js';

/** What SQLite takes and gives. Bytes are kept as text (base64): the library ends the process when a buffer is all it is given. */
export type SqlValue = string | number | null;

export type RowsStatement = {
  /** Rows that were changed. */
  readonly run: (values: readonly SqlValue[]) => number;
  readonly get: (values: readonly SqlValue[]) => Readonly<Record<string, unknown>> | undefined;
  readonly all: (values: readonly SqlValue[]) => readonly Readonly<Record<string, unknown>>[];
};

/** A database that this process reads and writes row by row. */
export type RowsDatabase = {
  readonly exec: (sql: string) => void;
  readonly prepare: (sql: string) => RowsStatement;
  readonly close: () => void;
};

/** Open or make a database. Throws PodctlError('UNAVAILABLE') where the SQLite library is not installed. */
export async function loadRowsDatabase(path: string): Promise<RowsDatabase> {
  const open = await loadRows();
  const database = open(path);
  return {
    exec: (sql) => {
      database.exec(sql);
    },
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (values) => statement.run(...values).changes,
        get: (values) => statement.get(...values),
        all: (values) => statement.all(...values),
      };
    },
    close: () => {
      database.close();
    },
  };
}
