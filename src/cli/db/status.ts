import { formatBytes } from '../../core/size.js';
import { listBackups } from '../../io/backup-store.js';
import { type SqliteFacts, sqliteFacts } from '../../io/sqlite.js';
import { type DataPlace, sourceWords, usersOf } from '../../plan/data-place.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import type { DbOptions } from './options.js';
import { askEngine, backupFolder, type DataSite, type EngineSide, entriesFor, openDataSite, placeOf } from './site.js';
import { ifThere } from './soft.js';

type State = {
  readonly entry: ResolvedData;
  readonly place: DataPlace;
  readonly facts: SqliteFacts | null;
  readonly last: { readonly id: string; readonly made: string; readonly age: number } | null;
  readonly backups: number;
  /** null: no engine answered. */
  readonly users: readonly string[] | null;
};

/** `podctl db status [KEY…]`. */
export async function runStatus(options: DbOptions, context: Context): Promise<number> {
  const site = await openDataSite(options, context);
  const entries = entriesFor(options.words, site);
  const side = await ifThere(() => askEngine(site, { wanted: options.engine, purpose: 'look' }, context));
  const states = await Promise.all(entries.map((entry) => stateOf(entry, { site, side }, context)));
  if (options.json)
    context.output.json({ profile: site.chosen.loaded.name, mode: site.mode, data: states.map(toJson) });
  else {
    const heads = ['DATA', 'HOLDS', 'WHERE', 'SIZE', 'JOURNAL', 'VERSION', 'LAST BACKUP', 'USED BY'];
    context.output.text(formatTable(heads, states.map(row)));
  }
  return 0;
}

async function stateOf(
  entry: ResolvedData,
  { site, side }: { readonly site: DataSite; readonly side: EngineSide },
  context: Context,
): Promise<State> {
  const place = await placeOf(entry, side, context);
  const backups = await listBackups(backupFolder(entry, site, context), entry.key);
  const newest = backups.findLast(({ state }) => state === 'whole')?.manifest;
  const readable = entry.holds === 'sqlite' && place.kind === 'direct';
  return {
    entry,
    place,
    facts: readable ? await sqliteFacts(place.path) : null,
    last:
      newest === undefined
        ? null
        : { id: newest.id, made: newest.made, age: context.world.clock.now() - Date.parse(newest.made) },
    backups: backups.length,
    users: side === null ? null : usersOf(entry, side.containers).map(({ name }) => name),
  };
}

function toJson({ entry, place, facts, last, backups, users }: State) {
  return {
    key: entry.key,
    about: entry.about,
    holds: entry.holds,
    protected: entry.protected,
    place: place.kind,
    path: place.kind === 'engine' ? null : place.path,
    source: sourceWords(entry),
    sqlite: facts,
    lastBackup: last === null ? null : { id: last.id, made: last.made, ageSeconds: Math.round(last.age / 1000) },
    backups,
    usedBy: users,
  };
}

function row({ entry, place, facts, last, users }: State): readonly string[] {
  const size = facts === null ? '' : formatBytes(facts.pageSize * facts.pages);
  const where = place.kind === 'engine' ? sourceWords(entry) : (place.path ?? sourceWords(entry));
  return [
    entry.key,
    entry.holds,
    place.kind === 'absent' ? `${where} (nothing yet)` : where,
    size,
    facts?.journal ?? '',
    facts === null ? '' : String(facts.userVersion),
    last === null ? 'none' : `${last.id} (${ageText(last.age)})`,
    users === null ? '?' : users.join(', '),
  ];
}

function ageText(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}
