import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compareIds, isBackupId } from '../../core/backup.js';
import { ioError } from '../../io/io-error.js';
import { namesIn, syncFolder, writeWhole } from '../../io/on-disk.js';
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
  await writeWhole(folder, `${kept.id}.json`, formatKept(kept));
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
