import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compareIds, isBackupId } from '../../core/backup.js';
import { syncFolder } from '../../io/backup-store.js';
import { codeOf, ioError } from '../../io/io-error.js';
import { formatKept, type Kept, parseKept } from '../../plan/clean/kept.js';

/** Everything that verbs put away for this project, oldest first. A folder that is not there has nothing. */
export async function listKept(folder: string): Promise<readonly Kept[]> {
  const names = await namesIn(folder);
  const documents = names.filter((name) => name.endsWith('.json') && isBackupId(name.slice(0, -'.json'.length)));
  const found = await Promise.all(
    documents.map(async (name) => {
      const kept = parseKept(await readFile(join(folder, name), 'utf8').catch(() => ''));
      return kept?.id === name.slice(0, -'.json'.length) ? kept : null;
    }),
  );
  return found.filter((kept) => kept !== null).toSorted((a, b) => compareIds(a.id, b.id));
}

/** From here on the things count as kept. Nothing of them may be removed before. */
export async function writeKept(folder: string, kept: Kept): Promise<void> {
  await writeSynced(folder, `${kept.id}.json`, formatKept(kept));
}

/** Take a document away; the things themselves go afterwards, or went back already. */
export async function removeKept(folder: string, id: string): Promise<void> {
  try {
    await rm(join(folder, `${id}.json`), { force: true });
    await syncFolder(folder).catch(() => undefined);
  } catch (error) {
    throw ioError('remove', join(folder, `${id}.json`), error);
  }
}

/** Write a file whole or not at all, and on the disk when this resolves. Only this user can read it. */
export async function writeSynced(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const handle = await open(`${path}.partial`, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.partial`, path);
    await syncFolder(folder);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw ioError('list', folder, error);
  }
}
