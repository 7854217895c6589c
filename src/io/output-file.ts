import { constants } from 'node:fs';
import { ALIGNED, BLOCK_BYTES, DirectFile, newBlock, type OpenFile } from './direct.js';
import { type WriteBehind, writeBehind } from './write-behind.js';

/** A new file that is written once, from its beginning to its end, and that nobody reads before it is whole. */
export type OutputFile = {
  /** Takes all of the bytes; they may change once this resolves. */
  readonly write: (buffers: readonly Uint8Array[]) => Promise<void>;
  /** Resolves when the disk has all of it. Nothing can be written afterwards. */
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Blocks that are filled or on their way to the disk. */
const BLOCKS = 4;

/** Open a file for this user alone; what was in it is gone. Its bytes reach the disk while more are made. */
export async function openOutput(path: string, openFile?: OpenFile): Promise<OutputFile> {
  return new Output(await DirectFile.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, openFile));
}

class Output implements OutputFile {
  readonly #file: DirectFile;
  readonly #disk: WriteBehind;
  // The blocks come round in turn, each with what was last done with it.
  readonly #ring: Buffer[] = [];
  readonly #written: Promise<void>[] = [];
  #turn = 0;
  #filled = 0;
  #at = 0;

  constructor(file: DirectFile) {
    this.#file = file;
    this.#disk = writeBehind(file);
  }

  async write(buffers: readonly Uint8Array[]): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- this is what holds the sender back
    for (const data of buffers) await this.#take(data);
  }

  async sync(): Promise<void> {
    const length = this.#at + this.#filled;
    if (this.#filled > 0) await this.#submit();
    await Promise.all(this.#written);
    await this.#file.truncate(length);
    await this.#disk.finish();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#written);
    await this.#file.close();
  }

  async #take(data: Uint8Array): Promise<void> {
    for (let from = 0; from < data.length; ) {
      const count = Math.min(BLOCK_BYTES - this.#filled, data.length - from);
      this.#block().set(data.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      // oxlint-disable-next-line no-await-in-loop -- the next block has to be free
      if (this.#filled === BLOCK_BYTES) await this.#submit();
    }
  }

  #block(): Buffer {
    return (this.#ring[this.#turn] ??= newBlock());
  }

  // The last block is padded; `sync` cuts the file to its length.
  async #submit(): Promise<void> {
    const block = this.#block();
    const length = Math.ceil(this.#filled / ALIGNED) * ALIGNED;
    block.fill(0, this.#filled, length);
    const written = this.#file.write(block.subarray(0, length), this.#at).then(() => this.#disk.wrote(length));
    // A failure is told to whoever waits for the block.
    written.catch(() => undefined);
    this.#written[this.#turn] = written;
    this.#at += this.#filled;
    this.#filled = 0;
    this.#turn = (this.#turn + 1) % BLOCKS;
    await this.#written[this.#turn];
  }
}
