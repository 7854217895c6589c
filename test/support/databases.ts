import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Make a database of numbered rows 1..count, each with some text, and leave it closed. */
export function makeDatabase(
  file: string,
  {
    rows,
    journal = 'wal',
    version = 0,
    mark = '',
  }: { rows: number; journal?: string; version?: number; mark?: string },
): void {
  const db = new Database(file);
  db.exec(`pragma journal_mode = ${journal}`);
  db.exec('create table t (n integer primary key, body text)');
  db.exec(`with recursive c(n) as (select 1 union all select n + 1 from c where n < ${rows})
    insert into t select n, '${mark}' || hex(n * 7919) || ' some text that repeats itself' from c`);
  db.exec(`pragma user_version = ${version}`);
  db.exec('pragma wal_checkpoint(truncate)');
  db.close();
}

/** The same as an application leaves it that is killed: half of the rows are in the WAL alone. */
export function makeCrashed(file: string, { rows, mark }: { rows: number; mark: string }): void {
  const live = `${file}.live`;
  makeDatabase(live, { rows: rows / 2, mark });
  const db = new Database(live);
  db.exec('pragma wal_autocheckpoint = 0');
  db.exec(`insert into t select n + ${rows / 2}, body from t`);
  for (const end of ['', '-wal']) copyFileSync(`${live}${end}`, `${file}${end}`);
  db.close();
  for (const end of ['', '-wal', '-shm']) rmSync(`${live}${end}`, { force: true });
}

/** What a database file holds: SQLite's word on it, and whether its rows are exactly 1..count. */
export function look(file: string): { integrity: string; count: number; whole: boolean; mark: string } {
  // A copy: the library keeps a file open as long as one of its statements waits for the garbage collector.
  const folder = mkdtempSync(join(tmpdir(), 'podctl-look-'));
  const copy = join(folder, 'db');
  for (const end of ['', '-wal', '-journal'])
    if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, `${copy}${end}`);
  const db = new Database(copy);
  const get = (sql: string): Record<string, unknown> => db.prepare(sql).get() as Record<string, unknown>;
  const integrity = String(get('pragma integrity_check')['integrity_check']);
  const { count, least, most } = get('select count(*) count, min(n) least, max(n) most from t');
  const mark = String(get('select body from t limit 1')['body']).replace(/[0-9A-F]+ some.*$/, '');
  db.close();
  rmSync(folder, { recursive: true });
  return { integrity, count: Number(count), whole: least === 1 && most === count, mark };
}

/** An application that inserts 1, 2, 3 … as fast as it can, each in a transaction of its own, as a user of its own. */
export type Writer = {
  /** The last number whose commit it has seen. */
  readonly last: () => number;
  /** Ends it; the longest time in milliseconds that one commit took. */
  readonly stop: () => Promise<{ readonly last: number; readonly slowest: number }>;
};

// The library is loaded before the user is changed: a checkout below /root is closed to others.
const SCRIPT = `
const Database = require(process.argv[1]);
const [, , file, journal, user] = process.argv;
if (user !== '') { process.setgid(Number(user)); process.setuid(Number(user)); }
const db = new Database(file);
db.exec('pragma busy_timeout = 60000');
db.exec('pragma journal_mode = ' + journal);
db.exec('create table if not exists t (n integer primary key, body text)');
const insert = db.prepare('insert into t values (?, ?)');
let n = 0, slowest = 0, ended = false;
process.on('SIGTERM', () => { ended = true; });
(function turn() {
  for (let i = 0; i < 50; i += 1) {
    const start = Date.now();
    n += 1;
    insert.run(n, 'row ' + n + ' ' + 'x'.repeat(200));
    slowest = Math.max(slowest, Date.now() - start);
  }
  if (ended) { process.stdout.write(JSON.stringify({ last: n, slowest }) + '\\n', () => process.exit(0)); return; }
  process.stdout.write(n + '\\n');
  setImmediate(turn);
})();
`;

/** Start the writer; resolves when it has written something. */
export async function startWriter(
  file: string,
  { journal, user = null }: { readonly journal: 'wal' | 'delete'; readonly user?: number | null },
): Promise<Writer> {
  const library = createRequire(`${ROOT}/package.json`).resolve('libsql');
  const child = spawn(process.execPath, ['-e', SCRIPT, library, file, journal, user === null ? '' : String(user)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let lines: string[] = [];
  let rest = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    const parts = `${rest}${String(chunk)}`.split('\n');
    rest = parts.pop() ?? '';
    if (parts.length > 0) lines = parts.slice(-1);
  });
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const closed = new Promise<void>((resolve) => void child.on('close', () => resolve()));
  const last = (): number => Number(lines.at(-1) ?? '0') || 0;
  while (last() < 100) {
    if (child.exitCode !== null) throw new Error(`the writer ended: ${stderr}`);
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
  return {
    last,
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
      if (child.exitCode !== 0) throw new Error(`the writer failed: ${stderr}`);
      return JSON.parse(lines.at(-1) ?? '{}') as { last: number; slowest: number };
    },
  };
}
