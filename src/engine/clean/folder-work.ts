import { chmod, chown, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { codeOf, ioError } from '../../io/io-error.js';
import { syncFolder } from '../../io/on-disk.js';
import type { Identity } from '../../plan/clean/clean-step.js';
import type { PlaceOwner } from '../../plan/clean/kept.js';

/** A folder as it stands, not through a link. */
export type FolderFacts = { readonly is: Identity; readonly owner: PlaceOwner };

/** What tells a folder from others, and whose it is; null: nothing is there. Throws IO for what is no folder. */
export async function lookAtFolder(path: string): Promise<FolderFacts | null> {
  try {
    const { dev, ino, uid, gid, mode } = await lstat(path, { bigint: true });
    if ((mode & TYPE) !== FOLDER) throw notFolder(path);
    return { is: `${dev}:${ino}`, owner: { uid: Number(uid), gid: Number(gid), mode: Number(mode & 0o7777n) } };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw error instanceof PodctlError ? error : ioError('look at', path, error);
  }
}

/** Give a folder another name, unless it has it already. Throws REFUSED when another folder stands there than the one that was listed. */
export async function moveFolder(from: string, path: string, is: Identity): Promise<void> {
  const [old, there] = [await lookAtFolder(from), await lookAtFolder(path)];
  if (there?.is === is && old?.is !== is) return;
  if (old?.is !== is) throw anotherFolder(from);
  if (there !== null) throw inTheWay(path);
  try {
    await rename(from, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw ioError('rename', from, error);
  }
}

/** Make an empty folder; one that is there is left alone, but an empty one gets the owner. */
export async function makeFolder(path: string, owner: PlaceOwner | null): Promise<void> {
  try {
    await mkdir(path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    const there = await lookAtFolder(path);
    if (owner === null || there === null) return;
    if (there.owner.uid !== owner.uid || there.owner.gid !== owner.gid) await chown(path, owner.uid, owner.gid);
    if (there.owner.mode !== owner.mode) await chmod(path, owner.mode);
  } catch (error) {
    throw error instanceof PodctlError ? error : ioError('make', path, error);
  }
}

/** Remove exactly the folder that was listed; gone is fine. */
export async function clearListed(path: string, is: Identity): Promise<void> {
  const there = await lookAtFolder(path);
  if (there === null) return;
  if (there.is !== is) throw anotherFolder(path);
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw ioError('remove', path, error);
  }
}

/** Remove an empty folder; gone is fine. */
export async function dropFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw ioError('remove', path, error);
  }
}

const TYPE = 0o170000n;
const FOLDER = 0o040000n;

function notFolder(path: string): PodctlError {
  return new PodctlError('REFUSED', `\`${path}\` is left alone: it is no folder`, {
    hint: 'podctl empties folders and volumes only, and follows no links',
  });
}

/** The refusal to touch a folder that took the place of the one that was meant. */
export function anotherFolder(path: string): PodctlError {
  return new PodctlError(
    'REFUSED',
    `\`${path}\` is left alone: another folder stands there than the one that was listed`,
    {
      hint: 'look at what changed it, and run the command again',
    },
  );
}

function inTheWay(path: string): PodctlError {
  return new PodctlError('REFUSED', `\`${path}\` is there already`, {
    hint: 'move it away, and run the command again',
  });
}
