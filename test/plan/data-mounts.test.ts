import { describe, expect, it } from 'vitest';
import { EXIT_CODE } from '../../src/core/errors.js';
import {
  type DataAnswers,
  type DataContext,
  type DataRule,
  dataQuestions,
  judgeData,
  withDataFolders,
} from '../../src/plan/data-mounts.js';
import type { PathFacts } from '../../src/plan/host-answers.js';
import type { Mount } from '../../src/spec/spec.js';
import { bind, ENGINE, spec, volume } from './plan-fixtures.js';

const RULE: DataRule = { key: 'jobs', holds: 'sqlite', mount: 'data', file: '/var/lib/app/db', protected: false };
const ATTACHED: DataContext = { engine: ENGINE, iKnow: false, remove: true };
const DESKTOP: DataContext = { ...ATTACHED, engine: { ...ENGINE, vm: true } };

const kinds = (found: Readonly<Record<string, PathFacts['kind']>>): DataAnswers['paths'] =>
  Object.fromEntries(Object.entries(found).map(([path, kind]) => [path, { path, kind, realPath: path, links: [] }]));

type Row = {
  readonly name: string;
  readonly mounts: readonly Mount[];
  readonly rule?: Partial<DataRule>;
  readonly paths?: Readonly<Record<string, PathFacts['kind']>>;
  readonly journals?: DataAnswers['journals'];
  readonly context?: DataContext;
  readonly exit: number | null;
  readonly says?: string;
  readonly hint?: string;
};

const FOLDER = bind('/srv/app', { key: 'data', target: '/var/lib/app', readOnly: false });

const ROWS: readonly Row[] = [
  { name: 'the folder is mounted', mounts: [FOLDER], exit: null },
  { name: 'a named volume', mounts: [volume('jobs', { target: '/var/lib/app' })], exit: null },
  {
    name: 'the file itself, by the profile',
    mounts: [bind('/srv/app/db', { key: 'data', target: '/var/lib/app/db' })],
    exit: EXIT_CODE.BAD_DATA,
    says: 'mount `data` mounts the database file itself, so its -wal and -shm would stay in the container',
    hint: 'mount its folder: `/srv/app` on `/var/lib/app`',
  },
  {
    name: 'the file itself under another name',
    mounts: [bind('/srv/app/gantry.sqlite', { key: 'data', target: '/var/lib/app/db' })],
    exit: EXIT_CODE.BAD_DATA,
    hint: 'mount its folder: `/srv/app` on `/var/lib/app`, and name the file `/var/lib/app/gantry.sqlite`',
  },
  {
    name: 'the file itself, by a flag, after an engine made a folder of it',
    mounts: [FOLDER, bind('/srv/app/db', { key: 'flag/0', target: '/var/lib/app/db' })],
    paths: { '/srv/app/db': 'directory' },
    exit: EXIT_CODE.REFUSED,
    says: '`--mount` mounts the database file itself',
    hint: '; `/srv/app/db` is a folder now, which an engine made: remove it',
  },
  {
    name: 'a file at the top, whose folder would be the root folder',
    mounts: [bind('/db', { key: 'data', target: '/var/lib/app/db' })],
    exit: EXIT_CODE.BAD_DATA,
    hint: 'keep the file in a folder of its own, and mount that folder',
  },
  {
    name: 'a volume on the file',
    mounts: [volume('jobs', { target: '/var/lib/app/db' })],
    exit: EXIT_CODE.BAD_DATA,
    hint: 'mount the volume on `/var/lib/app`',
  },
  {
    name: 'below no mount',
    mounts: [volume('cache')],
    exit: EXIT_CODE.BAD_DATA,
    says: 'data `jobs`: the database `/var/lib/app/db` is below no mount: it would go with the container',
    hint: 'mount a volume or a folder on `/var/lib/app`, or keep the file below `/cache`',
  },
  {
    name: 'in memory',
    mounts: [bind('', { key: 'tmp', type: 'tmpfs', target: '/var/lib' })],
    exit: EXIT_CODE.BAD_DATA,
    says: 'is in memory (mount `tmp`)',
  },
  {
    name: 'the innermost mount counts',
    mounts: [volume('all', { target: '/var' }), bind('', { key: 'tmp', type: 'tmpfs', target: '/var/lib/app' })],
    exit: EXIT_CODE.BAD_DATA,
    says: 'in memory',
  },
  {
    name: 'a folder in place of the database',
    mounts: [FOLDER],
    paths: { '/srv/app': 'directory', '/srv/app/db': 'directory' },
    exit: EXIT_CODE.MISSING_INPUT,
    says: '`/srv/app/db` is a directory, and the database file should be there',
    hint: 'remove it with `rmdir /srv/app/db`',
  },
  {
    name: 'a file in place of the folder',
    mounts: [FOLDER],
    paths: { '/srv/app': 'file' },
    exit: EXIT_CODE.MISSING_INPUT,
    says: '`/srv/app` is a file, and the folder of the database is wanted',
    hint: 'mount the folder in which the database stands: `/srv`',
  },
  {
    name: 'a socket in place of the database',
    mounts: [FOLDER],
    paths: { '/srv/app': 'directory', '/srv/app/db': 'socket' },
    exit: EXIT_CODE.MISSING_INPUT,
    says: 'is a socket',
  },
  {
    name: 'a WAL database in a folder shared with a virtual machine',
    mounts: [FOLDER],
    journals: { '/srv/app/db': 'wal' },
    context: DESKTOP,
    exit: EXIT_CODE.REFUSED,
    says: 'is in WAL mode, and docker shares that folder with a virtual machine',
    hint: '`type = "volume"`, `source = "jobs"` for mount `data`; --i-know starts it all the same',
  },
  {
    name: 'no database yet in such a folder',
    mounts: [FOLDER],
    journals: { '/srv/app/db': null },
    context: DESKTOP,
    exit: EXIT_CODE.REFUSED,
    says: 'may be put in WAL mode by the application',
  },
  {
    name: 'a database with a rollback journal in such a folder',
    mounts: [FOLDER],
    journals: { '/srv/app/db': 'rollback' },
    context: DESKTOP,
    exit: null,
  },
  {
    name: 'such a folder, for those who know',
    mounts: [FOLDER],
    journals: { '/srv/app/db': 'wal' },
    context: { ...DESKTOP, iKnow: true },
    exit: null,
  },
  {
    name: 'a volume inside the virtual machine',
    mounts: [volume('jobs', { target: '/var/lib/app' })],
    context: DESKTOP,
    exit: null,
  },
  {
    name: 'a volume without a name, which --rm takes along',
    mounts: [volume('', { key: 'data', target: '/var/lib/app' })],
    exit: EXIT_CODE.REFUSED,
    says: 'mount `data` is a volume without a name, which goes with the container when it ends',
    hint: '`source = "jobs"`',
  },
  {
    name: 'protected files in a volume without a name',
    mounts: [volume('', { key: 'data' })],
    rule: { holds: 'files', file: null, protected: true },
    context: { ...ATTACHED, remove: false },
    exit: EXIT_CODE.REFUSED,
    says: 'although the data are protected',
  },
  {
    name: 'files, of which no file is known',
    mounts: [FOLDER],
    rule: { holds: 'files', file: null },
    exit: null,
  },
];

describe('a start with declared data', () => {
  it.each(ROWS)(
    '$name',
    ({ mounts, rule, paths = {}, journals = {}, context = ATTACHED, exit, says = '', hint = '' }) => {
      const rules = [{ ...RULE, ...rule }];
      const found = judgeData({ spec: spec({ mounts }), rules }, { paths: kinds(paths), journals }, context);
      expect(found.map(({ code }) => EXIT_CODE[code])).toEqual(exit === null ? [] : [exit]);
      expect(found[0]?.problem.message ?? '').toContain(says);
      expect(found[0]?.problem.hint ?? '').toContain(hint);
    },
  );

  it('asks for the database of a bind, in the way its host writes paths', () => {
    const windows = bind('C:\\data', { target: '/var/lib' });
    expect(dataQuestions(spec({ mounts: [FOLDER] }), [RULE])).toEqual(['/srv/app/db']);
    expect(dataQuestions(spec({ mounts: [windows] }), [RULE])).toEqual(['C:\\data\\app\\db']);
    expect(dataQuestions(spec({ mounts: [volume('jobs', { target: '/var/lib' })] }), [RULE])).toEqual([]);
  });

  it('a file below the mount may be named without its folder', () => {
    const rule = { ...RULE, file: 'jobs/db' };
    expect(dataQuestions(spec({ mounts: [FOLDER] }), [rule])).toEqual(['/srv/app/jobs/db']);
  });

  it('has missing folders of data made, and nothing in place of a file', () => {
    const other = bind('/srv/other', { key: 'other', target: '/other' });
    const file = bind('/srv/x.db', { key: 'file', target: '/x/db' });
    const rules = [RULE, { ...RULE, key: 'x', mount: 'file', file: '/x/db' }];
    const made = withDataFolders(spec({ mounts: [FOLDER, other, file] }), rules).mounts;
    expect(made.map(({ key, create }) => [key, create])).toEqual([
      ['data', true],
      ['other', false],
      ['file', false],
    ]);
  });
});
