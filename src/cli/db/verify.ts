import { EXIT_CODE, PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import { listBackups, type StoredBackup } from '../../io/backup-store.js';
import { verifyBackup } from '../../io/verify-backup.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import type { DbOptions } from './options.js';
import { familyOf } from './server-site.js';
import { backupFolder, type DataSite, entriesFor, entryAndRest, openDataSite } from './site.js';

type Verdict = { readonly backup: StoredBackup; readonly problem: string | null };

/** `podctl db verify [KEY] [BACKUP…]`: unpack and check again; 65 when one is damaged. */
export async function runVerify(options: DbOptions, context: Context): Promise<number> {
  const site = await openDataSite(options, context);
  const verdicts: Verdict[] = [];
  for (const backup of await wanted(options, site, context)) {
    // oxlint-disable-next-line no-await-in-loop -- each needs room for a whole copy
    verdicts.push({ backup, problem: await problemOf(backup) });
  }
  const damaged = verdicts.filter(({ problem }) => problem !== null);
  if (options.json) {
    const backups = verdicts.map(({ backup: { manifest, file }, problem }) => {
      return { key: manifest.key, id: manifest.id, path: file, whole: problem === null, problem };
    });
    context.output.json({ backups });
  } else {
    const rows = verdicts.map(({ backup: { manifest, file }, problem }) => [
      manifest.key,
      manifest.id,
      problem ?? 'whole',
      file,
    ]);
    context.output.text(formatTable(['DATA', 'BACKUP', 'STATE', 'FILE'], rows));
  }
  if (damaged.length === 0) return 0;
  context.output.note(escapeControl(`error: ${damaged.length} of ${verdicts.length} backups cannot be restored`));
  return EXIT_CODE.BAD_DATA;
}

async function wanted(options: DbOptions, site: DataSite, context: Context): Promise<readonly StoredBackup[]> {
  const { words } = options;
  const [first] = words;
  if (first === undefined || words.every((word) => site.data.some(({ key }) => key === word))) {
    const all = entriesFor(words, site).map(async (entry) =>
      listBackups(backupFolder(entry, site, context), entry.key),
    );
    return (await Promise.all(all)).flat();
  }
  const { entry, rest } = entryAndRest(words, site);
  const known = await listBackups(backupFolder(entry, site, context), entry.key);
  return rest.map((id) => {
    const found = known.find(({ manifest }) => manifest.id === id);
    if (found !== undefined) return found;
    throw new PodctlError('MISSING_INPUT', `there is no backup \`${id}\``, { hint: 'podctl db list shows them' });
  });
}

async function problemOf(backup: StoredBackup): Promise<string | null> {
  if (backup.state !== 'whole') return backup.state === 'gone' ? 'its file is gone' : 'its file is cut short';
  try {
    if (familyOf(backup.manifest) === null) await verifyBackup(backup);
    else await (await import('./server-revive.js')).checkServerBackup(backup);
    return null;
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'BAD_DATA') return error.message;
    throw error;
  }
}
