import { isOf } from '../../core/backup.js';
import { PodctlError } from '../../core/errors.js';
import { listBackups, type StoredBackup } from '../../io/backup-store.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { ServerFamily } from '../../spec/server-version.js';
import type { Context } from '../context.js';
import { printDataPlans } from './carry.js';
import { noBackup } from './no-backup.js';
import type { DbOptions } from './options.js';
import { planRevival, reviveServer } from './server-revive.js';
import type { ServerQuestion } from './server-site.js';
import { backupFolder, type DataSite, type EngineSide, lockEntry, ownMark } from './site.js';

export type ServerTarget = {
  readonly entry: ResolvedData;
  readonly family: ServerFamily;
  /** Id of a backup; null: the newest that `db backup` made. */
  readonly backup: string | null;
  readonly site: DataSite;
  readonly side: EngineSide;
  readonly options: DbOptions;
};

/** `podctl db restore` of a server's databases. */
export async function restoreServer(target: ServerTarget, context: Context): Promise<number> {
  const { entry, site, options } = target;
  const wish = { backup: await wantedBackup(target, context), force: options.force, confirm: options.confirm };
  const question: ServerQuestion = { ...target, via: options.via };
  if (options.dryRun) {
    printDataPlans([await planRevival(wish, question, context)], options, context);
    return 0;
  }
  const release = await lockEntry(entry, site, context);
  try {
    const { databases, replaced } = await reviveServer(wish, question, context);
    const from = wish.backup.manifest.id;
    const kept = replaced?.manifest.id ?? null;
    if (options.json) {
      context.output.json({ restored: { key: entry.key, from, databases, replaced: kept } });
      return 0;
    }
    context.output.text(`${entry.key} restored from ${from}: ${databases.join(', ')}\n`);
    if (kept !== null) {
      context.output.note(`note: what was there before is backup ${kept}, which no rule removes`);
    }
    return 0;
  } finally {
    await release();
  }
}

async function wantedBackup({ entry, backup, site }: ServerTarget, context: Context): Promise<StoredBackup> {
  const known = await listBackups(backupFolder(entry, site, context), entry.key);
  const found =
    backup === null
      ? known.findLast(
          ({ manifest, state }) =>
            state === 'whole' && manifest.kind === 'backup' && isOf(manifest, ownMark(entry, site)),
        )
      : known.find(({ manifest }) => manifest.id === backup);
  if (found === undefined) throw noBackup(backup, known);
  if (found.state === 'whole') return found;
  throw new PodctlError(
    'BAD_DATA',
    `the backup \`${found.file}\` is ${found.state === 'gone' ? 'gone' : 'not whole'}`,
    {
      hint: 'choose another one: podctl db list shows them',
    },
  );
}
