import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that a folder takes on the disk, files with several names once; null: not here, or not all of it can be looked at. */
export async function treeBytes(folder: string | undefined): Promise<number | null> {
  if (folder === undefined) return null;
  const seen = new Set<string>();
  const waiting = [folder];
  let bytes = 0;
  try {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      // oxlint-disable-next-line no-await-in-loop -- one folder after the other
      bytes += await folderBytes(next, { seen, waiting });
    }
    return bytes;
  } catch {
    return null;
  }
}

const BLOCK = 512;

async function folderBytes(
  folder: string,
  { seen, waiting }: { readonly seen: Set<string>; readonly waiting: string[] },
): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) waiting.push(path);
    // oxlint-disable-next-line no-await-in-loop -- many at once would open as many files
    const { dev, ino, nlink, blocks } = await lstat(path);
    const name = `${dev} ${ino}`;
    if (nlink > 1 && !entry.isDirectory() && seen.has(name)) continue;
    seen.add(name);
    bytes += blocks * BLOCK;
  }
  return bytes;
}
