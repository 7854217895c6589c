import type { BackupManifest } from '../../core/backup.js';
import { ifPossible, PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import { nearest } from '../../core/nearest.js';
import { isWithin, resolvePath } from '../../core/path.js';
import { formatProject } from '../../core/project.js';
import { escapeControl } from '../../core/text.js';
import type { FoundEngine, Observer } from '../../engine/engine.js';
import { reachOf } from '../../io/data-reach.js';
import { stateDir } from '../../io/state-dir.js';
import type { DataPlace } from '../../plan/data-place.js';
import { sourceWords, usersOf } from '../../plan/data-place.js';
import { chooseMode } from '../../profile/choose.js';
import { type ResolvedData, resolveData } from '../../profile/resolve-data.js';
import type { Variables } from '../../profile/resolved.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { type Chosen, chooseProfile } from '../choose-profile.js';
import type { Context } from '../context.js';
import { chooseEngine, type EngineRequest } from '../engine-choice.js';
import { flavourOf } from '../project.js';
import { readEnvironment } from '../run/environment.js';
import { hostNames } from '../run/variables.js';
import { projectStateDir } from '../state.js';
import type { DbOptions } from './options.js';

/** The data of a profile in a mode, before any engine is asked. */
export type DataSite = {
  readonly chosen: Chosen;
  readonly mode: string | null;
  readonly data: readonly ResolvedData[];
  /** Value of the project's label. */
  readonly project: string;
  /** What the environment and the env files say. */
  readonly variables: Variables;
};

/** The engine and every container of it; null where no engine answers and none is needed. */
export type EngineSide = {
  readonly found: FoundEngine;
  readonly observer: Observer;
  readonly containers: readonly ContainerFacts[];
} | null;

/** Find the profile, and make its data concrete for the mode. */
export async function openDataSite(options: DbOptions, { world, output }: Context): Promise<DataSite> {
  const chosen = await chooseProfile(options.profile, world);
  const { loaded, project } = chosen;
  if (Object.keys(loaded.profile.data).length === 0) {
    throw new PodctlError('BAD_DATA', `the profile \`${loaded.name}\` declares no data`, {
      hint: 'write [data.KEY] with holds and mount; docs/data.md shows how',
    });
  }
  const mode = chooseMode(loaded, options.mode ?? null);
  const { envFiles } = options;
  const environment = await readEnvironment({ chosen, mode, command: null, envFiles, env: [], lenient: true }, world);
  for (const { message } of environment.warnings) output.note(`warning: ${escapeControl(message)}`);
  const { data } = resolveData(loaded, {
    mode,
    variables: environment.variables,
    names: hostNames(world.host, project.root),
    flavour: flavourOf(world.host),
  });
  return { chosen, mode, data, project: formatProject(project.id), variables: environment.variables };
}

/** The entries that are meant: those named, else all. */
export function entriesFor(words: readonly string[], { data }: DataSite): readonly ResolvedData[] {
  for (const word of words) if (!data.some(({ key }) => key === word)) throw noSuchKey(word, data);
  return words.length === 0 ? data : data.filter(({ key }) => words.includes(key));
}

/** Words after an action that takes one entry and perhaps a backup of it: `[KEY] [BACKUP]`. */
export function entryAndRest(
  words: readonly string[],
  { data }: DataSite,
): { readonly entry: ResolvedData; readonly rest: readonly string[] } {
  const [first, ...rest] = words;
  const named = data.find(({ key }) => key === first);
  if (named !== undefined) return { entry: named, rest };
  const [only, another] = data;
  if (only === undefined || another !== undefined) {
    throw new PodctlError('USAGE', first === undefined ? 'which data is meant?' : noSuchKey(first, data).message, {
      hint: `name it: ${data.map(({ key }) => key).join(', ')}`,
    });
  }
  return { entry: only, rest: words };
}

/** Find the engine and ask it for its containers. For folders of this machine a missing engine is no failure. */
export async function askEngine(
  site: DataSite,
  { wanted, purpose }: { readonly wanted: string | undefined; readonly purpose: EngineRequest['purpose'] },
  context: Context,
): Promise<EngineSide> {
  try {
    const found = await chooseEngine({ wanted, project: site.chosen.project, purpose }, context);
    const { makeObserver } = await context.rooms.observe();
    const observer = makeObserver(found, { host: context.world.host });
    return { found, observer, containers: found.facts.assumed ? [] : await observer.containers([]) };
  } catch (error) {
    const unavailable = error instanceof PodctlError && error.code === 'UNAVAILABLE';
    if (!unavailable || wanted !== undefined || site.data.some(({ mount }) => mount.type === 'volume')) throw error;
    context.output.note('note: no engine answered, so nobody knows whether a container uses the data');
    return null;
  }
}

/** How podctl gets at an entry's data. */
export async function placeOf(entry: ResolvedData, side: EngineSide, context: Context): Promise<DataPlace> {
  const base = await baseOf(entry, side);
  if ('kind' in base) return base;
  const path = await pathBelow(base.path, entry, context);
  const reach = await reachOf(path);
  if (reach === 'absent') return { kind: 'absent', path };
  if (reach === 'closed') return { kind: 'engine' };
  const shared = side?.found.facts.vm === true && usersOf(entry, side.containers).length > 0;
  return { kind: shared ? 'shared' : 'direct', path };
}

// A link inside the data means something else in the container, and whoever may write there may make one: it leads out of nowhere.
async function pathBelow(base: string, { key, file }: ResolvedData, { world }: Context): Promise<string> {
  if (file === null) return base;
  const { files, host } = world;
  const flavour = flavourOf(host);
  const path = resolvePath(base, file.below, flavour);
  const realOf = (at: string): Promise<string | null> => ifPossible(() => files.realPath(at));
  const [realBase, real] = await Promise.all([realOf(base), realOf(path)]);
  const folder = real ?? (await realOf(resolvePath(path, '..', flavour)));
  if (realBase === null || folder === null) return path;
  if (!isWithin(folder, realBase)) {
    throw new PodctlError(
      'REFUSED',
      `data \`${key}\`: a link leads from \`${path}\` out of the data, to \`${folder}\``,
      {
        hint: 'put the database itself below its mount',
      },
    );
  }
  return real !== null && folder !== resolvePath(realBase, file.below, flavour) ? real : path;
}

async function baseOf({ mount }: ResolvedData, side: EngineSide): Promise<DataPlace | { readonly path: string }> {
  const address = side?.found.connection.address ?? null;
  const remote = address !== null && !/^(unix|npipe):/.test(address);
  if (mount.type === 'bind') return remote ? { kind: 'engine' } : { path: mount.source };
  if (side === null || side.found.facts.assumed) return { kind: 'engine' };
  const volume = await side.observer.volume(mount.source);
  if (volume === null) return { kind: 'absent', path: null };
  const { mountpoint } = volume;
  // Inside a virtual machine the folder is that machine's.
  if (mountpoint === undefined || remote || side.found.facts.vm) return { kind: 'engine' };
  return { path: mountpoint };
}

/** Folder of an entry's backups. */
export function backupFolder(entry: ResolvedData, site: DataSite, { world }: Context): string {
  const { host } = world;
  return entry.backup.folder ?? resolvePath(projectStateDir(host, site.chosen.project.id), 'backups', flavourOf(host));
}

/** What the manifests of an entry's own backups say. */
export function ownMark(
  entry: ResolvedData,
  { project }: Pick<DataSite, 'project'>,
): Pick<BackupManifest, 'project' | 'key' | 'source'> {
  const { key, mount, holds } = entry;
  const isServer = holds !== 'sqlite' && holds !== 'files';
  return { project, key, source: isServer ? `${mount.type} \`${mount.source}\`` : sourceWords(entry) };
}

/** Take the locks of an entry: two podctl never work on the same data, nor on backups of one name in the same folder. */
export async function lockEntry(entry: ResolvedData, site: DataSite, context: Context): Promise<() => Promise<void>> {
  const { takeLock } = await import('../../io/pid-lock.js');
  const { host, files } = context.world;
  const flavour = flavourOf(host);
  const folder = projectStateDir(host, site.chosen.project.id);
  const release = await takeLock(resolvePath(folder, `data-${entry.key}.lock`, flavour), { host, files });
  try {
    // Other projects may keep theirs there, too. The lock itself lies where links can be made; a folder for backups may be on any disk.
    const shared = shortHash(`${backupFolder(entry, site, context)} ${entry.key}`);
    const other = await takeLock(resolvePath(stateDir(host), `locks/backups-${shared}.lock`, flavour), { host, files });
    return async () => {
      await other();
      await release();
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function noSuchKey(word: string, data: readonly ResolvedData[]): PodctlError {
  const keys = data.map(({ key }) => key);
  const meant = nearest(word, keys);
  return new PodctlError('USAGE', `the profile has no data \`${word}\``, {
    hint: meant === undefined ? `it has ${keys.join(', ')}` : `did you mean ${meant}?`,
  });
}
