import { describe, expect, test } from 'vitest';
import { nextMigration, pendingAfter, readMigrations } from '../../src/core/migrations.js';
import { HEADER_BYTES, readHeader } from '../../src/core/sqlite-header.js';

describe('migrations', () => {
  test('are read in order, and other files are left alone', () => {
    const { list, problems } = readMigrations(['002_spec_index.sql', 'README.md', '001_initial.sql']);
    expect(list.map(({ number, name }) => [number, name])).toEqual([
      [1, 'initial'],
      [2, 'spec_index'],
    ]);
    expect(problems).toEqual([]);
    expect(pendingAfter(1, { list, problems }).map(({ file }) => file)).toEqual(['002_spec_index.sql']);
  });

  test.each([
    [['000_a.sql', '001_b.sql'], []],
    [['002_b.sql'], ['001 is missing before `002_b.sql`']],
    [['001_a.sql', '004_b.sql'], ['002 to 003 is missing before `004_b.sql`']],
    [['001_a.sql', '001_b.sql'], ['`001_a.sql` and `001_b.sql` have one number']],
    [['1_a.sql'], ['`1_a.sql` is not named like a migration']],
    [
      ['0001_a.sql', '001_a.SQL'],
      ['`0001_a.sql` is not named like a migration', '`001_a.SQL` is not named like a migration'],
    ],
  ])('%j', (names, told) => {
    expect(readMigrations(names).problems.map(({ message }) => message)).toEqual(told);
  });

  test.each([
    [[], 'initial', '001_initial.sql'],
    [['001_a.sql', '002_b.sql'], 'Add an index', '003_add_an_index.sql'],
    [['001_a.sql', '007_b.sql'], 'add-more', '008_add_more.sql'],
  ])('the next after %j', (names, words, file) => {
    expect(nextMigration(words, readMigrations(names))).toBe(file);
  });

  test.each([
    [[], '../x', '`../x` is no name for a migration'],
    [[], ' ', '` ` is no name for a migration'],
    [['999_z.sql'], 'x', 'the numbers up to 999 are used up'],
  ])('no next after %j called %j', (names, words, message) => {
    expect(nextMigration(words, readMigrations(names))).toMatchObject({ message });
  });
});

describe("a database's header", () => {
  const header = (change: (view: DataView) => void): Uint8Array => {
    const bytes = new Uint8Array(HEADER_BYTES);
    bytes.set(new TextEncoder().encode('SQLite format 3\0'));
    const view = new DataView(bytes.buffer);
    view.setUint16(16, 4096);
    change(view);
    return bytes;
  };

  test('says journal mode, page size and version', () => {
    const plain = header((view) => view.setInt32(60, -7));
    expect(readHeader(plain)).toEqual({ journal: 'rollback', pageSize: 4096, userVersion: -7 });
    const wal = header((view) => {
      view.setUint8(18, 2);
      view.setUint16(16, 1);
    });
    expect(readHeader(wal)).toEqual({ journal: 'wal', pageSize: 65_536, userVersion: 0 });
  });

  test('of anything else is none', () => {
    expect(readHeader(new Uint8Array(HEADER_BYTES))).toBeNull();
    expect(readHeader(header(() => undefined).subarray(0, 50))).toBeNull();
  });
});
