import { copyFile, stat, truncate } from 'node:fs/promises';

const LONGEST = 20 * 1024 * 1024;

/** A long log is copied aside, once, and begun anew in its place: whoever appends to it goes on with the same file. */
export async function turnLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= LONGEST) return;
  await copyFile(path, `${path}.old`);
  await truncate(path);
}
