import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Volume } from 'memfs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FsPromises, makeFiles, realFiles } from '../../src/io/files.js';

describe('on the disk', () => {
  let folder: string;
  const files = realFiles();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podctl-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives null for what is not there, also below a file', async () => {
    writeFileSync(join(folder, 'plain'), 'x');
    const missing = join(folder, 'none');
    expect(await files.readText(missing)).toBeNull();
    expect(await files.stat(missing)).toBeNull();
    expect(await files.lstat(missing)).toBeNull();
    expect(await files.realPath(missing)).toBeNull();
    expect(await files.list(missing)).toBeNull();
    expect(await files.readLink(missing)).toBeNull();
    expect(await files.readText(join(folder, 'plain', 'below'))).toBeNull();
    expect(await files.readLink(join(folder, 'plain'))).toBeNull();
  });

  it('reads a table until it is enough, and one of a page or more to its end', async () => {
    const path = join(folder, 'table');
    const rows = Array.from({ length: 700 }, (_, index) => `row ${index}\n`).join('');
    writeFileSync(path, rows);
    expect(await files.readTable(path, () => false)).toBe(rows);
    expect(await files.readTable(path, (text) => text.includes('row 3\n'))).toBe(rows.slice(0, 4096));
    expect(await files.readTable(join(folder, 'none'), () => true)).toBeNull();
  });

  it('writes with the mode that is asked for and leaves no temporary file', async () => {
    const path = join(folder, 'secret');
    await files.writeText(path, 'TOKEN=1\n', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('TOKEN=1\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it('writes a file that nobody may write', async () => {
    const path = join(folder, 'kept');
    await files.writeText(path, 'x', 0o444);
    await files.writeText(path, 'y');
    expect(readFileSync(path, 'utf8')).toBe('y');
    expect(statSync(path).mode & 0o777).toBe(0o444);
  });

  it('keeps the mode of a file that it replaces', async () => {
    const path = join(folder, 'script');
    writeFileSync(path, 'old', { mode: 0o750 });
    await files.writeText(path, 'new');
    expect(statSync(path).mode & 0o777).toBe(0o750);
  });

  it('makes a directory with a mode, also where one is already', async () => {
    const path = join(folder, 'a', 'b');
    await files.makeDirectory(path);
    await files.makeDirectory(path, 0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('gives a new directory to another user, and leaves one that is there alone', async () => {
    const path = join(folder, 'data', 'inner');
    const mine = process.getuid?.() ?? 0;
    // Only root may give files away; for anyone else the same user is the only other one.
    const uid = mine === 0 ? 12_345 : mine;
    const gid = mine === 0 ? 54_321 : (process.getgid?.() ?? 0);
    await files.makeDirectory(path, undefined, { uid, gid });
    expect(statSync(path)).toMatchObject({ uid, gid });
    expect(statSync(join(folder, 'data')).uid).toBe(mine);
    await files.makeDirectory(path, undefined, { uid: mine, gid });
    expect(statSync(path).uid).toBe(uid);
  });

  it('reads the first bytes of a file', async () => {
    const path = join(folder, 'long');
    writeFileSync(path, 'SQLite format 3');
    expect(Buffer.from((await files.readHead(path, 6)) ?? []).toString()).toBe('SQLite');
    expect((await files.readHead(path, 100))?.length).toBe(15);
    expect(await files.readHead(join(folder, 'none'), 6)).toBeNull();
  });

  it('tells links from what they lead to', async () => {
    writeFileSync(join(folder, 'target'), 'text');
    symlinkSync('target', join(folder, 'link'));
    expect((await files.lstat(join(folder, 'link')))?.kind).toBe('link');
    expect(await files.stat(join(folder, 'link'))).toMatchObject({ kind: 'file', size: 4 });
    expect(await files.readLink(join(folder, 'link'))).toBe('target');
    expect(await files.realPath(join(folder, 'link'))).toBe(await files.realPath(join(folder, 'target')));
  });

  it('removes a file, and is content when there is none', async () => {
    const path = join(folder, 'gone');
    writeFileSync(path, '');
    await files.removeFile(path);
    await files.removeFile(path);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a failure names the path and what to do', async () => {
    await expect(files.readText(folder)).rejects.toMatchObject({
      code: 'IO',
      message: `cannot read \`${folder}\`: it is a directory`,
      hint: 'give the path of a file',
    });
    await expect(files.writeText(join(folder, 'no', 'file'), '')).rejects.toMatchObject({
      code: 'IO',
      message: `cannot write \`${join(folder, 'no', 'file')}\`: no such file or directory`,
    });
  });
});

describe('on a file system of the test', () => {
  it('removes its temporary file and keeps the old content when the rename fails', async () => {
    const volume = Volume.fromJSON({ '/etc/kept': 'old' });
    const promises = volume.promises as unknown as FsPromises;
    const files = makeFiles({
      ...bound(promises),
      rename: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    });
    await expect(files.writeText('/etc/kept', 'new')).rejects.toMatchObject({
      message: 'cannot write `/etc/kept`: the disk is full',
    });
    expect(volume.toJSON()).toEqual({ '/etc/kept': 'old' });
  });

  it('the content is written only after the mode', async () => {
    const volume = Volume.fromJSON({ '/run': null });
    const promises = bound(volume.promises as unknown as FsPromises);
    const seen: string[] = [];
    const files = makeFiles({
      ...promises,
      writeFile: (path, text, options) => {
        seen.push(`write ${text === '' ? 'nothing' : text} ${options.flag}`);
        return promises.writeFile(path, text, options);
      },
      chmod: (path, mode) => {
        seen.push(`mode ${mode.toString(8)}`);
        return promises.chmod(path, mode);
      },
    });
    await files.writeText('/run/env', 'A=1', 0o600);
    expect(seen).toEqual(['write nothing wx', 'mode 600', 'write A=1 r+']);
  });
});

function bound(fs: FsPromises): FsPromises {
  return {
    readFile: (path, encoding) => fs.readFile(path, encoding),
    open: (path, flags) => fs.open(path, flags),
    chown: (path, uid, gid) => fs.chown(path, uid, gid),
    stat: (path) => fs.stat(path),
    lstat: (path) => fs.lstat(path),
    readlink: (path) => fs.readlink(path),
    realpath: (path) => fs.realpath(path),
    readdir: (path) => fs.readdir(path),
    writeFile: (path, text, options) => fs.writeFile(path, text, options),
    chmod: (path, mode) => fs.chmod(path, mode),
    rename: (from, to) => fs.rename(from, to),
    mkdir: (path, options) => fs.mkdir(path, options),
    unlink: (path) => fs.unlink(path),
  };
}
