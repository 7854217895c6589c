import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PART_BYTES, type PackFile, packInto } from '../../src/io/pack.js';
import { unpack } from '../../src/io/unpack.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podctl-pack-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = Buffer.from('a line of a log\n'.repeat(PART_BYTES / 16));
const dense = randomBytes(PART_BYTES);
const content = Buffer.concat([text, dense, text.subarray(0, 1000)]);

/** A file of a system that takes at most so many bytes at once. */
function narrow(most: number): { file: PackFile; written: () => Buffer } {
  const pieces: Buffer[] = [];
  const file: PackFile = {
    writev: async (buffers) => {
      const all = Buffer.concat(buffers).subarray(0, most);
      pieces.push(all);
      return Promise.resolve({ bytesWritten: all.length });
    },
    datasync: async () => Promise.resolve(),
    sync: async () => Promise.resolve(),
  };
  return { file, written: () => Buffer.concat(pieces) };
}

it.each([
  ['brotli', 60_000],
  ['brotli', 300_000],
  ['gzip', 60_000],
  ['none', 123_457],
] as const)('%s: what is written %d bytes at a time is whole and comes back', async (compress, most) => {
  const { file, written } = narrow(most);
  const packer = packInto(file, compress);
  await packer.write(content);
  const packed = await packer.finish();
  const sha256 = createHash('sha256').update(written()).digest('hex');
  expect(packed).toEqual({ bytes: written().length, sha256, content: { bytes: content.length } });
  const path = join(folder, `${compress}-${most}`);
  writeFileSync(path, written());
  const parts: Buffer[] = [];
  const raw = createHash('sha256');
  for await (const part of unpack(path, compress, (data) => raw.update(data))) parts.push(Buffer.from(part));
  expect(Buffer.concat(parts).equals(content)).toBe(true);
  expect(raw.digest('hex')).toBe(sha256);
});
