import { constants } from 'node:fs';
import { BLOCK_BYTES, DirectFile, newBlock, type OpenFile } from './direct.js';

/** Blocks that are asked for before they are wanted. */
const AHEAD = 3;

/** A file that nobody writes, block by block from its beginning. A block stays as it is until the next one is asked for. */
export async function* readBlocks(path: string, openFile?: OpenFile): AsyncGenerator<Buffer> {
  const file = await DirectFile.open(path, constants.O_RDONLY, openFile);
  let coming: Promise<Buffer>[] = [];
  try {
    const ring: Buffer[] = [];
    for (let turn = 0; ; turn += 1) {
      const block = (ring[turn % (AHEAD + 1)] ??= newBlock());
      const read = file.read(block, turn * BLOCK_BYTES).then((bytes) => block.subarray(0, bytes));
      // A failure is told when its turn has come.
      read.catch(() => undefined);
      coming.push(read);
      if (coming.length < AHEAD) continue;
      const [first, ...rest] = coming;
      coming = rest;
      const data = first === undefined ? block : await first;
      if (data.length > 0) yield data;
      if (data.length < BLOCK_BYTES) return;
    }
  } finally {
    await Promise.allSettled(coming);
    await file.close();
  }
}
