// @ts-check
// Backup and restore of a SQLite database of a wanted size, half of it lines of text such as an application logs, half of it bytes that nothing compresses.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./pairs.mjs').Pair} Pair */

const WORDS =
  'job package build spack gitlab runner memory cpu limit request pipeline compiler gcc version variant stack node duration queue retry success failure'.split(
    ' ',
  );

const profile = (/** @type {string} */ source, /** @type {string} */ compress) => `name = "data"
images.app.name = "app"
commands.serve.args = []
[container.mounts.data]
type = "bind"
source = "${source}"
target = "/data"
[data.db]
holds = "sqlite"
mount = "data"
file = "/data/db"
backup = { folder = "backups", keep_last = 1, compress = "${compress}" }
`;

/** Backups and restores against a copy that is on the disk as a backup is. @returns {readonly Pair[]} */
export function sqlitePairs(/** @type {Desk} */ desk) {
  const [large, small, plain] = ['large', 'small', 'plain'].map((name) => join(desk.folder, `data-${name}`));
  if (large === undefined || small === undefined || plain === undefined) return [];
  const prepare = () => {
    makeDatabase(large, 1e9);
    makeDatabase(small, 5e7);
    makePlain(plain, large);
  };
  const [node = '', bin = ''] = desk.podctl;
  const backup = (/** @type {string} */ cwd) => ({ argv: [node, bin, 'db', 'backup'], cwd, env: desk.env });
  const copy = { argv: ['sh', '-c', 'rm -f copy && cp var/db copy && sync copy'], cwd: large };
  const restore = {
    argv: ['sh', '-c', 'rm -f var/db && exec "$0" "$1" db restore', node, bin],
    cwd: large,
    env: desk.env,
  };
  // The saved file stands in for the database, which the restore beside it takes away and brings back.
  const copySaved = { argv: ['sh', '-c', 'rm -f copy2 && cp copy copy2 && sync copy2'], cwd: large };
  return [
    {
      name: 'backup of a 1 GB SQLite database against cp and sync',
      goal: 2,
      runs: 5,
      a: backup(large),
      b: copy,
      prepare,
    },
    {
      name: 'the same without compression',
      goal: 2,
      runs: 5,
      a: backup(plain),
      b: copy,
      prepare,
    },
    {
      name: 'restore of a 1 GB SQLite database against cp and sync',
      goal: 2,
      runs: 5,
      a: restore,
      b: copySaved,
      prepare,
    },
    {
      name: 'peak memory of a backup of 1 GB against one of 50 MB',
      goal: 1.3,
      runs: 3,
      unit: 'MB',
      a: backup(large),
      b: backup(small),
      prepare,
    },
  ];
}

/** A project folder with a database of about so many bytes, at rest. Made once. @param {string} folder @param {number} bytes */
function makeDatabase(folder, bytes) {
  const file = join(folder, 'var/db');
  if (existsSync(file)) return;
  mkdirSync(join(folder, 'var'), { recursive: true });
  writeFileSync(join(folder, 'podctl.toml'), profile('var', 'brotli'));
  const db = new Database(file);
  db.exec('pragma journal_mode = wal; create table log (n integer primary key, line text)');
  db.exec('create table file (n integer primary key, content blob)');
  const line = db.prepare('insert into log values (null, ?)');
  const content = db.prepare('insert into file values (null, ?)');
  fill(db, { file, until: bytes / 2, insert: () => line.run([words(1000)]) });
  fill(db, { file, until: bytes, insert: () => content.run([randomBytes(16_000)]) });
  db.exec('pragma wal_checkpoint(truncate)');
  db.close();
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
}

/** A project folder whose data are another one's, and whose backups are not compressed. @param {string} folder @param {string} other */
function makePlain(folder, other) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'podctl.toml'), profile(join(other, 'var'), 'none'));
}

/** @param {Database} db @param {{ file: string, until: number, insert: () => void }} how */
function fill(db, { file, until, insert }) {
  while (statSync(file).size < until) {
    db.exec('begin');
    for (let row = 0; row < 1000; row += 1) insert();
    db.exec('commit');
    db.exec('pragma wal_checkpoint(passive)');
  }
}

function words(/** @type {number} */ length) {
  let text = '';
  while (text.length < length) {
    const word = WORDS[Math.floor(Math.random() * WORDS.length)];
    text += `${word}=${Math.floor(Math.random() * 100_000)} `;
  }
  return text;
}
