import { backupId, isOf } from '../../core/backup.js';
import { formatBytes } from '../../core/size.js';
import { escapeControl } from '../../core/text.js';
import { findAssets } from '../../io/assets.js';
import { leftoversIn, listBackups, type StoredBackup } from '../../io/backup-store.js';
import type { DataPlan } from '../../plan/data-step.js';
import { type BackupDecision, decideBackup, type KnownBackup } from '../../plan/decide-backup.js';
import { refusalError } from '../../plan/refusal.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { ServerFamily } from '../../spec/server-version.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import { carryOutData, frameOf, printDataPlans } from './carry.js';
import type { DbOptions } from './options.js';
import { familyOf, type ServerQuestion } from './server-site.js';
import {
  askEngine,
  backupFolder,
  type DataSite,
  type EngineSide,
  entriesFor,
  lockEntry,
  openDataSite,
  ownMark,
  placeOf,
} from './site.js';

type Around = { readonly site: DataSite; readonly side: EngineSide; readonly options: DbOptions };
type Planned = Extract<BackupDecision, { readonly kind: 'plan' }>;
type Made = { readonly backup: StoredBackup; readonly removed: readonly KnownBackup[] };

/** `podctl db backup [KEY…]`: one backup of each; those that the rules no longer keep go, after a list of them. */
export async function runBackup(options: DbOptions, context: Context): Promise<number> {
  const site = await openDataSite(options, context);
  const entries = entriesFor(options.words, site);
  const purpose = options.dryRun ? 'plan' : 'look';
  const side = await askEngine(site, { wanted: options.engine, purpose }, context);
  const around = { site, side, options };
  if (options.dryRun) {
    const plans = [];
    // oxlint-disable-next-line no-await-in-loop -- one entry after the other, as they would be done
    for (const entry of entries) plans.push(await printedPlan(entry, around, context));
    printDataPlans(plans, options, context);
    return 0;
  }
  const made: Made[] = [];
  for (const entry of entries) {
    // oxlint-disable-next-line no-await-in-loop -- two at once would only share the disk
    const { exitCode, one } = await makeOne(entry, around, context);
    if (exitCode !== 0) return exitCode;
    made.push(...one);
  }
  report(made, options, context);
  return 0;
}

async function makeOne(
  entry: ResolvedData,
  around: Around,
  context: Context,
): Promise<{ readonly exitCode: number; readonly one: readonly Made[] }> {
  const release = await lockEntry(entry, around.site, context);
  try {
    const family = familyOf(entry);
    if (family !== null) {
      const { backupServer } = await import('./server-backup.js');
      return { exitCode: 0, one: [await backupServer(questionOf(entry, family, around), context)] };
    }
    const { plan, expired, notes } = await planOne(entry, around, context);
    for (const note of notes) context.output.note(escapeControl(note));
    for (const { manifest } of expired) {
      context.output.note(`removes backup ${manifest.key} ${manifest.id} afterwards: the rules keep newer ones`);
    }
    const { exitCode, published } = await carryOutData(plan, around.side, context);
    return { exitCode, one: published.map((backup) => ({ backup, removed: expired })) };
  } finally {
    await release();
  }
}

async function printedPlan(entry: ResolvedData, around: Around, context: Context): Promise<DataPlan> {
  const family = familyOf(entry);
  if (family === null) return (await planOne(entry, around, context)).plan;
  const { planServerBackup } = await import('./server-backup.js');
  return planServerBackup(questionOf(entry, family, around), context);
}

function questionOf(entry: ResolvedData, family: ServerFamily, { site, side, options }: Around): ServerQuestion {
  return { entry, family, site, side, via: options.via };
}

async function planOne(entry: ResolvedData, { site, side, options }: Around, context: Context): Promise<Planned> {
  const { world } = context;
  const folder = backupFolder(entry, site, context);
  const listed = await listBackups(folder, entry.key);
  const now = world.clock.now();
  const decision = decideBackup({
    profile: site.chosen.loaded.name,
    mode: site.mode,
    ...frameOf(side),
    source: entry,
    place: await placeOf(entry, side, context),
    containers: side?.containers ?? [],
    folder,
    separator: world.host.platform === 'win32' ? '\\' : '/',
    id: backupId(
      now,
      listed.map(({ manifest }) => manifest.id),
    ),
    made: new Date(now).toISOString(),
    version: (await findAssets(world.files, world.assets)).version,
    project: site.project,
    compress: entry.backup.compress,
    keep: entry.backup.keep,
    // A broken one keeps no place among those that the rules keep.
    known: listed.filter(({ manifest, state }) => state === 'whole' && isOf(manifest, ownMark(entry, site))),
    leftovers: await leftoversIn(folder, entry.key),
    pause: options.pause,
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  return decision;
}

function report(made: readonly Made[], { json }: DbOptions, { output }: Context): void {
  if (json) {
    output.json({
      backups: made.map(({ backup }) => ({ ...backup.manifest, path: backup.file })),
      removed: made.flatMap(({ removed }) => removed.map(({ manifest: { key, id } }) => ({ key, id }))),
    });
    return;
  }
  const rows = made.map(({ backup: { manifest, file } }) => [
    manifest.key,
    manifest.id,
    formatBytes(manifest.content.bytes),
    formatBytes(manifest.bytes),
    manifest.how,
    file,
  ]);
  output.text(formatTable(['DATA', 'BACKUP', 'SIZE', 'PACKED', 'HOW', 'FILE'], rows));
}
