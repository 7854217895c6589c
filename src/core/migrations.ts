import type { Problem } from './errors.js';

/** One file of a folder of migrations. `number` is the `PRAGMA user_version` that it leads to. */
export type Migration = { readonly number: number; readonly name: string; readonly file: string };

/** Files of a folder in order, and everything that is wrong with them. */
export type Migrations = { readonly list: readonly Migration[]; readonly problems: readonly Problem[] };

const NAME = /^(\d{3})_([A-Za-z0-9][A-Za-z0-9_-]*)\.sql$/;
const HIGHEST = 999;

/** Read the names of a folder: `001_initial.sql`, `002_index.sql`. Names that do not end in .sql are left alone. */
export function readMigrations(names: readonly string[]): Migrations {
  const sql = names.filter((name) => /\.sql$/i.test(name)).toSorted();
  const list = sql.flatMap((file) => {
    const [, digits = '', name = ''] = NAME.exec(file) ?? [];
    return digits === '' ? [] : [{ number: Number(digits), name, file }];
  });
  const known = new Set(list.map(({ file }) => file));
  const strange = sql.filter((file) => !known.has(file)).map(misnamed);
  return { list, problems: [...strange, ...duplicates(list), ...gaps(list)] };
}

/** Those that a database of this version still lacks. */
export function pendingAfter(version: number, { list }: Migrations): readonly Migration[] {
  return list.filter(({ number }) => number > version);
}

/** File name of the next migration; a problem for a name that will not do, or when the numbers are used up. */
export function nextMigration(words: string, { list }: Migrations): string | Problem {
  const name = words
    .trim()
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase();
  const number = Math.max(0, ...list.map((one) => one.number)) + 1;
  const file = `${pad(number)}_${name}.sql`;
  if (number > HIGHEST) return { message: `the numbers up to ${HIGHEST} are used up`, hint: 'join old migrations' };
  if (NAME.test(file)) return file;
  return {
    message: `\`${words}\` is no name for a migration`,
    hint: 'use letters, digits and `_`, for instance add_index',
  };
}

function misnamed(file: string): Problem {
  return { message: `\`${file}\` is not named like a migration`, hint: 'three digits and a name: 001_initial.sql' };
}

function duplicates(list: readonly Migration[]): readonly Problem[] {
  return list.flatMap((one, index) => {
    const before = list.slice(0, index).find(({ number }) => number === one.number);
    if (before === undefined) return [];
    const message = `\`${before.file}\` and \`${one.file}\` have one number`;
    return [{ message, hint: `give one of them the number ${pad(nextFree(list))}` }];
  });
}

function gaps(list: readonly Migration[]): readonly Problem[] {
  const numbers = [...new Set(list.map(({ number }) => number))];
  return numbers.flatMap((number, index) => {
    const before = numbers[index - 1] ?? (number === 0 ? -1 : 0);
    if (number === before + 1) return [];
    const missing = number - before === 2 ? pad(before + 1) : `${pad(before + 1)} to ${pad(number - 1)}`;
    return [{ message: `${missing} is missing before \`${fileOf(list, number)}\``, hint: 'number them without gaps' }];
  });
}

function fileOf(list: readonly Migration[], number: number): string {
  return list.find((one) => one.number === number)?.file ?? '';
}

function nextFree(list: readonly Migration[]): number {
  return Math.max(...list.map(({ number }) => number)) + 1;
}

function pad(number: number): string {
  return String(number).padStart(3, '0');
}
