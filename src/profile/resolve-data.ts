import type { Compression, Keep } from '../core/backup.js';
import type { Problem } from '../core/errors.js';
import type { Origins } from '../core/origin.js';
import { isAbsolute, isWithin, normalizePath, type PathFlavour, resolvePath } from '../core/path.js';
import { chooseMode } from './choose.js';
import { Filler } from './fill.js';
import { mentions } from './interpolate.js';
import type { LoadedProfile } from './merge.js';
import { OriginBook } from './origins.js';
import { problemAt, problemsError } from './placement.js';
import { type Litestream, litestreamOf } from './resolve-litestream.js';
import type { NamedValues, Variable, Variables } from './resolved.js';
import type { Data, DataBackup } from './schema-data.js';
import { parseTemplate } from './template.js';
import { isTree, plainOf, sourceOf, type Tree, tableAt } from './tree.js';
import { dataOf, mountOf } from './typed.js';
import { viewOf } from './view.js';
import { wordAt } from './words.js';

export type DataKind = NonNullable<Data['holds']>;

/** One entry of [data], made concrete for a mode. */
export type ResolvedData = {
  readonly key: string;
  readonly about: string | null;
  readonly holds: DataKind;
  /** A bind's source is absolute; a volume's is its name. */
  readonly mount: {
    readonly key: string;
    readonly type: 'bind' | 'volume';
    readonly source: string;
    readonly target: string;
  };
  /** sqlite: the database's path inside the container, and the same below the mount, for instance `db/app.sqlite`. */
  readonly file: { readonly inside: string; readonly below: string } | null;
  readonly protected: boolean;
  /** Absolute. */
  readonly migrations: string | null;
  readonly backup: {
    readonly keep: Keep;
    /** Absolute; null: podctl's state folder. */
    readonly folder: string | null;
    readonly compress: Compression;
  };
  /** Command of the profile whose container has the mount; null: the profile has no commands. */
  readonly command: string | null;
  readonly user: string | null;
  /** Name of the variable that holds the password. */
  readonly password: string | null;
  readonly databases: readonly string[];
  readonly litestream: Litestream | null;
};

/** `origins` by pointer: `data/KEY/file`, `data/KEY/mount/source`. */
export type ResolvedDataSet = { readonly data: readonly ResolvedData[]; readonly origins: Origins };

export type DataRequest = {
  /** null: the profile's default mode. */
  readonly mode: string | null;
  readonly variables: Variables;
  readonly names: NamedValues;
  readonly flavour?: PathFlavour | undefined;
};

/**
 * Make entries of [data] concrete: all, or those with the given keys. Only what they need is filled in, so a backup does not ask
 * for the variables of the application. Throws USAGE for an unknown mode, and BAD_DATA with all problems.
 */
export function resolveData(
  loaded: LoadedProfile,
  request: DataRequest,
  keys: readonly string[] | null = null,
): ResolvedDataSet {
  const mode = chooseMode(loaded, request.mode);
  const book = new OriginBook({ ...request, command: '' });
  const problems: Problem[] = [];
  const data = Object.keys(loaded.profile.data)
    .filter((key) => keys === null || keys.includes(key))
    // Data of a stack stand where its compose files say.
    .filter((key) => loaded.profile.data[key]?.service === undefined)
    .flatMap((key) => {
      const entry = resolveEntry({ key, loaded, mode, request, book });
      problems.push(...entry.problems);
      return entry.data === null ? [] : [entry.data];
    });
  if (problems.length > 0) throw problemsError(`the data of profile \`${loaded.name}\` is not complete`, problems);
  return { data, origins: book.origins };
}

/** The command whose container has the data's mount: the entry's own word, else the first that mounts it. */
export function dataCommand(loaded: LoadedProfile, mode: string | null, key: string): string | null {
  const entry = tableAt(loaded.tree, ['data', key]);
  const stated = wordAt(entry, ['command'])?.word;
  if (stated !== undefined) return stated;
  const mount = wordAt(entry, ['mount'])?.word ?? '';
  const names = Object.keys(loaded.profile.commands);
  return names.find((name) => mountIn(loaded, mode, name).entries.has(mount)) ?? names[0] ?? null;
}

type Work = {
  readonly key: string;
  readonly loaded: LoadedProfile;
  readonly mode: string | null;
  readonly request: DataRequest;
  readonly book: OriginBook;
};
type Entry = { readonly data: ResolvedData | null; readonly problems: readonly Problem[] };

function resolveEntry({ key, loaded, mode, request, book }: Work): Entry {
  const command = dataCommand(loaded, mode, key);
  const written = tableAt(loaded.tree, ['data', key]);
  const names = { ...request.names, mode: mode ?? undefined, command: command ?? undefined, profile: loaded.name };
  const { tree } = viewOf(loaded.tree, mode, command);
  const mountWord = wordAt(written, ['mount']);
  const mountTree = tableAt(tree, ['mounts', mountWord?.word ?? '']);
  if (mountWord === null || mountTree.entries.size === 0) return { data: null, problems: [noMount(written, mode)] };
  const plain = new Filler(loaded.tree, { variables: request.variables, names });
  const mount = filledMount(mountWord.word, mountTree, plain);
  const own = { ...contractDefaults(loaded, request), ...containerVariables(written, tree, plain) };
  const filler = new Filler(loaded.tree, { variables: { ...request.variables, ...own }, names });
  const filled = filler.fillTree(written, ['data', key]);
  const problems = [...plain.problems, ...filler.problems];
  if (problems.length > 0) return { data: null, problems };
  book.note(`data/${key}`, filled);
  book.note(`data/${key}/mount`, mount);
  return typed({ key, filled, mount, mountKey: mountWord.word, command, request });
}

type Parts = {
  readonly key: string;
  readonly filled: Tree;
  readonly mount: Tree;
  readonly mountKey: string;
  readonly command: string | null;
  readonly request: DataRequest;
};

function typed(parts: Parts): Entry {
  const { key, filled, mount, mountKey, command, request } = parts;
  const data = dataOf(filled);
  const place = placeOf(mountKey, mount, request);
  const file = data.file === undefined ? null : fileBelow(data.file, place.target);
  if (data.file !== undefined && file === null) {
    return { data: null, problems: [outside(filled, data.file, place.target)] };
  }
  const resolved: ResolvedData = {
    key,
    about: data.about ?? null,
    holds: data.holds ?? 'files',
    mount: place,
    file,
    protected: data.protected === true,
    migrations: absoluteOrNull(data.migrations, request),
    backup: backupOf(data.backup ?? {}, request),
    command,
    ...serverOf(data),
    litestream: data.litestream === undefined ? null : litestreamOf(data.litestream),
  };
  return { data: resolved, problems: [] };
}

function placeOf(key: string, mount: Tree, request: DataRequest): ResolvedData['mount'] {
  const { type = 'volume', source = '', target = '/' } = mountOf(mount);
  return type === 'bind'
    ? { key, type, target, source: absolute(source, request) }
    : { key, type: 'volume', target, source };
}

function backupOf(backup: DataBackup, request: DataRequest): ResolvedData['backup'] {
  const { keep_last: last, keep_daily: daily, keep_weekly: weekly, keep_monthly: monthly, folder, compress } = backup;
  return {
    keep: { last: count(last), daily: count(daily), weekly: count(weekly), monthly: count(monthly) },
    folder: absoluteOrNull(folder, request),
    compress: compress ?? 'brotli',
  };
}

function serverOf({ user, password, databases }: Data): Pick<ResolvedData, 'user' | 'password' | 'databases'> {
  return { user: user ?? null, password: password ?? null, databases: databases ?? [] };
}

function count(value: number | string | undefined): number | null {
  return value === undefined ? null : Number(value);
}

// Through the table of mounts, where the filler settles what kind of mount it is.
function filledMount(key: string, mount: Tree, filler: Filler): Tree {
  const mounts: Tree = { entries: new Map([[key, mount]]), sources: [] };
  return tableAt(filler.fillTree({ entries: new Map([['mounts', mounts]]), sources: [] }, ['container']), [
    'mounts',
    key,
  ]);
}

function contractDefaults({ profile }: LoadedProfile, { variables }: DataRequest): Variables {
  const found = Object.entries(profile.env).flatMap(([name, { default: value }]) =>
    value === undefined || variables[name] !== undefined ? [] : [[name, { value: String(value) }] as const],
  );
  return Object.fromEntries(found);
}

// What the container sees under a name is what its program will open.
function containerVariables(written: Tree, container: Tree, filler: Filler): Variables {
  const file = wordAt(written, ['file'])?.word ?? '';
  const used = mentions(parseTemplate(file)).flatMap((part) => (part.kind === 'variable' ? [part.name] : []));
  const found: [string, Variable][] = [];
  for (const name of used) {
    const node = tableAt(container, ['env']).entries.get(name);
    if (node === undefined || (isTree(node) && !node.entries.has('value'))) continue;
    const filled = filler.fillTree({ entries: new Map([[name, node]]), sources: [] }, ['container', 'env']);
    const value = plainOf(filled)[name];
    const text = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
    found.push([name, { value: String(text) }]);
  }
  return Object.fromEntries(found);
}

function fileBelow(file: string, target: string): ResolvedData['file'] {
  const [inside, folder] = [normalizePath(file, 'posix'), normalizePath(target, 'posix')];
  if (inside === folder || !isWithin(inside, folder)) return null;
  return { inside, below: inside.slice(folder === '/' ? 1 : folder.length + 1) };
}

function absoluteOrNull(path: string | undefined, request: DataRequest): string | null {
  return path === undefined ? null : absolute(path, request);
}

function absolute(path: string, { names, flavour = 'posix' }: DataRequest): string {
  const { project } = names;
  return project === undefined || isAbsolute(path, flavour) ? path : resolvePath(project, path, flavour);
}

function mountIn(loaded: LoadedProfile, mode: string | null, command: string): Tree {
  return tableAt(viewOf(loaded.tree, mode, command).tree, ['mounts']);
}

function noMount(written: Tree, mode: string | null): Problem {
  const mount = wordAt(written, ['mount']);
  const where = mode === null ? '' : ` in mode \`${mode}\``;
  return problemAt(mount?.source ?? sourceOf(written), {
    message: `the mount \`${mount?.word ?? ''}\` of this data is not there${where}`,
    hint: 'choose a mode that has it with -m',
  });
}

function outside(filled: Tree, file: string, target: string): Problem {
  return problemAt(sourceOf(filled.entries.get('file') ?? filled), {
    message: `the database \`${file}\` does not lie below its mount \`${target}\``,
    hint: 'mount the folder that the database lies in, and name that mount',
  });
}
