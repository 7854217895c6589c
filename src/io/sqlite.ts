import { open, stat } from 'node:fs/promises';
import type { SqliteContent } from '../core/backup.js';
import { PodctlError } from '../core/errors.js';
import { HEADER_BYTES, readHeader, type SqliteHeader } from '../core/sqlite-header.js';
import { codeOf } from './io-error.js';
import { PART_BYTES, PARTS_AT_ONCE } from './pack.js';
import { type AsyncDatabase, type Database, loadAsync, loadSync, PATIENCE_MS, told, uriOf } from './sqlite-library.js';

/** What a live database says of itself. */
export type SqliteFacts = {
  readonly userVersion: number;
  readonly pageSize: number;
  readonly pages: number;
  readonly journal: string;
};

/**
 * A database in one read transaction: its facts, and its bytes as the file would have them after a checkpoint. `handOver` gives them away
 * a part at a time, and resolves to SQLite's own check of exactly these bytes; it throws BAD_DATA for a damaged database. A part may
 * only be kept until `PARTS_AT_ONCE` more were given.
 */
export type Snapshot = {
  readonly facts: SqliteFacts;
  readonly handOver: (take: (part: Buffer) => Promise<void>) => Promise<SqliteContent>;
};

/**
 * Read a database while others write to it. The connection is read-only: nothing of the database changes, not even its WAL file. In
 * WAL mode writers go on meanwhile; in a rollback mode their commits wait. Use the snapshot while `use` runs; it may run twice.
 */
export async function readSnapshot<T>(path: string, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  if (await restsInWal(path)) {
    const before = await stampOf(path);
    const read = await readOnce(path, AT_REST, use).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    // Read or failed: neither counts when somebody opened it meanwhile.
    if ((await restsInWal(path)) && (await stampOf(path)) === before) {
      if ('error' in read) throw read.error;
      return read.result;
    }
  }
  return readOnce(path, 'mode=ro', use);
}

/** Of a database that nobody has open: SQLite takes no locks, and makes no file beside it. */
const AT_REST = 'mode=ro&immutable=1';

// A database in WAL mode without its WAL file is open nowhere. Opening it the usual way would make the file, and leave it as this
// user's: the application's own user could then not write there.
async function restsInWal(path: string): Promise<boolean> {
  const head = await headOf(path);
  return head?.journal === 'wal' && (await sizeOf(`${path}-wal`)) === null;
}

async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found === null ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

async function readOnce<T>(path: string, query: string, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const connect = await loadSync();
  return told(path, async () => {
    const db = connect(uriOf(path, query));
    try {
      db.exec(`pragma busy_timeout = ${PATIENCE_MS}`);
      db.exec('begin');
      // The first read takes the snapshot.
      db.prepare('select count(*) from sqlite_schema').get();
      const facts = factsOf(db);
      const handOver: Snapshot['handOver'] =
        query === AT_REST
          ? (take) => handOverFile(path, facts, take)
          : (take) => handOverPages(db, { path, facts, take });
      return await use({ facts, handOver });
    } finally {
      db.close();
    }
  });
}

/** Facts of a database that may be in use; its file is only opened as a database when the WAL may hold newer ones. */
export async function sqliteFacts(path: string): Promise<SqliteFacts> {
  const head = await headOf(path);
  const size = (await sizeOf(path)) ?? 0;
  if (head === null && size > 0) {
    throw new PodctlError('BAD_DATA', `\`${path}\` is no SQLite database`, { hint: 'name the database in `file`' });
  }
  if (head === null || ((await sizeOf(`${path}-wal`)) ?? 0) === 0) {
    const { userVersion = 0, pageSize = 0, journal = 'rollback' } = head ?? {};
    return { userVersion, pageSize, pages: pageSize === 0 ? 0 : Math.floor(size / pageSize), journal };
  }
  return readSnapshot(path, async ({ facts }) => Promise.resolve(facts));
}

async function headOf(path: string): Promise<SqliteHeader | null> {
  // Closing this drops no lock: podctl has no connection to the file at this time.
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return readHeader(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    () => null,
  );
}

/**
 * Let a database that nobody uses finish what an application left: its WAL is written back or its journal rolled back, so that the file
 * alone is the whole database.
 */
export async function settle(path: string): Promise<void> {
  const left = await Promise.all(['-wal', '-journal'].map((end) => sizeOf(`${path}${end}`)));
  if (left.every((size) => size === null || size === 0)) return;
  const connect = await loadSync();
  await told(path, async () => {
    const db = connect(uriOf(path, 'mode=rw'));
    try {
      db.exec('pragma busy_timeout = 5000');
      // A read is what rolls a journal back.
      db.exec('select count(*) from sqlite_schema');
      db.exec('pragma wal_checkpoint(truncate)');
    } finally {
      db.close();
    }
    return Promise.resolve();
  });
}

/** The most that SQLite maps. */
const MAPPED_BYTES = 0x7fff0000;

/**
 * `PRAGMA integrity_check` of a file that nobody writes, and what it says of itself. Throws BAD_DATA for a damaged one. `own`: podctl made
 * the file. It is mapped, which saves a call for each page; a file that others could cut short meanwhile would end the process.
 */
export async function checkFile(path: string, own: boolean): Promise<SqliteContent> {
  const connect = await loadAsync();
  return told(path, async () => {
    // Beside it no file is made, whatever its journal mode says.
    const db = connect(uriOf(path, AT_REST));
    try {
      if (own) await ask(db, `pragma mmap_size = ${MAPPED_BYTES}`);
      const integrity = inBrief(await ask(db, 'select integrity_check as answer from pragma_integrity_check'));
      if (integrity !== 'ok') throw damaged(path, integrity);
      const [userVersion, pageSize, pages] = [
        await ask(db, 'select user_version from pragma_user_version'),
        await ask(db, 'select page_size from pragma_page_size'),
        await ask(db, 'select page_count from pragma_page_count'),
      ].map(([value]) => Number(value));
      return { userVersion: userVersion ?? 0, pageSize: pageSize ?? 0, pages: pages ?? 0, integrity };
    } finally {
      db.close();
    }
  });
}

async function ask(db: AsyncDatabase, sql: string): Promise<readonly unknown[]> {
  const rows = await (await db.prepare(sql)).all();
  return rows.map((row) => (typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined));
}

function checkNow(db: Database, path: string, { userVersion, pageSize, pages }: SqliteFacts): SqliteContent {
  const answers = db.prepare('select integrity_check as value from pragma_integrity_check').all();
  const integrity = inBrief(answers.map(valueOf));
  if (integrity !== 'ok') throw damaged(path, integrity);
  return { userVersion, pageSize, pages, integrity };
}

// One answer may have a hundred lines.
function inBrief(answers: readonly unknown[]): string {
  const lines = answers.slice(0, 3).flatMap((answer) => String(answer).split('\n'));
  return lines
    .filter((line) => !line.startsWith('***'))
    .slice(0, 3)
    .join('; ');
}

function factsOf(db: Database): SqliteFacts {
  const number = (name: string) => Number(valueOf(db.prepare(`select ${name} as value from pragma_${name}`).get()));
  return {
    userVersion: number('user_version'),
    pageSize: number('page_size'),
    pages: number('page_count'),
    journal: String(valueOf(db.prepare('select journal_mode as value from pragma_journal_mode').get())),
  };
}

function valueOf(row: unknown): unknown {
  return typeof row === 'object' && row !== null && 'value' in row ? row.value : undefined;
}

// A database at rest is its file: it is read as such, while SQLite checks it on a thread of its own.
async function handOverFile(
  path: string,
  facts: SqliteFacts,
  take: (part: Buffer) => Promise<void>,
): Promise<SqliteContent> {
  const checked = checkFile(path, false);
  // Where reading fails, that is what is told.
  checked.catch(() => undefined);
  const file = await open(path, 'r');
  try {
    const next = ringOf();
    const end = facts.pages * facts.pageSize;
    for (let from = 0; from < end; ) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      const { buffer, bytesRead } = await file.read(next(), 0, Math.min(PART_BYTES, end - from), from);
      // Cut short meanwhile: the caller sees by the file's time that it was not at rest.
      if (bytesRead === 0) break;
      from += bytesRead;
      // oxlint-disable-next-line no-await-in-loop -- this is what holds the reader back
      await take(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return checked;
}

// Every page as the transaction sees it, in order, gathered into parts; then its check, in the same transaction.
async function handOverPages(
  db: Database,
  { path, facts, take }: { path: string; facts: SqliteFacts; take: (part: Buffer) => Promise<void> },
): Promise<SqliteContent> {
  const next = ringOf();
  let part = next();
  let filled = 0;
  for (const row of db.prepare("select data from sqlite_dbpage('main')").raw().iterate()) {
    const page: unknown = Array.isArray(row) ? row[0] : undefined;
    if (!(page instanceof Uint8Array)) throw new PodctlError('BUG', 'the database library gave no page');
    part.set(page, filled);
    filled += page.length;
    if (filled < PART_BYTES) continue;
    // oxlint-disable-next-line no-await-in-loop -- the caller's own work goes on between two of them
    await take(part);
    part = next();
    filled = 0;
  }
  if (filled > 0) await take(part.subarray(0, filled));
  return checkNow(db, path, facts);
}

// The parts' memory comes round again: new memory for each would cost more time than reading.
function ringOf(): () => Buffer {
  const ring = Array.from({ length: PARTS_AT_ONCE + 2 }, () => Buffer.allocUnsafe(PART_BYTES));
  let turn = -1;
  return () => {
    turn += 1;
    return ring[turn % ring.length] ?? Buffer.allocUnsafe(PART_BYTES);
  };
}

/** True for a database whose last writer was killed in a transaction of a rollback mode: whoever opens it next has to roll that back. */
export function needsRollback(error: unknown): boolean {
  return error instanceof PodctlError && codeOf(error.cause) === 'SQLITE_READONLY_ROLLBACK';
}

function damaged(path: string, integrity: string): PodctlError {
  return new PodctlError('BAD_DATA', `the database in \`${path}\` is damaged: ${integrity}`, {
    hint: 'restore an earlier backup: podctl db verify tells which are whole',
  });
}
