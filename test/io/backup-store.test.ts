import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { BackupManifest, Compression } from '../../src/core/backup.js';
import { leftoversIn, listBackups, openPartial, publish, removeBackup } from '../../src/io/backup-store.js';
import { realFiles } from '../../src/io/files.js';
import { PART_BYTES, packInto } from '../../src/io/pack.js';
import { takeLock } from '../../src/io/pid-lock.js';
import { hashFile, unpack } from '../../src/io/unpack.js';
import { MANIFEST } from '../support/backups.js';
import { projectFolder } from '../support/machine.js';

const folders: { clear: () => void }[] = [];
afterEach(() => {
  for (const { clear } of folders.splice(0)) clear();
});

function newFolder(): string {
  const folder = projectFolder('store');
  folders.push(folder);
  return join(folder.path, 'deep/backups');
}

async function store(folder: string, content: Uint8Array, change: Partial<BackupManifest> = {}) {
  const of = { ...MANIFEST, ...change };
  const { file } = await openPartial(folder, of);
  const packer = packInto(file, of.compress);
  // In pieces that fit no part.
  for (let from = 0; from < content.length; from += 300_001) await packer.write(content.subarray(from, from + 300_001));
  const packed = await packer.finish();
  await file.close();
  return publish(folder, { ...of, ...packed });
}

async function unpacked(path: string, compress: Compression): Promise<{ content: Buffer; raw: number }> {
  const parts: Buffer[] = [];
  let raw = 0;
  for await (const part of unpack(path, compress, (data) => (raw += data.length))) parts.push(Buffer.from(part));
  return { content: Buffer.concat(parts), raw };
}

const SAMPLES = [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES * 11 + 7].map((size) =>
  Buffer.concat([randomBytes(Math.floor(size / 2)), Buffer.alloc(Math.ceil(size / 2), 'text of a database ')]),
);

describe.each(['brotli', 'gzip', 'none'] as const)('data packed as %s', (compress) => {
  test.each(SAMPLES.map((content) => ({ content, size: content.length })))(
    '$size bytes come back',
    async ({ content }) => {
      const { file, manifest, state } = await store(newFolder(), content, {
        compress,
        file: `db-${MANIFEST.id}.sqlite${{ brotli: '.br.tar', gzip: '.gz', none: '' }[compress]}`,
      });
      expect(state).toBe('whole');
      expect(manifest.content.bytes).toBe(content.length);
      expect(await hashFile(file)).toEqual({ bytes: manifest.bytes, sha256: manifest.sha256 });
      const back = await unpacked(file, compress);
      expect(back.content.equals(content)).toBe(true);
      expect(back.raw).toBe(manifest.bytes);
    },
  );
});

describe('the files themselves', () => {
  test('gunzip reads what gzip packed', async () => {
    const content = SAMPLES.at(-1) ?? Buffer.alloc(0);
    const stored = await store(newFolder(), content, { compress: 'gzip', file: `db-${MANIFEST.id}.sqlite.gz` });
    const back = execFileSync('gunzip', ['-c', stored.file], { maxBuffer: 1 << 27 });
    expect(back.equals(content)).toBe(true);
  });

  test('tar lists what brotli packed', async () => {
    const { file } = await store(newFolder(), SAMPLES.at(-1) ?? Buffer.alloc(0));
    const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toHaveLength(12);
    expect(names.slice(0, 2)).toEqual(['000001.br', '000002.br']);
  });

  test('only this user can read them', async () => {
    const folder = newFolder();
    const { file, manifestFile } = await store(folder, Buffer.from('x'));
    expect([folder, file, manifestFile].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600, 0o600]);
  });

  test.each([
    ['cut short', (file: string) => truncateSync(file, 600)],
    ['not an archive', (file: string) => writeFileSync(file, Buffer.alloc(2048, 'x'))],
  ])('one that is %s is told as such', async (_name, harm) => {
    const { file } = await store(newFolder(), SAMPLES.at(-1) ?? Buffer.alloc(0));
    harm(file);
    await expect(unpacked(file, 'brotli')).rejects.toThrow(/archive ends too early|not a tar header/);
  });
});

describe('a folder of backups', () => {
  test('is listed oldest first, of one key', async () => {
    const folder = newFolder();
    for (const [key, id] of [
      ['db', '20261121T000000Z-2'],
      ['other', '20261121T000000Z'],
      ['db', '20261120T000000Z'],
      ['db', '20261121T000000Z'],
    ] as const) {
      await store(folder, Buffer.from(id), { key, id, file: `${key}-${id}.sqlite.br.tar` });
    }
    const ids = (await listBackups(folder, 'db')).map(({ manifest }) => manifest.id);
    expect(ids).toEqual(['20261120T000000Z', '20261121T000000Z', '20261121T000000Z-2']);
    expect(await listBackups(folder)).toHaveLength(4);
    expect(await listBackups(join(folder, 'gone'))).toEqual([]);
  });

  test('data that is missing or has another length is seen', async () => {
    const folder = newFolder();
    const { file } = await store(folder, Buffer.from('content'));
    truncateSync(file, 3);
    expect((await listBackups(folder)).map(({ state }) => state)).toEqual(['short']);
    rmSync(file);
    expect((await listBackups(folder)).map(({ state }) => state)).toEqual(['gone']);
  });

  test('what is half there is no backup, and is found to be cleared', async () => {
    const folder = newFolder();
    const { file } = await openPartial(folder, MANIFEST);
    await file.close();
    writeFileSync(join(folder, 'db-20261121T033013Z.sqlite.br.tar'), 'data without a manifest');
    writeFileSync(join(folder, 'db-20261121T033013Z.json.partial'), '');
    writeFileSync(join(folder, 'db-20261121T033014Z.json'), '{ "podctl": 1 }');
    writeFileSync(join(folder, 'db-20261121T033014Z.sqlite.br.tar'), 'data with a damaged manifest');
    writeFileSync(join(folder, 'db-20261121T033015Z.sqlite.br.tar'), 'data whose manifest somebody lost');
    writeFileSync(join(folder, 'db-x-20261121T033014Z.json'), 'of another key');
    writeFileSync(join(folder, 'notes.txt'), 'of a person');
    const whole = await store(folder, Buffer.from('x'), {
      id: '20261121T040000Z',
      file: 'db-20261121T040000Z.sqlite.br.tar',
    });
    expect((await listBackups(folder)).map(({ file: path }) => path)).toEqual([whole.file]);
    expect((await leftoversIn(folder, 'db')).map((path) => path.slice(folder.length + 1)).toSorted()).toEqual([
      'db-20261121T033012Z.sqlite.br.tar.partial',
      'db-20261121T033013Z.json.partial',
      'db-20261121T033013Z.sqlite.br.tar',
    ]);
  });

  test('a removed backup is gone with its manifest', async () => {
    const folder = newFolder();
    await removeBackup(await store(folder, Buffer.from('x')));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a folder that cannot be made is told', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'a file');
    await expect(openPartial(folder, MANIFEST)).rejects.toMatchObject({ code: 'IO' });
  });
});

describe('the lock of a key', () => {
  const deps = { host: { pid: process.pid, platform: process.platform }, files: realFiles() };

  test('is held by one process at a time, and given back', async () => {
    const path = join(newFolder(), 'db.lock');
    const release = await takeLock(path, deps);
    await expect(takeLock(path, deps)).rejects.toMatchObject({
      code: 'TRY_AGAIN',
      message: `another podctl (process ${process.pid}) works on this data`,
    });
    await release();
    await (await takeLock(path, deps))();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test.each([
    ['of a process that is gone', '{"pid":4194304,"mark":null}'],
    ['of an earlier process with the same number', `{"pid":${process.pid},"mark":"earlier"}`],
    ['that is not readable', ''],
  ])('one %s is taken over', async (_name, text) => {
    const path = join(newFolder(), 'db.lock');
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    await takeLock(path, deps);
    expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`);
  });
});
