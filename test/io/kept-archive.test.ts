import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkKept, writeKept } from '../../src/io/kept-archive.js';

const folder = mkdtempSync(join(tmpdir(), 'podctl-kept-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Writes in pieces with pauses between, so that the reader is there before the bytes.
const SLOWLY = `const { writeSync } = require('node:fs');
for (let i = 0; i < 40; i++) {
  writeSync(1, Buffer.alloc(70_000 + i, i));
  if (i % 8 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15);
}`;
const CONTENT = Buffer.concat(Array.from({ length: 40 }, (_, index) => Buffer.alloc(70_000 + index, index)));

function node(script: string, file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', file, 'inherit'] });
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}

it('a program writes it, and its checksum is that of every byte', async () => {
  const path = join(folder, 'whole.tar');
  const kept = await writeKept(path, (file) => node(SLOWLY, file));
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  expect(kept).toEqual({ bytes: CONTENT.length, sha256 });
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
  expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${sha256}  whole.tar\n`);
  await checkKept(path);
});

it('nothing stays of one whose program failed', async () => {
  const before = readdirSync(folder);
  const broken = writeKept(join(folder, 'half.tar'), (file) => node(`${SLOWLY}; process.exit(3)`, file));
  await expect(broken).rejects.toMatchObject({ code: 'IO' });
  expect(readdirSync(folder)).toEqual(before);
});
