import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { listBackups } from '../../src/io/backup-store.js';
import { killAtEveryChange, withoutEngine } from '../support/killed.js';
import { projectFolder } from '../support/machine.js';

const PROFILE = `name = "app"
images.app.name = "app"
commands.serve.args = []

[container.mounts.docs]
type = "bind"
source = "docs"
target = "/docs"

[data.docs]
holds = "files"
mount = "docs"
backup = { folder = "backups" }
`;

const folders: { clear: () => void }[] = [];
afterEach(() => {
  for (const { clear } of folders.splice(0)) clear();
});

function project(): string {
  const folder = projectFolder('files');
  folders.push(folder);
  writeFileSync(join(folder.path, 'podctl.toml'), PROFILE);
  return folder.path;
}

/** A folder with all that an archive has to bring back. */
function fill(folder: string, mark: string): void {
  mkdirSync(join(folder, 'deep/empty'), { recursive: true });
  writeFileSync(join(folder, 'mark'), mark);
  writeFileSync(join(folder, 'deep', `${'long '.repeat(30)}näme`), `${mark} inside`);
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(folder, 'run.sh'), 0o755);
  writeFileSync(join(folder, 'large'), Buffer.alloc(700_001, mark));
  symlinkSync('../outside', join(folder, 'deep/link'));
  writeFileSync(join(folder, 'nothing'), '');
  chmodSync(join(folder, 'deep/empty'), 0o500);
  utimesSync(join(folder, 'mark'), 1_000_000_000, 1_000_000_000);
  chmodSync(folder, 0o2775);
}

/** Everything of a folder that counts, as text. */
function shape(folder: string, below = ''): readonly string[] {
  return readdirSync(join(folder, below))
    .toSorted()
    .flatMap((name) => {
      const path = join(below, name);
      const found = lstatSync(join(folder, path));
      const about = `${path} ${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid}`;
      if (found.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(folder, path))}`];
      if (found.isDirectory()) return [about, ...shape(folder, path)];
      return [
        `${about} ${Math.floor(found.mtimeMs / 1000)} ${readFileSync(join(folder, path), 'utf8').slice(0, 30)} ${found.size}`,
      ];
    });
}

const BACKUP = ['db', 'backup'];
const RESTORE = ['db', 'restore', '--force'];

describe('a folder of files', () => {
  it('comes back with owners, modes, times and links; what was there is kept and can come back too', async () => {
    const folder = project();
    const docs = join(folder, 'docs');
    fill(docs, 'saved');
    const saved = shape(docs);
    expect(await withoutEngine(folder, BACKUP)).toMatchObject({ code: 0 });
    writeFileSync(join(docs, 'mark'), 'changed');
    writeFileSync(join(docs, 'more'), 'more');
    const changed = shape(docs);
    const refused = await withoutEngine(folder, ['db', 'restore']);
    expect(refused).toMatchObject({ code: 77 });
    expect(refused.stderr).toContain('error: data `docs`: there is something already');
    const restored = await withoutEngine(folder, [...RESTORE, '--json']);
    expect(restored.code, restored.stderr).toBe(0);
    expect(shape(docs)).toEqual(saved);
    expect(lstatSync(docs).mode & 0o7777).toBe(0o2775);
    const { restored: told } = JSON.parse(restored.stdout) as { restored: { replaced: string } };
    expect(shape(told.replaced)).toEqual(changed);
    const [, id = ''] = /replaced-(.*)$/.exec(told.replaced) ?? [];
    expect((await withoutEngine(folder, ['db', 'list'])).stdout).toContain(`${id}   replaced`);
    const again = await withoutEngine(folder, ['db', 'restore', 'docs', id, '--force']);
    expect(again.code, again.stderr).toBe(0);
    expect(shape(docs)).toEqual(changed);
    expect(readdirSync(folder).filter((name) => name.includes('podctl-new'))).toEqual([]);
  }, 300_000);

  it('goes into an empty folder, and into none, without --force', async () => {
    const folder = project();
    fill(join(folder, 'docs'), 'saved');
    const saved = shape(join(folder, 'docs'));
    expect(await withoutEngine(folder, BACKUP)).toMatchObject({ code: 0 });
    const id = (await listBackups(join(folder, 'backups')))[0]?.manifest.id ?? '';
    for (const left of ['nothing', 'empty'] as const) {
      const one = project();
      if (left === 'empty') mkdirSync(join(one, 'docs'));
      writeFileSync(join(one, 'podctl.toml'), PROFILE.replace('"backups"', `"${join(folder, 'backups')}"`));
      // A backup of another project is never taken for one's own: it has to be named.
      expect(await withoutEngine(one, ['db', 'restore'])).toMatchObject({ code: 66 });
      const restored = await withoutEngine(one, ['db', 'restore', 'docs', id]);
      expect(restored.code, restored.stderr).toBe(0);
      expect(shape(join(one, 'docs'))).toEqual(saved);
    }
  }, 300_000);

  it('a damaged backup changes nothing', async () => {
    const folder = project();
    const docs = join(folder, 'docs');
    fill(docs, 'saved');
    expect(await withoutEngine(folder, BACKUP)).toMatchObject({ code: 0 });
    const before = shape(docs);
    const [backup] = await listBackups(join(folder, 'backups'));
    const data = readFileSync(backup?.file ?? '');
    for (const at of [100, 700, Math.floor(data.length / 2), data.length - 600]) {
      const harmed = Buffer.from(data);
      harmed[at] = (harmed[at] ?? 0) ^ 0x55;
      writeFileSync(backup?.file ?? '', harmed);
      const ended = await withoutEngine(folder, RESTORE);
      expect(ended.code, `byte ${at}: ${ended.stderr}`).toBe(65);
      expect(shape(docs)).toEqual(before);
      expect(readdirSync(folder).filter((name) => name.includes('podctl-new'))).toEqual([]);
    }
  }, 300_000);

  it('podctl is killed at any change of a restore: all of the old or all of the new is there, and a second run works', async () => {
    const template = project();
    const docs = join(template, 'docs');
    fill(docs, 'saved');
    const saved = shape(docs);
    expect(await withoutEngine(template, BACKUP)).toMatchObject({ code: 0 });
    // The copies lie elsewhere: a backup of other data is only restored by name.
    const id = (await listBackups(join(template, 'backups')))[0]?.manifest.id ?? '';
    const restore = ['db', 'restore', id, '--force'];
    writeFileSync(join(docs, 'mark'), 'old');
    utimesSync(join(docs, 'mark'), 1_000_000_000, 1_000_000_000);
    const old = shape(docs);
    const changes = await killAtEveryChange(template, restore, async (folder, at) => {
      const names = readdirSync(folder).filter((name) => name === 'docs' || name.startsWith('docs.replaced-'));
      const shapes = names.map((name) => JSON.stringify(shape(join(folder, name))));
      expect(shapes, `at change ${at}`).toContain(JSON.stringify(old));
      expect([JSON.stringify(old), JSON.stringify(saved)], `at change ${at}`).toEqual(expect.arrayContaining(shapes));
      const again = await withoutEngine(folder, restore);
      expect(again.code, again.stderr).toBe(0);
      expect(shape(join(folder, 'docs'))).toEqual(saved);
      expect(readdirSync(folder).filter((name) => name.includes('podctl-new'))).toEqual([]);
    });
    expect(changes).toBeGreaterThan(15);
  }, 600_000);
});
