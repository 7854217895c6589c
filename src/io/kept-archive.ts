import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PodctlError } from '../core/errors.js';
import { hashGrowing } from './hash-growing.js';
import { codeOf, ioError } from './io-error.js';
import { syncFolder, writeSynced } from './on-disk.js';
import { hashFile } from './unpack.js';
import { writeBehind } from './write-behind.js';

const PARTIAL = '.partial';
const SUM = '.sha256';

/**
 * Write an archive that counts only when it is whole: under another name first, then synced, then its checksum beside it
 * (`sha256sum --check` reads that), then its name. `fill` is given the open file and has a program write to it, from its beginning on;
 * when it throws nothing stays.
 */
export async function writeKept(
  path: string,
  fill: (file: number) => Promise<void>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const partial = `${path}${PARTIAL}`;
  try {
    const packed = await writePartial(partial, fill);
    await writeSynced(`${path}${SUM}`, `${packed.sha256}  ${path.slice(dirname(path).length + 1)}\n`);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return packed;
  } catch (error) {
    await removeKept(path).catch(() => undefined);
    throw error instanceof PodctlError ? error : ioError('write', path, error);
  }
}

/** Throws BAD_DATA unless the archive is there, whole and unchanged. */
export async function checkKept(path: string): Promise<void> {
  const hint = 'what was kept cannot be brought back; look for a backup (podctl db list)';
  try {
    const stated = (await readFile(`${path}${SUM}`, 'utf8')).slice(0, 64);
    const { sha256 } = await hashFile(path);
    if (sha256 === stated) return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw ioError('read', path, error);
    throw new PodctlError('BAD_DATA', `the archive \`${path}\` is not there, or has no checksum`, { hint });
  }
  throw new PodctlError('BAD_DATA', `the archive \`${path}\` is damaged: its checksum is another one`, { hint });
}

/** Remove an archive, its checksum, and what a killed run left of one; missing ones are fine. */
export async function removeKept(path: string): Promise<void> {
  for (const file of [path, `${path}${SUM}`, `${path}${PARTIAL}`]) {
    // oxlint-disable-next-line no-await-in-loop -- the archive first: a checksum alone is none
    await rm(file, { force: true });
  }
}

// What is written is read from the system's memory again as it comes, so that the checksum takes no time of its own.
async function writePartial(
  partial: string,
  fill: (file: number) => Promise<void>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const file = await open(partial, 'w+', 0o600);
  try {
    return await fillAndHash(file, fill);
  } finally {
    await file.close();
  }
}

async function fillAndHash(file: FileHandle, fill: (file: number) => Promise<void>) {
  const disk = writeBehind(file);
  const filling = fill(file.fd);
  const [hashed] = await Promise.all([
    hashGrowing(file, { growing: filling, onRead: disk.wrote }),
    filling.then(() => disk.finish()),
  ]);
  return hashed;
}
