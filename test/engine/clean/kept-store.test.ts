import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listKept, removeKept, writeKept } from '../../../src/engine/clean/kept-store.js';
import type { Kept } from '../../../src/plan/clean/kept.js';

const KEPT: Kept = {
  podctl: 1,
  id: '20261121T033012Z',
  by: 'prune',
  made: '2026-11-21T03:30:12.000Z',
  engine: null,
  things: [],
};

describe('the store of kept things', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podctl-kept-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lists what was written, oldest first, and forgets it', async () => {
    const store = join(folder, 'undo');
    expect(await listKept(store)).toEqual([]);
    const second = { ...KEPT, id: '20261121T033012Z-2' };
    await writeKept(store, second);
    await writeKept(store, KEPT);
    expect(await listKept(store)).toEqual([KEPT, second]);
    expect(statSync(store).mode & 0o777).toBe(0o700);
    expect(statSync(join(store, `${KEPT.id}.json`)).mode & 0o777).toBe(0o600);
    await removeKept(store, KEPT.id);
    await removeKept(store, KEPT.id);
    expect(readdirSync(store)).toEqual([`${second.id}.json`]);
  });

  it('reads nothing else: half written files, other documents, one that names another id', async () => {
    await writeKept(folder, KEPT);
    writeFileSync(join(folder, '20261121T033013Z.json'), JSON.stringify(KEPT));
    writeFileSync(join(folder, '20261121T033014Z.json.partial'), JSON.stringify(KEPT));
    writeFileSync(join(folder, 'journal.json'), '{}');
    writeFileSync(join(folder, '20261121T033015Z.json'), '{');
    expect(await listKept(folder)).toEqual([KEPT]);
  });
});
