import { backupId, isOf } from '../../core/backup.js';
import { PodctlError } from '../../core/errors.js';
import { listBackups } from '../../io/backup-store.js';
import { isOccupied, reachOf } from '../../io/data-reach.js';
import { decideRestore, type RestoreDecision, type Wanted } from '../../plan/decide-restore.js';
import { refusalError } from '../../plan/refusal.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { Context } from '../context.js';
import { carryOutData, frameOf, printDataPlans } from './carry.js';
import { noBackup } from './no-backup.js';
import type { DbOptions } from './options.js';
import { type Replaced, replacedBeside } from './replaced.js';
import { familyOf } from './server-site.js';
import {
  askEngine,
  backupFolder,
  type DataSite,
  type EngineSide,
  entryAndRest,
  lockEntry,
  openDataSite,
  ownMark,
  placeOf,
} from './site.js';

type Target = {
  readonly entry: ResolvedData;
  /** Id of a backup; null: the newest. */
  readonly backup: string | null;
  readonly site: DataSite;
  readonly side: EngineSide;
  readonly options: DbOptions;
};
type Planned = { readonly wanted: Wanted; readonly id: string } & Extract<RestoreDecision, { readonly kind: 'plan' }>;

/** `podctl db restore [KEY] [BACKUP]`. */
export async function runRestore(options: DbOptions, context: Context): Promise<number> {
  const site = await openDataSite(options, context);
  const { entry, rest } = entryAndRest(options.words, site);
  const [backup = null, extra] = rest;
  if (extra !== undefined) throw new PodctlError('USAGE', 'a restore takes one backup', { hint: 'podctl db list' });
  const side = await askEngine(site, { wanted: options.engine, purpose: options.dryRun ? 'plan' : 'look' }, context);
  const target = { entry, backup, site, side, options };
  const family = familyOf(entry);
  if (family !== null) {
    const { restoreServer } = await import('./server-restore-verb.js');
    return restoreServer({ ...target, family }, context);
  }
  if (options.dryRun) {
    printDataPlans([(await planRestore(target, context)).plan], options, context);
    return 0;
  }
  const release = await lockEntry(entry, site, context);
  try {
    const planned = await planRestore(target, context);
    const { exitCode } = await carryOutData(planned.plan, side, context);
    if (exitCode === 0) report(planned, target, context);
    return exitCode;
  } finally {
    await release();
  }
}

async function planRestore(target: Target, context: Context): Promise<Planned> {
  const { entry, site, side, options } = target;
  const place = await placeOf(entry, side, context);
  if (place.kind === 'absent' && place.path === null) throw noVolume(entry);
  const replaced = await replacedBeside(place);
  const { wanted, ids } = await wantedOf(target, replaced, context);
  const path = place.kind === 'engine' ? null : place.path;
  const id = backupId(context.world.clock.now(), [...ids, ...replaced.map((one) => one.id)]);
  const decision = decideRestore({
    profile: site.chosen.loaded.name,
    mode: site.mode,
    ...frameOf(side),
    source: entry,
    place,
    containers: side?.containers ?? [],
    wanted,
    occupied: path === null ? place.kind !== 'absent' : await isOccupied(path),
    folderThere: path === null || (await reachOf(path.replace(/[\\/][^\\/]*$/, ''))) !== 'absent',
    force: options.force,
    stop: options.stop,
    confirm: options.confirm,
    id,
    leftovers: replaced.filter(({ twin }) => twin).map((one) => one.path),
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  return { ...decision, wanted, id };
}

async function wantedOf(
  { entry, backup, site }: Target,
  replaced: readonly Replaced[],
  context: Context,
): Promise<{ readonly wanted: Wanted; readonly ids: readonly string[] }> {
  const known = await listBackups(backupFolder(entry, site, context), entry.key);
  const ids = known.map(({ manifest }) => manifest.id);
  const aside = replaced.find((one) => one.id === backup && !one.twin);
  const found =
    backup === null
      ? known.findLast(({ manifest, state }) => state === 'whole' && isOf(manifest, ownMark(entry, site)))
      : known.find(({ manifest }) => manifest.id === backup);
  if (found === undefined) {
    if (aside !== undefined) return { wanted: { kind: 'replaced', file: aside.path }, ids };
    throw noBackup(backup, known);
  }
  const { manifest, file, state } = found;
  if (state !== 'whole') {
    throw new PodctlError('BAD_DATA', `the backup \`${file}\` is ${state === 'gone' ? 'gone' : 'not whole'}`, {
      hint: 'choose another one: podctl db list shows them',
    });
  }
  if (manifest.holds !== entry.holds) {
    throw new PodctlError('BAD_DATA', `the backup \`${manifest.id}\` holds ${manifest.holds}, not ${entry.holds}`, {
      hint: 'choose another one: podctl db list shows them',
    });
  }
  return { wanted: { kind: 'backup', file, manifest }, ids };
}

function noVolume({ key, mount }: ResolvedData): PodctlError {
  return new PodctlError('MISSING_INPUT', `data \`${key}\`: the volume \`${mount.source}\` does not exist`, {
    hint: 'start the application once: it makes the volume',
  });
}

function report({ wanted, replaced, stopped }: Planned, { entry, options }: Target, { output }: Context): void {
  const from = wanted.kind === 'backup' ? wanted.manifest.id : wanted.file;
  if (options.json) output.json({ restored: { key: entry.key, from, replaced, stopped } });
  else {
    output.text(`${entry.key} restored from ${from}\n`);
    if (replaced !== null) output.note(`note: what was there before is in ${replaced}; remove it when you are sure`);
  }
}
