import { describe, expect, test } from 'vitest';
import type { Keep } from '../../src/core/backup.js';
import type { DataSource } from '../../src/plan/data-place.js';
import { type BackupInput, decideBackup } from '../../src/plan/decide-backup.js';
import { decideRestore, type RestoreInput, replacedId } from '../../src/plan/decide-restore.js';
import { dataPlanToJson, formatDataPlan } from '../../src/plan/print-data.js';
import { MANIFEST } from '../support/backups.js';
import { container } from '../support/fake-engine.js';
import { DOCKER } from '../support/samples.js';

const NONE: Keep = { last: null, daily: null, weekly: null, monthly: null };
const VOLUME = { type: 'volume', source: 'v', target: '/data' } as const;
const SOURCE: DataSource = {
  key: 'db',
  holds: 'sqlite',
  mount: VOLUME,
  file: { inside: '/data/db', below: 'db' },
  protected: false,
};
const FILES: DataSource = { ...SOURCE, key: 'docs', holds: 'files', file: null };
const mounted = (readOnly = false) =>
  [{ type: 'volume', source: 'v', target: '/srv', readOnly, propagation: null }] as const;
const RUNNING = container({ name: 'web', mounts: mounted() });
const ENDED = container({ name: 'job', state: 'exited', mounts: mounted() });
const STRANGER = container({ name: 'other', mounts: [{ ...mounted()[0], source: 'w' }] });

const FRAME = {
  profile: 'app',
  mode: null,
  engine: DOCKER,
  connection: { program: 'docker', globals: [], address: null },
};

function backup(change: Partial<BackupInput>): readonly string[] {
  const decision = decideBackup({
    ...FRAME,
    source: SOURCE,
    place: { kind: 'direct', path: '/v/db' },
    containers: [],
    folder: '/b',
    separator: '/',
    id: '20261121T033012Z',
    made: '2026-11-21T03:30:12.000Z',
    version: '1',
    project: 'p',
    compress: 'brotli',
    keep: NONE,
    known: [],
    leftovers: [],
    pause: false,
    ...change,
  });
  if (decision.kind === 'refused') return [`${decision.code}: ${decision.message} (${decision.hint})`];
  return [...decision.notes, ...formatDataPlan(decision.plan, 'sh').trimEnd().split('\n')];
}

const DATA = '/b/db-20261121T033012Z.sqlite.br.tar';
const RAW = '/b/.db-20261121T033012Z.raw';
const MKDIR = 'mkdir -m 700 -p -- /b';
const PUBLISH = `: 'publish ${DATA}: its manifest makes it a backup; until then it is none'`;
const discard = (path: string) => `rm -f -- ${path} ${path}-wal ${path}-journal ${path}-shm`;

describe('a backup', () => {
  test('of a database that podctl may read is one transaction', () => {
    expect(backup({ containers: [RUNNING] })).toEqual([
      MKDIR,
      `sqlite3 /v/db 'PRAGMA integrity_check' '.backup '\\''${DATA}.partial'\\'''`,
      PUBLISH,
    ]);
  });

  test('through the engine pauses who uses the data, and lets it go', () => {
    expect(backup({ place: { kind: 'engine' }, containers: [STRANGER, ENDED, RUNNING] })).toEqual([
      MKDIR,
      'docker pause web',
      `docker cp web:/srv/db ${RAW}`,
      `docker cp web:/srv/db-wal ${RAW}-wal`,
      `docker cp web:/srv/db-journal ${RAW}-journal`,
      'docker unpause web',
      `sqlite3 ${RAW} 'PRAGMA wal_checkpoint(TRUNCATE)'`,
      `sqlite3 ${RAW} 'PRAGMA integrity_check'`,
      `: 'pack ${RAW} -> ${DATA}.partial: compressed in parts'`,
      discard(RAW),
      PUBLISH,
    ]);
  });

  test('through the engine takes a container that has ended, when none runs', () => {
    const steps = backup({ place: { kind: 'engine' }, containers: [ENDED] });
    expect(steps.filter((step) => step.startsWith('docker'))).toEqual([
      `docker cp job:/srv/db ${RAW}`,
      `docker cp job:/srv/db-wal ${RAW}-wal`,
      `docker cp job:/srv/db-journal ${RAW}-journal`,
    ]);
  });

  test('of a folder that is shared with a virtual machine is a copy at rest', () => {
    const bind = { ...SOURCE, mount: { type: 'bind', source: '/v', target: '/data' } as const };
    const user = container({ name: 'web', mounts: [{ ...mounted()[0], type: 'bind', source: '/v' }] });
    expect(backup({ source: bind, place: { kind: 'shared', path: '/v/db' }, containers: [user] }).slice(1, 4)).toEqual([
      'docker pause web',
      `: 'copy /v/db -> ${RAW}: the database with its WAL or journal, while nothing writes'`,
      'docker unpause web',
    ]);
  });

  test('of files warns of who may write, or pauses it', () => {
    const place = { kind: 'direct', path: '/v' } as const;
    const archive = ": 'archive /v -> /b/docs-20261121T033012Z.tar.br.tar.partial: every file, with owner and mode'";
    expect(backup({ source: FILES, place, containers: [container({ name: 'r', mounts: mounted(true) })] })[1]).toBe(
      archive,
    );
    const warning = 'warning: `web` may write while the files are read; --pause holds it meanwhile';
    expect(backup({ source: FILES, place, containers: [RUNNING] }).slice(0, 3)).toEqual([warning, MKDIR, archive]);
    const paused = backup({ source: FILES, place, containers: [RUNNING], pause: true });
    expect(paused.slice(1, 4)).toEqual(['docker pause web', archive, 'docker unpause web']);
  });

  test('clears what killed runs left, and then what the rules no longer keep', () => {
    const old = { manifest: { ...MANIFEST, id: '20261120T033012Z' }, file: '/b/old', manifestFile: '/b/old.json' };
    const steps = backup({ keep: { ...NONE, last: 1 }, known: [old], leftovers: ['/b/left'] });
    expect(steps[1]).toBe(discard('/b/left'));
    expect(steps.slice(-2)).toEqual([PUBLISH, 'rm -f -- /b/old.json /b/old']);
  });

  test.each<[string, Partial<BackupInput>, string]>([
    [
      'nothing is there',
      { place: { kind: 'absent', path: '/v/db' } },
      'MISSING_INPUT: data `db`: nothing is there yet',
    ],
    [
      'no container has it',
      { place: { kind: 'engine' }, containers: [STRANGER] },
      'UNAVAILABLE: data `db`: podctl may not read',
    ],
    [
      'files are out of reach',
      { source: FILES, place: { kind: 'engine' } },
      'UNAVAILABLE: data `docs`: podctl may not read',
    ],
  ])('is refused when %s', (_name, change, told) => {
    const [first, ...more] = backup(change);
    expect(first).toContain(told);
    expect(more).toEqual([]);
  });
});

function restore(change: Partial<RestoreInput>): readonly string[] {
  const decision = decideRestore({
    ...FRAME,
    source: SOURCE,
    place: { kind: 'direct', path: '/v/db' },
    containers: [],
    wanted: { kind: 'backup', file: '/b/x', manifest: MANIFEST },
    occupied: true,
    folderThere: true,
    force: true,
    stop: false,
    confirm: null,
    id: '20261122T000000Z',
    leftovers: [],
    ...change,
  });
  if (decision.kind === 'refused') return [`${decision.code}: ${decision.message} (${decision.hint})`];
  return formatDataPlan(decision.plan, 'sh').trimEnd().split('\n');
}

const UNPACK = ": 'unpack /b/x -> /v/.db.podctl-new: checked against its checksum on the way'";
const CHECK = "sqlite3 /v/.db.podctl-new 'PRAGMA integrity_check'";
const OWN = ": 'own /v/db -> /v/.db.podctl-new: owner and mode as before'";
const PLACE = ['mv -f -- /v/.db.podctl-new /v/db', discard('/v/.db.podctl-new')];
const KEEP = ["sqlite3 /v/db 'PRAGMA wal_checkpoint(TRUNCATE)'", 'ln -- /v/db /v/db.replaced-20261122T000000Z'];

const ALONE = ": 'alone /v/db: nothing else may have the database open'";

describe('a restore', () => {
  test('is made and checked beside the old data, which then give up their name', () => {
    expect(restore({ containers: [ENDED, STRANGER] })).toEqual([ALONE, UNPACK, CHECK, OWN, ALONE, ...KEEP, ...PLACE]);
  });

  test('where nothing is there only puts the data in place', () => {
    const place = { kind: 'absent', path: '/v/db' } as const;
    expect(restore({ place, occupied: false, force: false, folderThere: false })).toEqual([
      'mkdir -p -- /v',
      UNPACK,
      CHECK,
      OWN,
      ...PLACE,
    ]);
  });

  test('of what an earlier restore replaced copies it', () => {
    const file = '/v/db.replaced-20261101T000000Z';
    expect(restore({ wanted: { kind: 'replaced', file }, leftovers: ['/v/db.replaced-twin'] }).slice(0, 4)).toEqual([
      discard('/v/db.replaced-twin'),
      ALONE,
      `: 'copy ${file} -> /v/.db.podctl-new: what an earlier restore replaced'`,
      "sqlite3 /v/.db.podctl-new 'PRAGMA wal_checkpoint(TRUNCATE)'",
    ]);
  });

  test('of files changes the names of two folders', () => {
    const files = { source: FILES, place: { kind: 'direct', path: '/v/docs' } as const };
    const own = (from: string) => `: 'own ${from} -> /v/.docs.podctl-new: owner and mode as before'`;
    expect(restore(files)).toEqual([
      ": 'extract /b/x -> /v/.docs.podctl-new: checked against its checksum on the way'",
      own('/v/docs'),
      'mv -T -- /v/docs /v/docs.replaced-20261122T000000Z && mv -T -- /v/.docs.podctl-new /v/docs',
      'rm -rf -- /v/.docs.podctl-new',
    ]);
    const file = '/v/docs.replaced-20261101T000000Z';
    expect(restore({ ...files, occupied: false, force: false, wanted: { kind: 'replaced', file } })).toEqual([
      `cp -a -- ${file} /v/.docs.podctl-new`,
      own(file),
      'mv -T -- /v/.docs.podctl-new /v/docs',
      'rm -rf -- /v/.docs.podctl-new',
    ]);
    expect(restore({ ...files, force: false })[0]).toContain('REFUSED: data `docs`: there is something already');
  });

  test('stops who uses the data, and starts it again', () => {
    const steps = restore({ containers: [RUNNING], stop: true });
    expect([steps[0], steps.at(-1)]).toEqual(['docker stop web', 'docker start web']);
  });

  test.each<[string, Partial<RestoreInput>, string]>([
    [
      'something is there',
      { force: false },
      'REFUSED: data `db`: there is a database already (volume `v`, db) (--force',
    ],
    ['it is protected', { source: { ...SOURCE, protected: true } }, 'REFUSED: data `db` is protected (say its name'],
    [
      'another name is confirmed',
      { source: { ...SOURCE, protected: true }, confirm: 'x' },
      'REFUSED: data `db` is prot',
    ],
    [
      'it is in use',
      { containers: [RUNNING] },
      'REFUSED: data `db`: container `web` uses it (stop it (docker stop web)',
    ],
    [
      'it is out of reach',
      { place: { kind: 'engine' } },
      'UNAVAILABLE: data `db`: podctl may not write volume `v`, db',
    ],
  ])('is refused when %s', (_name, change, told) => {
    const [first, ...more] = restore(change);
    expect(first).toContain(told);
    expect(more).toEqual([]);
  });

  test('of protected data goes with their name', () => {
    expect(restore({ source: { ...SOURCE, protected: true }, confirm: 'db' })).toContain(PLACE[0]);
  });

  test('replaced data are known by their names', () => {
    expect(replacedId('db.replaced-20261122T000000Z-2', 'db')).toBe('20261122T000000Z-2');
    expect(replacedId('db.replaced-20261122T000000Z-wal', 'db')).toBeNull();
    expect(replacedId('dbx.replaced-20261122T000000Z', 'db')).toBeNull();
  });
});

test('a plan for data as JSON, and for other shells', () => {
  const decision = decideRestore({
    ...FRAME,
    source: SOURCE,
    place: { kind: 'direct', path: '/v/db' },
    containers: [RUNNING],
    wanted: { kind: 'backup', file: '/b/x', manifest: MANIFEST },
    occupied: false,
    folderThere: true,
    force: true,
    stop: true,
    confirm: null,
    id: '20261122T000000Z',
    leftovers: [],
  });
  if (decision.kind === 'refused') throw new Error(decision.message);
  expect(dataPlanToJson(decision.plan)).toMatchObject({
    podctl: 1,
    profile: 'app',
    steps: [
      { do: 'exec', argv: ['docker', 'stop', 'web'] },
      { do: 'file', action: 'unpack', from: '/b/x', path: '/v/.db.podctl-new' },
      { do: 'file', action: 'check', path: '/v/.db.podctl-new' },
      { do: 'file', action: 'own' },
      { do: 'file', action: 'place' },
      { do: 'file', action: 'discard' },
      { do: 'exec', argv: ['docker', 'start', 'web'] },
    ],
  });
  expect(formatDataPlan(decision.plan, 'powershell').split('\n')[1]).toMatch(/^# unpack \/b\/x -> /);
  expect(formatDataPlan(decision.plan, 'cmd').split('\n')[1]).toMatch(/^rem unpack \/b\/x/);
});
