import { dirname, join } from 'node:path';
import { PodctlError } from '../core/errors.js';
import type { StoredBackup } from './backup-store.js';
import { discardDatabase, unpackTo } from './data-work.js';
import { checkFile } from './sqlite.js';

/** Unpack a backup beside itself, compare it with its manifest, and ask SQLite about a database. Throws BAD_DATA for a damaged one. */
export async function verifyBackup({ manifest, file }: StoredBackup): Promise<void> {
  const copy = join(dirname(file), `.${manifest.key}-${manifest.id}.verify`);
  try {
    await unpackTo(file, copy, manifest);
    if (manifest.holds !== 'sqlite') return;
    const { userVersion } = await checkFile(copy, true);
    if (manifest.sqlite === undefined || manifest.sqlite.userVersion === userVersion) return;
    throw new PodctlError('BAD_DATA', `its user_version is ${userVersion}, not ${manifest.sqlite.userVersion}`);
  } finally {
    await discardDatabase(copy);
  }
}
