import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress, createGunzip } from 'node:zlib';
import type { Compression } from '../core/backup.js';
import { PART_BYTES } from './pack.js';
import { entrySize } from './tar-block.js';

const IN_FLIGHT = 6;
const BLOCK = 512;

const decompress = promisify(brotliDecompress);

/** Sha-256 of a file in hex, and its length. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: PART_BYTES })) {
    if (!Buffer.isBuffer(chunk)) continue;
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** What is in a packed file, part by part in order; a few parts are in memory, never more. `onRaw` sees every byte of the file. */
export async function* unpack(
  path: string,
  compress: Compression,
  onRaw: (data: Uint8Array) => void = () => undefined,
): AsyncGenerator<Buffer> {
  if (compress === 'brotli') {
    const file = await open(path, 'r');
    try {
      yield* inOrder(tarParts(file, onRaw));
    } finally {
      await file.close();
    }
    return;
  }
  const raw = createReadStream(path, { highWaterMark: PART_BYTES });
  raw.on('data', (chunk) => onRaw(Buffer.from(chunk)));
  if (compress === 'none') yield* buffers(raw);
  else {
    const gunzip = createGunzip({ chunkSize: PART_BYTES });
    raw.on('error', (error) => gunzip.destroy(error));
    yield* buffers(raw.pipe(gunzip));
  }
}

async function* buffers(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
}

// A part and the header behind it in one read: each read waits for its turn among the parts that are decompressed.
async function* tarParts(file: FileHandle, onRaw: (data: Uint8Array) => void): AsyncGenerator<Buffer> {
  let header = await readExactly(file, BLOCK);
  onRaw(header);
  for (let size = entrySize(header); size !== null; size = entrySize(header)) {
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    const read = await readExactly(file, padded + BLOCK);
    onRaw(read);
    header = read.subarray(padded);
    yield read.subarray(0, size);
  }
  for (;;) {
    const rest = Buffer.alloc(BLOCK);
    const { bytesRead } = await file.read(rest, 0, BLOCK);
    if (bytesRead === 0) return;
    onRaw(rest.subarray(0, bytesRead));
  }
}

async function readExactly(file: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(buffer, done, size - done);
    if (bytesRead === 0) throw new RangeError('the archive ends too early');
    done += bytesRead;
  }
  return buffer;
}

// Several parts are decompressed beside each other and handed on in order.
async function* inOrder(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let queue: Promise<Buffer>[] = [];
  for await (const part of parts) {
    const ready: Promise<Buffer> = decompress(part, { chunkSize: PART_BYTES + 1 });
    ready.catch(() => undefined);
    queue.push(ready);
    const [first, ...rest] = queue;
    if (queue.length < IN_FLIGHT || first === undefined) continue;
    queue = rest;
    yield await first;
  }
  for (const ready of queue) yield await ready;
}
