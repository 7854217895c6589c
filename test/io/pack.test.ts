import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PART_BYTES, type PackFile, packInto, storedIn } from '../../src/io/pack.js';
import { entrySize } from '../../src/io/tar-block.js';
import { unpack } from '../../src/io/unpack.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podctl-pack-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = Buffer.from('a line of a log\n'.repeat(PART_BYTES / 16));
const dense = randomBytes(PART_BYTES);
const content = Buffer.concat([text, dense, text.subarray(0, 1000)]);

/** A file that keeps what it is given. */
function kept(): { file: PackFile; written: () => Buffer } {
  const pieces: Buffer[] = [];
  const file: PackFile = {
    write: async (buffers) => {
      pieces.push(Buffer.concat(buffers));
      return Promise.resolve();
    },
    sync: async () => Promise.resolve(),
  };
  return { file, written: () => Buffer.concat(pieces) };
}

it.each(['brotli', 'gzip', 'none'] as const)('%s: what is written is whole and comes back', async (compress) => {
  const { file, written } = kept();
  const packer = packInto(file, compress);
  await packer.write(content);
  const packed = await packer.finish();
  const sha256 = createHash('sha256').update(written()).digest('hex');
  expect(packed).toEqual({ bytes: written().length, sha256, content: { bytes: content.length } });
  const path = join(folder, compress);
  writeFileSync(path, written());
  const parts: Buffer[] = [];
  const raw = createHash('sha256');
  for await (const part of unpack(path, compress, (data) => raw.update(data))) parts.push(Buffer.from(part));
  expect(Buffer.concat(parts).equals(content)).toBe(true);
  expect(raw.digest('hex')).toBe(sha256);
});

it('brotli reads a part that was stored as it is', async () => {
  const { file, written } = kept();
  const packer = packInto(file, 'brotli');
  await packer.write(dense);
  await packer.finish();
  const size = entrySize(written().subarray(0, 512)) ?? 0;
  const part = written().subarray(512, 512 + size);
  expect(size).toBe(dense.length + 5);
  expect(brotliDecompressSync(part).equals(dense)).toBe(true);
  expect(storedIn(part)?.equals(dense)).toBe(true);
});

it.each([
  ['of text', brotliCompressSync(text)],
  ['with another end', Buffer.concat([stored(dense).subarray(0, -1), Buffer.from([0])])],
  ['of another length', Buffer.concat([stored(dense).subarray(0, 4), dense.subarray(1), Buffer.from([3])])],
  ['that is short', Buffer.from([0x3b])],
])('a part %s is left to brotli', (_, part) => {
  expect(storedIn(part)).toBeNull();
});

function stored(data: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(0x1000004 + (data.length - 1) * 16);
  return Buffer.concat([header, data, Buffer.from([3])]);
}
