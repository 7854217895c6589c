import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VolumeStore } from '../../src/engine/clean/volume-store.js';
import { realFiles } from '../../src/io/files.js';
import { openKeptHomes } from '../../src/rac/kept-homes.js';
import { isCutOff, type KeptVolumes, openKeptVolumes } from '../../src/rac/kept-volumes.js';

const FILES = realFiles();
let folder: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rac-kept-'));
  home = join(folder, 'rac');
  mkdirSync(home);
});
afterEach(() => rmSync(folder, { recursive: true }));

type Volume = {
  Name: string;
  Driver: string;
  Labels: Record<string, string> | null;
  Options: Record<string, string> | null;
};

/** An engine with these volumes, whose contents are texts; `calls` has what was done. */
function engine(contents: Record<string, string>, refused: string | null = null) {
  const texts = new Map(Object.entries(contents));
  const calls: string[] = [];
  const volume = (Name: string): Volume => ({
    Name,
    Driver: 'local',
    Labels: { 'podctl.rac': '1a2b3c4d' },
    Options: null,
  });
  const call = async ({ method, path, body }: { method: string; path: string; body?: unknown }): Promise<unknown> => {
    if (`${method} ${path}` === 'GET /volumes') return { Volumes: [...texts.keys()].map(volume) };
    calls.push(`${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`);
    const name = /^\/volumes\/(rac-.*)$/.exec(path)?.[1] ?? '';
    if (method === 'DELETE' && texts.delete(name)) return null;
    if (method !== 'POST' || path !== '/volumes/create') throw new Error(`unexpected: ${method} ${path}`);
    const { Name } = body as Volume;
    if (texts.has(Name)) throw new Error(`${Name} is there already`);
    texts.set(Name, '');
    return volume(Name);
  };
  const store: VolumeStore = {
    refuses: async ({ name }) => (name === refused ? 'its driver is not local' : null),
    keep: async ({ name }, at) => {
      calls.push(`keep ${name}`);
      if (refused === 'full') throw new Error('no space left');
      writeFileSync(at, texts.get(name) ?? '');
      return { bytes: 1 };
    },
    fill: async ({ name }, from) => {
      if (texts.get(name) !== '') throw new Error(`${name} is not a new volume`);
      texts.set(name, readFileSync(from, 'utf8'));
    },
  };
  const volumes: KeptVolumes = openKeptVolumes({ api: { call }, store, files: FILES, home, instance: '1a2b3c4d' });
  return { volumes, calls, texts };
}

const MINE = { 'rac-1a2b3c4d-app': 'one', 'rac-1a2b3c4d-registry': 'layers' };

describe('volumes of a RAC that goes', () => {
  it("are those with its id, and nobody else's", async () => {
    const { volumes } = engine({ ...MINE, 'rac-99999999-app': 'x', 'rac-1a2b3c4dd-app': 'x', other: 'x' });
    expect(await volumes.list()).toEqual(Object.keys(MINE));
  });

  it('one that cannot be kept is refused by name', async () => {
    const { volumes } = engine(MINE, 'rac-1a2b3c4d-registry');
    await expect(volumes.check()).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'volume rac-1a2b3c4d-registry cannot be kept: its driver is not local',
    });
    await engine(MINE).volumes.check();
  });

  it('come back as they were, and their archives go', async () => {
    const before = engine(MINE);
    await before.volumes.keep();
    expect(await isCutOff(home, FILES)).toBe(true);
    const after = engine({});
    expect(await after.volumes.bringBack()).toBe(2);
    expect(Object.fromEntries(after.texts)).toEqual(MINE);
    expect(after.calls[0]).toContain('"Labels":{"podctl.rac":"1a2b3c4d"}');
    expect([await isCutOff(home, FILES), readdirSync(home)]).toEqual([false, []]);
  });

  it('are not said to be kept until all of them are', async () => {
    await expect(engine(MINE, 'full').volumes.keep()).rejects.toThrow('no space left');
    expect(await isCutOff(home, FILES)).toBe(false);
  });

  it('a second run keeps what the first has kept and removed', async () => {
    await engine(MINE).volumes.keep();
    await engine({ 'rac-1a2b3c4d-app': 'two' }).volumes.keep();
    const after = engine({});
    await after.volumes.bringBack();
    expect(Object.fromEntries(after.texts)).toEqual({ ...MINE, 'rac-1a2b3c4d-app': 'two' });
  });

  it('one that was filled half is made anew', async () => {
    await engine(MINE).volumes.keep();
    const after = engine({ 'rac-1a2b3c4d-app': 'ha' });
    await after.volumes.bringBack();
    expect(after.calls[0]).toBe('DELETE /volumes/rac-1a2b3c4d-app');
    expect(Object.fromEntries(after.texts)).toEqual(MINE);
  });
});

describe('home folders that were put aside', () => {
  it('are listed, oldest first, with what is in them', async () => {
    await engine(MINE).volumes.keep();
    const homes = openKeptHomes(home, FILES);
    await homes.putAside('20260102T000000Z');
    mkdirSync(home);
    writeFileSync(join(home, 'rac.db'), '12345');
    await homes.putAside('20260101T000000Z');
    mkdirSync(join(folder, 'other.kept-20260101T000000Z'));
    expect(existsSync(home)).toBe(false);
    expect(await homes.ids()).toEqual(['20260101T000000Z', '20260102T000000Z']);
    const [first, second] = await homes.list();
    expect(first).toEqual({ id: '20260101T000000Z', bytes: 5, volumes: [] });
    expect(second?.volumes).toEqual(Object.keys(MINE));
  });

  it('come back, or go for good', async () => {
    writeFileSync(join(home, 'rac.db'), '12345');
    const homes = openKeptHomes(home, FILES);
    await homes.putAside('1');
    await homes.bringBack('1');
    expect(readFileSync(join(home, 'rac.db'), 'utf8')).toBe('12345');
    await homes.putAside('2');
    await homes.drop('2');
    expect([await homes.ids(), existsSync(home)]).toEqual([[], false]);
  });

  it('one that is not there cannot come back', async () => {
    await expect(openKeptHomes(home, FILES).bringBack('3')).rejects.toThrow('ENOENT');
    expect(existsSync(home)).toBe(true);
  });
});
