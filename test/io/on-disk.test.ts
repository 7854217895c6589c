import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namesIn, writeWhole } from '../../src/io/on-disk.js';

describe("podctl's own documents", () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podctl-on-disk-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('take the place of the one before, and leave nothing beside it', async () => {
    await writeWhole(join(folder, 'deep/er'), 'a.json', 'long before');
    await writeWhole(join(folder, 'deep/er'), 'a.json', 'now');
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['a.json']);
    expect(readFileSync(join(folder, 'deep/er/a.json'), 'utf8')).toBe('now');
  });

  it('stay as they were where the new one cannot be written, and that is said', async () => {
    writeFileSync(join(folder, 'a.json'), 'before');
    mkdirSync(join(folder, 'a.json.partial'));
    const message = `cannot write \`${join(folder, 'a.json')}\`: it is a directory`;
    await expect(writeWhole(folder, 'a.json', 'now')).rejects.toMatchObject({ code: 'IO', message });
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('before');
  });

  it('are none where their folder is not there, and another error where it is no folder', async () => {
    expect(await namesIn(join(folder, 'none'))).toEqual([]);
    writeFileSync(join(folder, 'file'), '');
    await expect(namesIn(join(folder, 'file'))).rejects.toMatchObject({ code: 'IO' });
  });
});
