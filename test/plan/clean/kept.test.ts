import { describe, expect, it } from 'vitest';
import { formatKept, type Kept, keptBytes, parseKept, thingWords } from '../../../src/plan/clean/kept.js';

const KEPT: Kept = {
  podctl: 1,
  id: '20261121T033012Z',
  by: 'reset',
  made: '2026-11-21T03:30:12.000Z',
  engine: 'docker',
  things: [
    {
      kind: 'folder',
      path: '/srv/app/mysql',
      at: '/srv/app/.podctl-kept-mysql-20261121T033012Z',
      how: 'aside',
      bytes: 100,
      owner: { uid: 999, gid: 999, mode: 0o750 },
    },
    {
      kind: 'volume',
      name: 'app_data',
      at: '/state/undo/20261121T033012Z-0.tar',
      removed: true,
      bytes: null,
      driver: 'local',
      options: { type: 'tmpfs' },
      labels: { 'podctl.project': 'app-1' },
    },
  ],
};

describe('documents of kept things', () => {
  it('are read as they were written', () => {
    expect(parseKept(formatKept(KEPT))).toEqual(KEPT);
    expect(keptBytes(KEPT)).toBe(100);
    expect(KEPT.things.map(thingWords)).toEqual(['/srv/app/mysql', 'volume app_data']);
  });

  it.each([
    ['', 'nothing'],
    ['{', 'no JSON'],
    [JSON.stringify({ ...KEPT, podctl: 2 }), 'a later format'],
    [JSON.stringify({ ...KEPT, by: 'rm' }), 'an unknown verb'],
    [JSON.stringify({ ...KEPT, things: [{ kind: 'folder', path: '/a' }] }), 'a thing without a place'],
    [JSON.stringify({ ...KEPT, things: [{ kind: 'image', at: '/a' }] }), 'an unknown kind'],
  ])('nothing else is one: %s (%s)', (text) => {
    expect(parseKept(text)).toBeNull();
  });
});
