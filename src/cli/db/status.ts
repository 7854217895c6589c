import { isOf } from '../../core/backup.js';
import { formatBytes } from '../../core/size.js';
import { listBackups } from '../../io/backup-store.js';
import { type SqliteFacts, sqliteFacts } from '../../io/sqlite.js';
import { type DataPlace, sourceWords, usersOf } from '../../plan/data-place.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import type { DbOptions } from './options.js';
import { familyOf, type ServerQuestion } from './server-site.js';
import type { ServerState } from './server-status.js';
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

type State = {
  readonly entry: ResolvedData;
  readonly place: DataPlace;
  readonly facts: SqliteFacts | null;
  /** null: no server's data, or it does not run. */
  readonly server: ServerState | null;
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
  const states = await Promise.all(entries.map((entry) => stateOf(entry, { site, side, via: options.via }, context)));
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
  { site, side, via }: { readonly site: DataSite; readonly side: EngineSide; readonly via: DbOptions['via'] },
  context: Context,
): Promise<State> {
  const family = familyOf(entry);
  const place = await placeOf(entry, side, context);
  const backups = await listBackups(backupFolder(entry, site, context), entry.key);
  const own = backups.filter(({ manifest }) => isOf(manifest, ownMark(entry, site)));
  const newest = own.findLast(({ state }) => state === 'whole')?.manifest;
  const readable = entry.holds === 'sqlite' && place.kind === 'direct';
  return {
    entry,
    place,
    facts: readable ? await sqliteFacts(place.path) : null,
    server: family === null ? null : await ifThere(() => stateOfServer({ entry, family, site, side, via }, context)),
    last:
      newest === undefined
        ? null
        : { id: newest.id, made: newest.made, age: context.world.clock.now() - Date.parse(newest.made) },
    backups: own.length,
    users: side === null ? null : usersOf(entry, side.containers).map(({ name }) => name),
  };
}

async function stateOfServer(question: ServerQuestion, context: Context): Promise<ServerState> {
  const { serverState } = await import('./server-status.js');
  return serverState(question, context);
}

function toJson({ entry, place, facts, server, last, backups, users }: State) {
  return {
    key: entry.key,
    about: entry.about,
    holds: entry.holds,
    protected: entry.protected,
    place: place.kind,
    path: place.kind === 'engine' ? null : place.path,
    source: sourceWords(entry),
    sqlite: facts,
    server,
    lastBackup: last === null ? null : { id: last.id, made: last.made, ageSeconds: Math.round(last.age / 1000) },
    backups,
    usedBy: users,
  };
}

function row({ entry, place, facts, server, last, users }: State): readonly string[] {
  const size = sizeOf(facts, server);
  const where = place.kind === 'engine' ? sourceWords(entry) : (place.path ?? sourceWords(entry));
  return [
    entry.key,
    entry.holds,
    place.kind === 'absent' ? `${where} (nothing yet)` : where,
    size,
    facts?.journal ?? '',
    facts === null ? (server?.version ?? '') : String(facts.userVersion),
    last === null ? 'none' : `${last.id} (${ageText(last.age)})`,
    users === null ? '?' : users.join(', '),
  ];
}

function sizeOf(facts: SqliteFacts | null, server: ServerState | null): string {
  if (facts !== null) return formatBytes(facts.pageSize * facts.pages);
  return server === null ? '' : formatBytes(server.databases.reduce((sum, { bytes }) => sum + bytes, 0));
}

function ageText(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}
