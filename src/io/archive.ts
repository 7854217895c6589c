import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Header, Pack } from 'tar-stream';
import type { Compression } from '../core/backup.js';
import { PodctlError } from '../core/errors.js';
import { ioError } from './io-error.js';
import { openOutput } from './output-file.js';
import { type Packed, packInto } from './pack.js';

type HeaderOf = Partial<Header> & Pick<Header, 'name'>;

/** Pack a folder as a tar archive: files, folders and links with owner, mode and time. Sockets and devices are left out. */
export async function archiveTo(folder: string, path: string, compress: Compression): Promise<Packed> {
  const file = await openOutput(path);
  try {
    const packer = packInto(file, compress);
    for await (const part of archiveOf(folder)) await packer.write(part);
    return await packer.finish();
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error instanceof PodctlError ? error : ioError('archive', folder, error);
  } finally {
    await file.close();
  }
}

/** The same archive, piece by piece. */
export async function* archiveOf(folder: string): AsyncGenerator<Buffer> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  const filled = fill(archive, folder);
  filled.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  for await (const chunk of archive) if (Buffer.isBuffer(chunk)) yield chunk;
  await filled;
}

async function fill(archive: Pack, folder: string): Promise<void> {
  await addFolder(archive, folder, '');
  archive.finalize();
}

async function addFolder(archive: Pack, folder: string, below: string): Promise<void> {
  for (const name of (await readdir(folder)).toSorted()) {
    // oxlint-disable-next-line no-await-in-loop -- an archive has one entry after the other
    await addEntry(archive, join(folder, name), `${below}${name}`);
  }
}

async function addEntry(archive: Pack, path: string, name: string): Promise<void> {
  const found = await lstat(path);
  const { uid, gid, mtime } = found;
  const header: HeaderOf = { name, uid, gid, mtime, mode: found.mode & 0o7777 };
  if (found.isDirectory()) {
    await entry(archive, { ...header, name: `${name}/`, type: 'directory' });
    return addFolder(archive, path, `${name}/`);
  }
  if (found.isSymbolicLink()) return entry(archive, { ...header, type: 'symlink', linkname: await readlink(path) });
  if (found.isFile()) return addFile(archive, path, { ...header, type: 'file', size: found.size });
}

function entry(archive: Pack, header: HeaderOf): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

// A file that shrinks or grows while it is read would break the archive: exactly as many bytes go in as its header says.
async function addFile(archive: Pack, path: string, header: HeaderOf): Promise<void> {
  const parts: { sink?: ReturnType<Pack['entry']> } = {};
  const done = new Promise<void>((resolve, reject) => {
    parts.sink = archive.entry(header, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
  done.catch(() => undefined);
  for await (const data of exactly(path, header.size ?? 0)) {
    if (parts.sink?.write(data) === false)
      await new Promise<void>((resolve) => void parts.sink?.once('drain', resolve));
  }
  parts.sink?.end(null);
  await done;
}

async function* exactly(path: string, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  if (size > 0) {
    for await (const chunk of createReadStream(path, { end: size - 1, highWaterMark: PIECE })) {
      if (!Buffer.isBuffer(chunk)) continue;
      left -= chunk.length;
      yield chunk;
    }
  }
  for (; left > 0; left -= PIECE) yield Buffer.alloc(Math.min(left, PIECE));
}

const PIECE = 1 << 18;
