import { describe, expect, it } from 'vitest';
import { EXIT_CODE } from '../../src/core/errors.js';
import type { DataRule } from '../../src/plan/data-mounts.js';
import { type FolderAnswer, judgeVersions } from '../../src/plan/data-version.js';
import type { ImageFacts } from '../../src/spec/facts.js';
import { image } from '../spec/desk.js';
import { spec, volume } from './plan-fixtures.js';

const RULE: DataRule = { key: 'db', holds: 'postgres', mount: 'pg', file: null, protected: true };

type Row = {
  readonly name: string;
  readonly holds?: DataRule['holds'];
  readonly target?: string;
  readonly image: Partial<ImageFacts> | null;
  readonly read: FolderAnswer | undefined;
  readonly iKnow?: boolean;
  readonly exit: number | null;
  readonly says?: string;
  readonly hint?: string;
};

const written = (texts: Readonly<Record<string, string>>): FolderAnswer => ({ names: null, texts });

const ROWS: readonly Row[] = [
  { name: 'the same', image: { env: { PG_MAJOR: '15' } }, read: written({ PG_VERSION: '15' }), exit: null },
  {
    name: 'a newer image',
    image: { env: { PG_MAJOR: '16' } },
    read: written({ PG_VERSION: '15' }),
    exit: EXIT_CODE.REFUSED,
    says: 'data `db` were written by PostgreSQL 15 (`PG_VERSION` in `pg`), and the image is PostgreSQL 16',
    hint: 'start PostgreSQL 15 with `--tag 15`, `podctl db backup db`, `podctl down`, start PostgreSQL 16 on an empty folder or volume, `podctl db restore db`',
  },
  {
    name: 'a newer image, which no flag helps',
    image: { env: { PG_MAJOR: '16' } },
    read: written({ PG_VERSION: '15' }),
    iKnow: true,
    exit: EXIT_CODE.REFUSED,
  },
  {
    name: 'an older image',
    image: { env: { PG_MAJOR: '14' } },
    read: written({ PG_VERSION: '15' }),
    exit: EXIT_CODE.REFUSED,
  },
  { name: 'an empty folder', image: { env: { PG_MAJOR: '16' } }, read: written({}), exit: null },
  {
    name: 'an image that does not say',
    image: {},
    read: written({ PG_VERSION: '15' }),
    exit: null,
    says: 'data `db` were written by PostgreSQL 15; the image does not say its version',
  },
  { name: 'no image to look at', image: null, read: written({ PG_VERSION: '15' }), exit: null, says: 'PostgreSQL 15' },
  {
    name: 'a folder that could not be read',
    image: { env: { PG_MAJOR: '16' } },
    read: { unread: 'permission denied' },
    exit: null,
    says: 'data `db`: its version was not compared: permission denied',
  },
  { name: 'a folder that is not there', image: { env: { PG_MAJOR: '16' } }, read: undefined, exit: null },
  {
    name: 'a newer MariaDB',
    holds: 'mariadb',
    image: { env: { MARIADB_VERSION: '1:11.4.2+maria' } },
    read: written({ mysql_upgrade_info: '10.11.6-MariaDB' }),
    exit: EXIT_CODE.REFUSED,
    says: 'written by MariaDB 10.11',
    hint: '--i-know lets the new server change the data in place, which cannot be taken back',
  },
  {
    name: 'a newer MariaDB, for those who know',
    holds: 'mariadb',
    image: { env: { MARIADB_VERSION: '1:11.4.2+maria' } },
    read: written({ mysql_upgrade_info: '10.11.6-MariaDB' }),
    iKnow: true,
    exit: null,
  },
  {
    name: 'an older MariaDB, whoever knows',
    holds: 'mariadb',
    image: { env: { MARIADB_VERSION: '1:10.6.2+maria' } },
    read: written({ mysql_upgrade_info: '10.11.6-MariaDB' }),
    iKnow: true,
    exit: EXIT_CODE.REFUSED,
  },
  {
    name: "MySQL's data for MariaDB",
    holds: 'mariadb',
    image: { env: { MARIADB_VERSION: '1:10.11.2+maria' } },
    read: { names: ['mysql.ibd'], texts: {} },
    exit: EXIT_CODE.REFUSED,
    says: 'written by MySQL (`mysql.ibd` in `pg`), and the image is MariaDB 10.11',
    hint: 'start MySQL with the image that wrote them',
  },
  {
    name: 'MariaDB of an unknown version',
    holds: 'mariadb',
    image: { env: { MARIADB_VERSION: '1:10.11.2+maria' } },
    read: { names: ['aria_log_control'], texts: {} },
    exit: null,
  },
  {
    name: "PostgreSQL 18 on the folder of 17's image",
    target: '/var/lib/postgresql/data',
    image: { env: { PG_MAJOR: '18' } },
    read: written({}),
    exit: EXIT_CODE.BAD_DATA,
    hint: 'mount the volume on `/var/lib/postgresql` (mount `pg`), or stay with 17',
  },
  {
    name: 'an image whose own volume would hide the mount',
    target: '/var/lib/postgresql',
    image: { env: { PG_MAJOR: '17' }, volumes: ['/var/lib/postgresql/data'] },
    read: written({}),
    exit: EXIT_CODE.BAD_DATA,
    says: 'a volume without a name on `/var/lib/postgresql/data`, below mount `pg`',
  },
  { name: 'files have no version', holds: 'files', image: {}, read: undefined, exit: null },
];

describe('the version of data against the image', () => {
  it.each(ROWS)('$name', (row) => {
    const mounts = [volume('pg', { target: row.target ?? '/data' })];
    const { problems, notes } = judgeVersions(
      {
        spec: spec({ mounts }),
        rules: [{ ...RULE, holds: row.holds ?? 'postgres' }],
        image: row.image === null ? null : image(row.image),
        iKnow: row.iKnow ?? false,
      },
      { db: row.read },
    );
    expect(problems.map(({ code }) => EXIT_CODE[code])).toEqual(row.exit === null ? [] : [row.exit]);
    const [found] = problems;
    expect(found?.problem.message ?? notes.join('\n')).toContain(row.says ?? '');
    expect(found?.problem.hint ?? '').toContain(row.hint ?? '');
    expect(notes).toHaveLength(row.exit === null && row.says !== undefined ? 1 : 0);
  });
});
