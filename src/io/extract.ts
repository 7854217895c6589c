import { chmod, chown, lchown, mkdir, open, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Extract, Header } from 'tar-stream';
import type { BackupManifest } from '../core/backup.js';
import { PodctlError } from '../core/errors.js';
import { broken, checking, isDamage } from './data-work.js';
import { codeOf, ioError } from './io-error.js';
import { syncFolder } from './on-disk.js';
import { unpack } from './unpack.js';

/** Unpack an archive into a new folder, every file synced. Throws BAD_DATA unless length and checksum are those of the manifest. */
export async function extractTo(from: string, folder: string, manifest: BackupManifest): Promise<void> {
  const check = checking(manifest);
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const part of unpack(from, manifest.compress, check.raw)) {
      check.content(part);
      yield part;
    }
  };
  try {
    await fillFrom(counted(), folder);
  } catch (error) {
    if (error instanceof PodctlError) throw error;
    throw isDamage(error) || isTarError(error) ? broken(from, error) : ioError('unpack', from, error);
  }
  if (!check.isWhole()) throw broken(from);
}

/** Copy a folder as an archive of it would bring it back. */
export async function mirrorTo(from: string, folder: string): Promise<void> {
  const { archiveOf } = await import('./archive.js');
  await fillFrom(archiveOf(from), folder);
}

/**
 * The old folder gets another name and the new one takes its place: two steps of the file system with nothing between them. When
 * the second fails the first is taken back. `aside` null: what is there is empty, or nothing.
 */
export async function swapFolders(made: string, folder: string, aside: string | null): Promise<void> {
  try {
    if (aside !== null) await rename(folder, aside);
    try {
      await rename(made, folder);
    } catch (error) {
      if (aside !== null) await rename(aside, folder);
      throw error;
    }
    await syncFolder(dirname(folder));
  } catch (error) {
    throw ioError('replace', folder, error);
  }
}

/** Remove a folder with all that is in it; a missing one is fine. */
export async function clearFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    throw ioError('remove', folder, error);
  }
}

async function fillFrom(parts: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const { extract } = await import('tar-stream');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const archive = extract();
  const fed = feed(parts, archive);
  fed.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  const folders = new Map<string, Header | null>([[folder, null]]);
  for await (const entry of archive) {
    const path = placeOf(entry.header, folder, folders);
    await makeEntry(path, entry.header, { data: entry, folders });
    entry.resume();
  }
  await fed;
  // Inner folders first: what is written into a folder changes its time, and its mode may forbid writing.
  for (const [path, header] of [...folders].toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- the order counts
    if (header !== null) await settleEntry(path, header);
    await syncFolder(path);
  }
}

async function feed(parts: AsyncIterable<Buffer>, archive: Extract): Promise<void> {
  for await (const part of parts) {
    if (!archive.write(part)) await new Promise<void>((resolve) => void archive.once('drain', resolve));
  }
  archive.end(null);
}

// Only folders that the archive itself made are written into: no link of it leads elsewhere.
function placeOf({ name }: Header, folder: string, folders: ReadonlyMap<string, unknown>): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const path = join(folder, ...parts);
  if (parts.length > 0 && !parts.includes('..') && folders.has(dirname(path))) return path;
  throw new PodctlError('BAD_DATA', `the archive has an entry that does not belong there: \`${name}\``, {
    hint: 'it was not made by podctl',
  });
}

type Around = { readonly data: AsyncIterable<unknown>; readonly folders: Map<string, Header | null> };

async function makeEntry(path: string, header: Header, { data, folders }: Around): Promise<void> {
  if (header.type === 'directory') {
    await mkdir(path, { mode: 0o700 });
    folders.set(path, header);
  } else if (header.type === 'symlink') {
    await symlink(header.linkname, path);
    await orNotMine(lchown(path, header.uid, header.gid));
  } else {
    await writeFile(path, data);
    await settleEntry(path, header);
  }
}

async function writeFile(path: string, data: AsyncIterable<unknown>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of data) if (chunk instanceof Uint8Array) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

// The owner before the mode: giving a file away takes its set-uid bit.
async function settleEntry(path: string, { uid, gid, mode, mtime }: Header): Promise<void> {
  await orNotMine(chown(path, uid, gid));
  await chmod(path, mode & 0o7777);
  await utimes(path, mtime, mtime);
}

// Only root may give files away; everybody else's are their own.
async function orNotMine(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
  }
}

function isTarError(error: unknown): boolean {
  return error instanceof Error && /tar header|end of data|premature/i.test(error.message);
}
