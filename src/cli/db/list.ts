import { type BackupManifest, isOf } from '../../core/backup.js';
import { formatBytes } from '../../core/size.js';
import { listBackups, type StoredBackup } from '../../io/backup-store.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import type { DbOptions } from './options.js';
import { type Replaced, replacedBeside } from './replaced.js';
import {
  askEngine,
  backupFolder,
  type DataSite,
  type EngineSide,
  entriesFor,
  openDataSite,
  ownMark,
  placeOf,
} from './site.js';
import { ifThere } from './soft.js';

type Listed = {
  readonly entry: ResolvedData;
  readonly backups: readonly StoredBackup[];
  /** What the manifests of its own backups say. */
  readonly own: ReturnType<typeof ownMark>;
  readonly replaced: readonly Replaced[];
};

/** `podctl db list [KEY…]`: backups, and what restores moved aside. Without an engine only what lies on this machine. */
export async function runList(options: DbOptions, context: Context): Promise<number> {
  const site = await openDataSite(options, context);
  const entries = entriesFor(options.words, site);
  const side = await ifThere(() => askEngine(site, { wanted: options.engine, purpose: 'look' }, context));
  const listed = await Promise.all(entries.map((entry) => listOne(entry, { site, side }, context)));
  if (options.json) context.output.json({ data: listed.map(toJson) });
  else
    context.output.text(formatTable(['DATA', 'BACKUP', 'KIND', 'SIZE', 'PACKED', 'HOW', 'FILE'], listed.flatMap(rows)));
  return 0;
}

async function listOne(
  entry: ResolvedData,
  { site, side }: { readonly site: DataSite; readonly side: EngineSide },
  context: Context,
): Promise<Listed> {
  const backups = await listBackups(backupFolder(entry, site, context), entry.key);
  const place = entry.holds === 'sqlite' || entry.holds === 'files' ? await placeOf(entry, side, context) : null;
  const replaced = place === null ? [] : await replacedBeside(place);
  return { entry, backups, own: ownMark(entry, site), replaced: replaced.filter(({ twin }) => !twin) };
}

function toJson({ entry, backups, replaced }: Listed) {
  return {
    key: entry.key,
    holds: entry.holds,
    backups: backups.map(({ manifest, file, state }) => ({ ...manifest, path: file, state })),
    replaced: replaced.map(({ id, path, bytes }) => ({ id, path, bytes })),
  };
}

function kindOf(manifest: BackupManifest, state: StoredBackup['state'], own: Listed['own']): string {
  const kind = isOf(manifest, own) ? manifest.kind : `${manifest.kind} of other data`;
  return state === 'whole' ? kind : `${kind} (${state})`;
}

function rows({ entry, backups, own, replaced }: Listed): readonly (readonly string[])[] {
  return [
    ...backups.map(({ manifest, file, state }) => [
      entry.key,
      manifest.id,
      kindOf(manifest, state, own),
      formatBytes(manifest.content.bytes),
      formatBytes(manifest.bytes),
      manifest.how,
      file,
    ]),
    ...replaced.map(({ id, path, bytes }) => [entry.key, id, 'replaced', formatBytes(bytes), '', '', path]),
  ];
}
