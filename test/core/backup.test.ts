import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backupId, backupNames, compareIds, expired, isBackupId, isOf, type Keep } from '../../src/core/backup.js';
import { formatManifest, parseManifest } from '../../src/core/backup-manifest.js';
import { MANIFEST } from '../support/backups.js';

const NONE: Keep = { last: null, daily: null, weekly: null, monthly: null };
const at = (iso: string) => ({ id: backupId(Date.parse(iso)), kind: 'backup' }) as const;

describe('names', () => {
  test('an id is the time in UTC, and numbered within a second', () => {
    const now = Date.parse('2026-11-21T03:30:12.789Z');
    expect(backupId(now)).toBe('20261121T033012Z');
    expect(backupId(now, ['20261121T033012Z'])).toBe('20261121T033012Z-2');
    expect(backupId(now, ['20261121T033012Z', '20261121T033012Z-2'])).toBe('20261121T033012Z-3');
    expect(isBackupId('20261121T033012Z-12')).toBe(true);
    expect(isBackupId('20261121T0330Z')).toBe(false);
  });

  test('the tenth of a second comes after the second', () => {
    const ids = ['20261121T033012Z-10', '20261121T033012Z', '20261121T033013Z', '20261121T033012Z-2'];
    expect(ids.toSorted(compareIds)).toEqual([
      '20261121T033012Z',
      '20261121T033012Z-2',
      '20261121T033012Z-10',
      '20261121T033013Z',
    ]);
  });

  test.each([
    ['sqlite', 'brotli', 'db-20261121T033012Z.sqlite.br.tar'],
    ['files', 'gzip', 'db-20261121T033012Z.tar.gz'],
    ['postgres', 'none', 'db-20261121T033012Z.sql'],
  ] as const)('%s packed as %s', (holds, compress, data) => {
    expect(backupNames({ key: 'db', id: '20261121T033012Z', holds, compress })).toEqual({
      data,
      manifest: 'db-20261121T033012Z.json',
    });
  });
});

test.each([
  ['project', { project: 'other-0123456789ab' }],
  ['key', { key: 'other' }],
  ['source', { source: 'folder `/other`, db' }],
])('a backup of another %s is none of these data', (_what, change) => {
  expect(isOf(MANIFEST, MANIFEST)).toBe(true);
  expect(isOf({ ...MANIFEST, ...change }, MANIFEST)).toBe(false);
});

describe('what is kept', () => {
  const days = [
    at('2026-10-31T12:00:00Z'),
    at('2026-11-01T01:00:00Z'),
    at('2026-11-15T23:59:59Z'),
    at('2026-11-16T00:00:00Z'),
    at('2026-11-20T08:00:00Z'),
    at('2026-11-20T20:00:00Z'),
    at('2026-11-21T03:00:00Z'),
  ];
  const left = (keep: Partial<Keep>) => {
    const gone = new Set(expired(days, { ...NONE, ...keep }).map(({ id }) => id));
    return days.map(({ id }) => id.slice(4, 11)).filter((_, index) => !gone.has(days[index]?.id ?? ''));
  };

  test('without a rule nothing is deleted', () => {
    expect(expired(days, NONE)).toEqual([]);
  });

  test.each<[Partial<Keep>, readonly string[]]>([
    [{ last: 2 }, ['1120T20', '1121T03']],
    [{ last: 0 }, ['1121T03']],
    [{ daily: 3 }, ['1116T00', '1120T20', '1121T03']],
    [{ weekly: 2 }, ['1115T23', '1121T03']],
    [{ monthly: 2 }, ['1031T12', '1121T03']],
    [{ last: 1, daily: 2, monthly: 2 }, ['1031T12', '1120T20', '1121T03']],
  ])('%j', (keep, kept) => {
    expect(left(keep)).toEqual(kept);
  });

  test('what a restore moved aside is nobody else to delete', () => {
    const aside = { ...at('2020-01-01T00:00:00Z'), kind: 'replaced' } as const;
    expect(expired([aside, ...days], { ...NONE, last: 7 })).toEqual([]);
  });

  test('never the newest one, whatever the rules and the order', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 4_000_000 }), { minLength: 1, maxLength: 60 });
    const count = fc.option(fc.integer({ min: 0, max: 9 }));
    const rules = fc.record({ last: count, daily: count, weekly: count, monthly: count });
    fc.assert(
      fc.property(times, rules, (minutes, keep) => {
        const all = minutes.map((minute) => at(new Date(minute * 60_000).toISOString()));
        const newest = all.toSorted((a, b) => compareIds(b.id, a.id))[0];
        const gone = expired(all, keep);
        expect(gone).not.toContain(newest);
        expect(
          expired(
            all.filter((one) => !gone.includes(one)),
            keep,
          ),
        ).toEqual([]);
        const least = Math.min(all.length, Math.max(keep.last ?? 0, 1));
        expect(all.length - gone.length).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});

describe('manifests', () => {
  test('come back as they were', () => {
    expect(parseManifest(formatManifest(MANIFEST))).toEqual(MANIFEST);
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another version', JSON.stringify({ ...MANIFEST, podctl: 2 })],
    ['a file elsewhere', JSON.stringify({ ...MANIFEST, file: '../../etc/passwd' })],
    ['a file that is hidden', JSON.stringify({ ...MANIFEST, file: '.ssh' })],
    ['no hash', JSON.stringify({ ...MANIFEST, sha256: 'x' })],
    ['no length', JSON.stringify({ ...MANIFEST, bytes: -1 })],
    ['no content', JSON.stringify({ ...MANIFEST, content: {} })],
    ['another kind', JSON.stringify({ ...MANIFEST, holds: 'oracle' })],
    ['an id that is none', JSON.stringify({ ...MANIFEST, id: 'today' })],
  ])('%s is none', (_name, text) => {
    expect(parseManifest(text)).toBeNull();
  });
});
