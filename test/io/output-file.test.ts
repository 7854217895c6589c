import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../../src/io/direct.js';
import { openOutput } from '../../src/io/output-file.js';
import { readBlocks } from '../../src/io/read-blocks.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podctl-output-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = randomBytes(6 * BLOCK_BYTES + 777);

async function fill(path: string, openFile?: typeof open): Promise<void> {
  const file = await openOutput(path, openFile);
  try {
    // One piece after the other in the same memory: none may change on its way to the disk.
    const piece = Buffer.alloc(300_001);
    for (let from = 0; from < content.length; from += piece.length) {
      const count = content.copy(piece, 0, from, from + piece.length);
      await file.write([piece.subarray(0, 1000), piece.subarray(1000, count)]);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}

// A file system whose files do something else than this machine's.
function opener(behaves: (file: Awaited<ReturnType<typeof open>>, opened: number) => void): {
  openFile: typeof open;
  opened: () => number;
} {
  let opened = 0;
  const openFile: typeof open = async (...args) => {
    opened += 1;
    const file = await open(...args);
    try {
      behaves(file, opened);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  };
  return { openFile, opened: () => opened };
}

describe('a file that is written once', () => {
  it('holds exactly what was written, for this user alone', async () => {
    const path = join(folder, 'plain');
    await fill(path);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('holds the same where the file system does not open directly', async () => {
    const path = join(folder, 'refused');
    const { openFile, opened } = opener((_, count) => {
      if (count === 1) throw fault('EINVAL');
    });
    await fill(path, openFile);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(opened()).toBe(2);
  });

  it('holds the same where the file system opens directly and does not write so', async () => {
    const path = join(folder, 'unaligned');
    const { openFile, opened } = opener((file, count) => {
      if (count === 1) file.write = async () => Promise.reject(fault('EINVAL'));
    });
    await fill(path, openFile);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(opened()).toBe(2);
  });

  it('holds the same where the system takes less than it is given', async () => {
    const path = join(folder, 'short');
    const { openFile } = opener((file) => {
      const write = file.write.bind(file);
      file.write = (async (data: Uint8Array, from: number, length: number, at: number) =>
        write(data, from, Math.min(length, 8192), at)) as typeof file.write;
    });
    await fill(path, openFile);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('tells a full disk, at the latest when it is synced', async () => {
    const { openFile } = opener((file) => {
      file.write = async () => Promise.reject(fault('ENOSPC'));
    });
    await expect(fill(join(folder, 'full'), openFile)).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('is empty when nothing was written', async () => {
    const path = join(folder, 'empty');
    const file = await openOutput(path);
    await file.sync();
    await file.close();
    expect(statSync(path).size).toBe(0);
  });
});

async function all(path: string, openFile?: typeof open): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of readBlocks(path, openFile)) blocks.push(Buffer.from(block));
  return Buffer.concat(blocks);
}

describe('a file that is read block by block', () => {
  let path = '';
  beforeAll(() => {
    path = join(folder, 'source');
    writeFileSync(path, content);
  });

  it('comes whole and in order', async () => {
    expect((await all(path)).equals(content)).toBe(true);
  });

  it.each([0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, 3 * BLOCK_BYTES])('of %d bytes comes whole', async (length) => {
    const cut = join(folder, `cut-${length}`);
    writeFileSync(cut, content.subarray(0, length));
    expect((await all(cut)).equals(content.subarray(0, length))).toBe(true);
  });

  it('comes whole where the file system opens directly and does not read so', async () => {
    const { openFile } = opener((file, count) => {
      if (count === 1) file.read = async () => Promise.reject(fault('EINVAL'));
    });
    expect((await all(path, openFile)).equals(content)).toBe(true);
  });

  it('comes whole where the system gives less than it is asked for', async () => {
    const { openFile } = opener((file) => {
      const read = file.read.bind(file);
      file.read = (async (into: Buffer, from: number, length: number, at: number) =>
        read(into, from, Math.min(length, 8192), at)) as typeof file.read;
    });
    expect((await all(path, openFile)).equals(content)).toBe(true);
  });

  it('tells what the disk says', async () => {
    const { openFile } = opener((file) => {
      file.read = async () => Promise.reject(fault('EIO'));
    });
    await expect(all(path, openFile)).rejects.toMatchObject({ code: 'EIO' });
    await expect(all(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
