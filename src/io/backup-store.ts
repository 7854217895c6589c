import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackupManifest, backupNames, compareIds } from '../core/backup.js';
import { formatManifest, parseManifest } from '../core/backup-manifest.js';
import { codeOf, ioError } from './io-error.js';
import { namesIn, syncFolder, writeSynced } from './on-disk.js';
import { type OutputFile, openOutput } from './output-file.js';

/** A backup that lies in a folder. `state`: `short` when its file has another length than the manifest says, `gone` without a file. */
export type StoredBackup = {
  readonly manifest: BackupManifest;
  /** Absolute path of the data. */
  readonly file: string;
  /** Absolute path of the document beside it. */
  readonly manifestFile: string;
  readonly state: 'whole' | 'short' | 'gone';
};

/** A data file that is being written: nothing that lists backups sees it. */
export type PartialFile = { readonly path: string; readonly file: OutputFile };

const PARTIAL = '.partial';

/** All backups of a folder, oldest first; of one key when it is given. A folder that is not there has none. */
export async function listBackups(folder: string, key: string | null = null): Promise<readonly StoredBackup[]> {
  const names = await namesIn(folder);
  const found = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map(async (name) => readBackup(folder, name)),
  );
  return found
    .filter((backup) => backup !== null)
    .filter(({ manifest }) => key === null || manifest.key === key)
    .toSorted((a, b) => compareIds(a.manifest.id, b.manifest.id));
}

/** Open a file for the data of a backup, under a name that is not yet a backup's; only this user can read it. */
export async function openPartial(folder: string, of: Parameters<typeof backupNames>[0]): Promise<PartialFile> {
  const path = partialPath(folder, of);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A rest of a run that was killed has no reader: ids are made anew each time.
    return { path, file: await openOutput(path) };
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Where the data of a backup are written before they count. */
export function partialPath(folder: string, of: Parameters<typeof backupNames>[0]): string {
  return join(folder, `${backupNames(of).data}${PARTIAL}`);
}

/** Make a whole, synced partial file a backup: the data get their name, and then the manifest says that they count. */
export async function publish(folder: string, manifest: BackupManifest): Promise<StoredBackup> {
  const names = backupNames(manifest);
  const file = join(folder, names.data);
  const manifestFile = join(folder, names.manifest);
  try {
    // First: data without it, and without a manifest, were not left by podctl and are left alone.
    await writeSynced(`${manifestFile}${PARTIAL}`, formatManifest(manifest));
    await rename(partialPath(folder, manifest), file);
    await syncFolder(folder);
    await rename(`${manifestFile}${PARTIAL}`, manifestFile);
    await syncFolder(folder);
  } catch (error) {
    throw ioError('write', manifestFile, error);
  }
  return { manifest, file, manifestFile, state: 'whole' };
}

/** Remove a backup: the manifest first, so that a half removed one is none. */
export async function removeBackup({ file, manifestFile }: Pick<StoredBackup, 'file' | 'manifestFile'>): Promise<void> {
  try {
    await rename(manifestFile, `${manifestFile}${PARTIAL}`).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await rm(file, { force: true });
    await rm(`${manifestFile}${PARTIAL}`, { force: true });
  } catch (error) {
    throw ioError('remove', file, error);
  }
}

/**
 * What runs that were killed left in the folder, of one key: partial files, and data whose manifest is still partial, these first.
 * Data whose manifest is damaged or lost are none of that: somebody may still bring them back. Nobody else may be making a backup of
 * that key meanwhile.
 */
export async function leftoversIn(folder: string, key: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  const begins = new RegExp(`^\\.?${key.replaceAll('.', '\\.')}-\\d{8}T\\d{6}Z(-\\d+)?(?=\\.)`);
  const own = names.flatMap((name) => {
    const stem = begins.exec(name)?.[0];
    return stem === undefined ? [] : [{ name, stem }];
  });
  const unfinished = own.filter(
    ({ name, stem }) =>
      !names.includes(`${stem}.json`) && name !== `${stem}.json${PARTIAL}` && names.includes(`${stem}.json${PARTIAL}`),
  );
  const partial = own.filter(({ name }) => name.startsWith('.') || name.endsWith(PARTIAL));
  return [...new Set([...unfinished, ...partial].map(({ name }) => join(folder, name)))];
}

async function readBackup(folder: string, name: string): Promise<StoredBackup | null> {
  const manifestFile = join(folder, name);
  const manifest = parseManifest(await readFile(manifestFile, 'utf8').catch(() => ''));
  if (manifest === null || backupNames(manifest).manifest !== name) return null;
  const file = join(folder, manifest.file);
  const size = await stat(file).then(
    (found) => found.size,
    () => null,
  );
  return { manifest, file, manifestFile, state: size === null ? 'gone' : size === manifest.bytes ? 'whole' : 'short' };
}
