import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, chown, copyFile, link, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BackupManifest, Compression, FileOwner, SqliteContent } from '../core/backup.js';
import { PodctlError } from '../core/errors.js';
import { codeOf, ioError } from './io-error.js';
import { syncFolder } from './on-disk.js';
import { openOutput } from './output-file.js';
import { PART_BYTES, type Packed, packInto } from './pack.js';
import { checkFile, needsRollback, readSnapshot, type Snapshot, settle } from './sqlite.js';
import { unpackLent } from './unpack.js';

/** What SQLite keeps beside a database. */
export const BESIDE = ['-wal', '-journal', '-shm'] as const;

// In this order: a WAL that is copied after the file lacks nothing that the file lacks.
const WITH_CONTENT = ['', '-wal', '-journal'] as const;

const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EXDEV'];

/** A packed copy of a database, and SQLite's word for it. */
export type PackedDatabase = { readonly packed: Packed; readonly content: SqliteContent };

/** Pack a live database from one read transaction, in which it is checked too. The packed file is synced and closed. */
export async function snapshotTo(from: string, path: string, compress: Compression): Promise<PackedDatabase> {
  try {
    return await readSnapshot(from, (snapshot) => packSnapshot(snapshot, path, compress));
  } catch (error) {
    if (!needsRollback(error)) throw error;
    return packAtRest(from, path, compress);
  }
}

async function packSnapshot(
  { handOver }: Pick<Snapshot, 'handOver'>,
  path: string,
  compress: Compression,
): Promise<PackedDatabase> {
  const file = await openOutput(path);
  try {
    const packer = packInto(file, compress);
    const content = await handOver(packer.take.bind(packer));
    return { packed: await packer.finish(), content };
  } catch (error) {
    // On a full disk others wait for its room.
    await rm(path, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  } finally {
    await file.close();
  }
}

// Its last writer was killed, and nobody runs who could roll back what that one began: a copy does it for itself.
async function packAtRest(from: string, path: string, compress: Compression): Promise<PackedDatabase> {
  const raw = `${path}.raw`;
  try {
    await copyDatabase(from, raw);
    await settle(raw);
    const content = await checkFile(raw, true);
    return { packed: await packFile(raw, path, compress), content };
  } finally {
    await discardDatabase(raw);
  }
}

/** Pack a file that nobody writes. */
export async function packFile(from: string, path: string, compress: Compression): Promise<Packed> {
  const pack = await openOutput(path);
  try {
    const packer = packInto(pack, compress);
    // Just copied, it is still in the system's memory for files.
    for await (const part of createReadStream(from, { highWaterMark: PART_BYTES })) await packer.write(part);
    return await packer.finish();
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  } finally {
    await pack.close();
  }
}

/** A database with its WAL or journal, as they lie there. Throws TRY_AGAIN when somebody writes meanwhile. */
export async function copyDatabase(from: string, path: string): Promise<void> {
  try {
    const before = await marks(from);
    await discardDatabase(path);
    for (const end of WITH_CONTENT) {
      // oxlint-disable-next-line no-await-in-loop -- the order counts
      await copyFile(`${from}${end}`, `${path}${end}`).catch(ignoreMissing(end));
    }
    if ((await marks(from)) === before) return;
  } catch (error) {
    throw fileError('copy', from, error);
  }
  throw new PodctlError('TRY_AGAIN', `the database \`${from}\` was written to while it was copied`, {
    hint: 'somebody else uses it: stop that program',
  });
}

async function marks(path: string): Promise<string> {
  const found = await Promise.all(WITH_CONTENT.map((end) => stat(`${path}${end}`).catch(ignoreMissing('any'))));
  return JSON.stringify(found.map((one) => (one === undefined ? null : [one.size, one.mtimeMs, one.ino])));
}

function ignoreMissing(end: string): (error: unknown) => undefined {
  return (error) => {
    if (end === '' || codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  };
}

/** Remove a database and all that SQLite keeps beside it; what is not there is fine. */
export async function discardDatabase(path: string): Promise<void> {
  try {
    for (const end of ['', ...BESIDE]) {
      // oxlint-disable-next-line no-await-in-loop -- the file first, so that a rest of it is never taken for a database
      await rm(`${path}${end}`, { force: true });
    }
  } catch (error) {
    throw fileError('remove', path, error);
  }
}

/** Whose a file is, or the folder it would stand in. */
export async function ownerOf(path: string): Promise<FileOwner | null> {
  try {
    const { uid, gid, mode } = await stat(path);
    return { uid, gid, mode: mode & 0o7777 };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw fileError('look at', path, error);
  }
}

/** Give a file the owner and mode of another one; where that is missing those of `owner`, else the folder's owner. */
export async function ownLike(path: string, like: string, owner: FileOwner | undefined): Promise<void> {
  const folder = await ownerOf(dirname(like));
  const wanted = (await ownerOf(like)) ?? owner ?? (folder === null ? null : { ...folder, mode: 0o600 });
  if (wanted === null) return;
  try {
    const own = await ownerOf(path);
    if (own !== null && (own.uid !== wanted.uid || own.gid !== wanted.gid)) await chown(path, wanted.uid, wanted.gid);
    await chmod(path, wanted.mode);
  } catch (error) {
    throw fileError('give the right owner to', path, error);
  }
}

/** Unpack a backup into a new file, synced. Throws BAD_DATA unless length and checksum are those of the manifest. */
export async function unpackTo(from: string, path: string, manifest: BackupManifest): Promise<void> {
  const check = checking(manifest);
  const file = await openOutput(path);
  try {
    for await (const part of unpackLent(from, manifest.compress, check.raw)) {
      check.content(part);
      await file.write([part]);
    }
    await file.sync();
  } catch (error) {
    throw isDamage(error) ? broken(from, error) : fileError('unpack', from, error);
  } finally {
    await file.close();
  }
  if (!check.isWhole()) throw broken(from);
}

/** Compares what is unpacked with what a manifest says of it. */
export function checking({ bytes, sha256, content }: BackupManifest): {
  /** Takes every byte of the packed file. */
  readonly raw: (data: Uint8Array) => void;
  /** Takes every byte of what is in it. */
  readonly content: (data: Uint8Array) => void;
  readonly isWhole: () => boolean;
} {
  const hash = createHash('sha256');
  const seen = { raw: 0, content: 0 };
  return {
    raw: (data) => {
      hash.update(data);
      seen.raw += data.length;
    },
    content: (data) => {
      seen.content += data.length;
    },
    isWhole: () => hash.digest('hex') === sha256 && seen.raw === bytes && seen.content === content.bytes,
  };
}

/** The old data get a second name, with all that belongs to them. Where a file cannot have two names, a copy of it gets that name. */
export async function keepAs(from: string, path: string): Promise<void> {
  try {
    for (const end of [...WITH_CONTENT].toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- the file last: with it the kept data are whole
      const found = await stat(`${from}${end}`).catch(ignoreMissing('any'));
      if (found !== undefined && (end === '' || found.size > 0)) await keepOne(`${from}${end}`, `${path}${end}`);
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw fileError('keep', from, error);
  }
}

async function keepOne(from: string, path: string): Promise<void> {
  try {
    await link(from, path);
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error))) throw error;
    await copySynced(from, path);
  }
}

/**
 * The new data take the name of the old: what is read under that name is all old or all new. `fresh`: throws TRY_AGAIN when something
 * has the name by now, for instance the database of an application that was just started.
 */
export async function placeAs(from: string, path: string, fresh = false): Promise<void> {
  try {
    if (fresh && (await lstat(path).catch(ignoreMissing('any'))) !== undefined) throw appeared(path);
    // Empty by now, or of a file that could not be settled and is kept: beside the new data it would be taken for theirs.
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const end of BESIDE) await rm(`${path}${end}`, { force: true });
    if (fresh) await moveFresh(from, path);
    else await rename(from, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw fileError('replace', path, error);
  }
}

/** Whether a failure to unpack comes from what is in the file, and not from the disk. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof RangeError || code.startsWith('ERR_') || code.startsWith('Z_');
}

// A link is made only where no name is yet; a file system without links has to do with what was seen just now.
async function moveFresh(from: string, path: string): Promise<void> {
  try {
    await link(from, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw appeared(path);
    if (!NO_LINKS.includes(codeOf(error))) throw error;
    return rename(from, path);
  }
  await rm(from);
}

function appeared(path: string): PodctlError {
  return new PodctlError('TRY_AGAIN', `\`${path}\` was made during the restore`, {
    hint: 'stop the application that made it, and restore with --force',
  });
}

async function copySynced(from: string, path: string): Promise<void> {
  const temporary = `${path}.partial`;
  await copyFile(from, temporary);
  const file = await open(temporary, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await ownLike(temporary, from, undefined);
  await rename(temporary, path);
}

/** A backup whose file is not what its manifest says. */
export function broken(path: string, cause?: unknown): PodctlError {
  return new PodctlError('BAD_DATA', `the backup \`${path}\` is damaged: it is not what its manifest says`, {
    hint: 'podctl db verify tells which backups are whole',
    cause,
  });
}

function fileError(verb: string, path: string, error: unknown): unknown {
  return error instanceof PodctlError || error instanceof RangeError ? error : ioError(verb, path, error);
}
