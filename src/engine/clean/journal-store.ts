import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import { codeOf, ioError } from '../../io/io-error.js';
import { syncFolder, writeWhole } from '../../io/on-disk.js';
import type { Journal } from '../../plan/clean/journal.js';
import { formatJournal, parseJournal } from '../../plan/clean/journal-read.js';

const NAME = 'journal.json';

/** What a run that was cut off had begun; null: nothing. Throws BAD_DATA for a journal that nobody can read. */
export async function readJournal(folder: string): Promise<Journal | null> {
  const path = join(folder, NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw ioError('read', path, error);
  }
  const journal = parseJournal(text);
  if (journal !== null) return journal;
  throw new PodctlError('BAD_DATA', `the journal \`${path}\` cannot be read`, {
    hint: 'it may be from a newer podctl: use that one; the folders it names are still there under their hidden names',
  });
}

/** Write it down, on the disk when this resolves. */
export async function writeJournal(folder: string, journal: Journal): Promise<void> {
  await writeWhole(folder, NAME, formatJournal(journal));
}

/** The run is over. */
export async function dropJournal(folder: string): Promise<void> {
  await rm(join(folder, NAME), { force: true });
  await syncFolder(folder);
}
