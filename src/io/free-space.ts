import { statfsSync } from 'node:fs';

/** Bytes and inodes of a file system, as far as this user may use them. `inodes` null: it has no fixed number of them. */
export type FreeSpace = {
  readonly free: number;
  readonly total: number;
  readonly inodes: { readonly free: number; readonly total: number } | null;
};

/** Room of the file system that a folder is on; null where it cannot be asked. */
export function freeSpace(path: string): FreeSpace | null {
  try {
    const { bsize, blocks, bavail, files, ffree } = statfsSync(path);
    return {
      free: bavail * bsize,
      total: blocks * bsize,
      inodes: files === 0 ? null : { free: ffree, total: files },
    };
  } catch {
    return null;
  }
}
