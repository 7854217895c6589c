import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, createGunzip } from 'node:zlib';
import type { Compression } from '../core/backup.js';
import { PART_BYTES, storedIn } from './pack.js';
import { readBlocks } from './read-blocks.js';
import { entrySize } from './tar-block.js';

const IN_FLIGHT = 6;
/** Parts whose bytes somebody looks at: those in flight, the one that was handed on, and the one that is read. */
const RING = IN_FLIGHT + 2;
const BLOCK = 512;
/** Bytes of the largest part that podctl makes: brotli adds a little to what it cannot compress. */
const LARGEST = PART_BYTES + 4096;

const decompress = promisify(brotliDecompress);

/** Sha-256 of a file in hex, and its length. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const block of readBlocks(path)) {
    hash.update(block);
    bytes += block.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/**
 * What is in a packed file, part by part in order; a few parts are in memory, never more. `onRaw` sees every byte of the file. Whoever
 * takes the parts may keep them, as streams do.
 */
export function unpack(
  path: string,
  compress: Compression,
  onRaw: (data: Uint8Array) => void = () => undefined,
): AsyncGenerator<Buffer> {
  return unpackAs('kept', { path, compress, onRaw });
}

/** The same with memory that comes round again: a part stays as it is until the next one is asked for. Twice as fast. */
export function unpackLent(
  path: string,
  compress: Compression,
  onRaw: (data: Uint8Array) => void,
): AsyncGenerator<Buffer> {
  return unpackAs('lent', { path, compress, onRaw });
}

type Parts = 'kept' | 'lent';
type Wish = { readonly path: string; readonly compress: Compression; readonly onRaw: (data: Uint8Array) => void };

function unpackAs(parts: Parts, { path, compress, onRaw }: Wish): AsyncGenerator<Buffer> {
  const raw = seen(readBlocks(path), onRaw);
  if (compress === 'none') return parts === 'lent' ? raw : copies(raw);
  return compress === 'brotli' ? inOrder(tarParts(raw), parts) : gunzipped(raw);
}

async function* seen(blocks: AsyncGenerator<Buffer>, onRaw: (data: Uint8Array) => void): AsyncGenerator<Buffer> {
  for await (const block of blocks) {
    onRaw(block);
    yield block;
  }
}

async function* gunzipped(blocks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: PART_BYTES });
  const raw = Readable.from(copies(blocks)).on('error', (error) => gunzip.destroy(error));
  for await (const chunk of raw.pipe(gunzip)) if (Buffer.isBuffer(chunk)) yield chunk;
}

async function* copies(blocks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  for await (const block of blocks) yield Buffer.from(block);
}

async function* tarParts(blocks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const archive = new Taker(blocks);
  try {
    for (;;) {
      const size = entrySize(await archive.take(BLOCK));
      if (size === null) break;
      const padded = await archive.take(Math.ceil(size / BLOCK) * BLOCK);
      yield padded.subarray(0, size);
    }
    for await (const _ of blocks);
  } finally {
    await blocks.return(undefined);
  }
}

// Bytes of blocks, as many as are asked for. Their memory comes round again: new memory for each part costs more time than the disk.
class Taker {
  readonly #blocks: AsyncGenerator<Buffer>;
  readonly #ring: Buffer[] = [];
  #turn = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(blocks: AsyncGenerator<Buffer>) {
    this.#blocks = blocks;
  }

  async take(size: number): Promise<Buffer> {
    const taken = this.#memory(size);
    for (let done = 0; done < size; ) {
      // oxlint-disable-next-line no-await-in-loop -- one block after the other
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const count = this.#rest.copy(taken, done);
      this.#rest = this.#rest.subarray(count);
      done += count;
    }
    return taken;
  }

  #memory(size: number): Buffer {
    // Headers; and parts that others made larger than podctl does.
    if (size <= BLOCK || size > LARGEST) return Buffer.allocUnsafe(size);
    this.#turn = (this.#turn + 1) % RING;
    return (this.#ring[this.#turn] ??= Buffer.allocUnsafe(LARGEST)).subarray(0, size);
  }

  async #next(): Promise<Buffer> {
    const { value } = await this.#blocks.next();
    if (!Buffer.isBuffer(value)) throw new RangeError('the archive ends too early');
    return value;
  }
}

// Parts that nothing compresses stand there as they are.
async function partOf(packed: Buffer, parts: Parts): Promise<Buffer> {
  const stored = storedIn(packed);
  if (stored === null) return decompress(packed, { chunkSize: PART_BYTES + 1 });
  return parts === 'lent' ? stored : Buffer.from(stored);
}

// Several parts are decompressed beside each other and handed on in order.
async function* inOrder(packed: AsyncIterable<Buffer>, parts: Parts): AsyncGenerator<Buffer> {
  let queue: Promise<Buffer>[] = [];
  for await (const part of packed) {
    const ready = partOf(part, parts);
    ready.catch(() => undefined);
    queue.push(ready);
    const [first, ...rest] = queue;
    if (queue.length < IN_FLIGHT || first === undefined) continue;
    queue = rest;
    yield await first;
  }
  for (const ready of queue) yield await ready;
}
