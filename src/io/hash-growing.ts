import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

export type Growing = {
  /** Settles when nothing more will be written. */
  readonly growing: Promise<unknown>;
  /** So many bytes more are there. */
  readonly onRead: (bytes: number) => void;
};

const BLOCK_BYTES = 1 << 20;
const PAUSE_MS = 5;

/** The checksum of a file that a program is still writing, from its beginning to where it is when that has ended. */
export async function hashGrowing(
  file: Pick<FileHandle, 'read'>,
  { growing, onRead }: Growing,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const state = { over: false };
  const end = growing.then(
    () => (state.over = true),
    () => (state.over = true),
  );
  for (let at = 0; ; ) {
    const { over } = state;
    // oxlint-disable-next-line no-await-in-loop -- one block of memory for all
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, at);
    if (bytesRead === 0 && over) return { bytes: at, sha256: hash.digest('hex') };
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
    onRead(bytesRead);
    // oxlint-disable-next-line no-await-in-loop -- the writer gets ahead, so that whole blocks are read
    if (bytesRead < BLOCK_BYTES && !over) await Promise.race([end, pause()]);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
