import { isWithin, normalizePath, parentOf, resolvePath } from '../core/path.js';
import type { SqliteHeader } from '../core/sqlite-header.js';
import type { EngineFacts } from '../spec/facts.js';
import type { ContainerSpec, Mount } from '../spec/spec.js';
import type { PathFacts } from './host-answers.js';
import { type PreflightProblem, preflightProblem } from './preflight.js';

/** What the rules of a start look at in an entry of `[data]`. */
export type DataRule = {
  readonly key: string;
  readonly holds: 'sqlite' | 'mysql' | 'mariadb' | 'postgres' | 'files';
  /** Key of the mount in which the data stand; null: the one above `file`. */
  readonly mount: string | null;
  /** SQLite only: the database file, as the container sees it, or below the mount's target; null: not said. */
  readonly file: string | null;
  readonly protected: boolean;
};

/** What was seen of the data on the host. A path that was not asked about is undefined. */
export type DataAnswers = {
  readonly paths: Readonly<Record<string, PathFacts | undefined>>;
  /** Journal mode in the header of each database file by host path; null: no file, or no SQLite database. */
  readonly journals: Readonly<Record<string, SqliteHeader['journal'] | null | undefined>>;
};

export type DataContext = {
  readonly engine: Pick<EngineFacts, 'name' | 'vm'>;
  /** `--i-know` was given. */
  readonly iKnow: boolean;
  /** The container goes away when it ends, with its unnamed volumes. */
  readonly remove: boolean;
};

/** Host paths of database files that have to be looked at before a start. */
export function dataQuestions(spec: ContainerSpec, rules: readonly DataRule[]): readonly string[] {
  return rules.flatMap((rule) => {
    const place = placeOf(rule, spec);
    return place?.host == null ? [] : [place.host];
  });
}

/** The spec in which a missing folder of declared data is made by podctl instead of by the engine, which would make it root's. */
export function withDataFolders(spec: ContainerSpec, rules: readonly DataRule[]): ContainerSpec {
  const keys = new Set(rules.flatMap((rule) => [rule.mount, mountOf(rule, spec)?.key]));
  const made = (mount: Mount): boolean => mount.type === 'bind' && mount.kind !== 'file' && keys.has(mount.key);
  // A file that is itself mounted is refused below; a folder in its place would only hide that.
  const files = new Set(rules.flatMap((rule) => placeOf(rule, spec)?.path ?? []));
  return {
    ...spec,
    mounts: spec.mounts.map((mount) => (made(mount) && !files.has(mount.target) ? { ...mount, create: true } : mount)),
  };
}

/** Every way in which declared data would be lost or damaged by this start. */
export function judgeData(
  { spec, rules }: { readonly spec: ContainerSpec; readonly rules: readonly DataRule[] },
  answers: DataAnswers,
  context: DataContext,
): readonly PreflightProblem[] {
  return rules.flatMap((rule) => {
    const found = rule.holds === 'sqlite' ? judgeSqlite(rule, { spec, answers, context }) : null;
    const one = found ?? judgeUnnamed(rule, spec, context);
    return one === null ? [] : [one];
  });
}

type Looking = { readonly spec: ContainerSpec; readonly answers: DataAnswers; readonly context: DataContext };
/** `path`: in the container; `host`: on this machine, null inside a volume. */
type Place = { readonly path: string; readonly mount: Mount | null; readonly host: string | null };

function placeOf(rule: DataRule, spec: ContainerSpec): Place | null {
  if (rule.holds !== 'sqlite' || rule.file === null) return null;
  const named = spec.mounts.find(({ key }) => key === rule.mount);
  const path = rule.file.startsWith('/')
    ? normalizePath(rule.file, 'posix')
    : resolvePath(named?.target ?? spec.workdir ?? '/', rule.file, 'posix');
  const above = spec.mounts.filter(({ target }) => isWithin(path, target));
  const mount = above.toSorted((a, b) => b.target.length - a.target.length)[0] ?? null;
  return { path, mount, host: mount === null ? null : hostPathOf(mount, path) };
}

function mountOf(rule: DataRule, spec: ContainerSpec): Mount | null {
  return placeOf(rule, spec)?.mount ?? spec.mounts.find(({ key }) => key === rule.mount) ?? null;
}

function hostPathOf({ type, source, target }: Mount, path: string): string | null {
  if (type !== 'bind') return null;
  const below = path.slice(target.length);
  // A Windows source keeps its own separators.
  return /^([A-Za-z]:)?\\/.test(source) ? `${source}${below.replaceAll('/', '\\')}` : `${source}${below}`;
}

function judgeSqlite(rule: DataRule, looking: Looking): PreflightProblem | null {
  const place = placeOf(rule, looking.spec);
  if (place === null) return null;
  const { mount, path } = place;
  if (mount === null || mount.type === 'tmpfs') return belowNoMount(rule, place, looking.spec);
  if (mount.target === path) return fileItself(rule, mount, looking);
  return wrongKind(rule, place, looking.answers) ?? inSharedFolder(rule, place, looking);
}

function belowNoMount({ key }: DataRule, { path, mount }: Place, { mounts }: ContainerSpec): PreflightProblem {
  const folder = parentOf(path);
  const where = mount === null ? 'below no mount' : `in memory (mount \`${mount.key}\`)`;
  const lasting = mounts.filter(({ type }) => type !== 'tmpfs').map(({ target }) => `\`${target}\``);
  const there = lasting.length === 0 ? '' : `, or keep the file below ${lasting.join(' or ')}`;
  return preflightProblem(
    'BAD_DATA',
    `data \`${key}\`: the database \`${path}\` is ${where}: it would go with the container`,
    `mount a volume or a folder on \`${folder}\`${there}`,
  );
}

// The engines would mount that one file: its -wal and -shm are written beside it, in the container, and a missing one becomes a folder.
function fileItself({ key }: DataRule, mount: Mount, { answers }: Looking): PreflightProblem {
  const flag = mount.key.startsWith('flag/');
  const what = flag ? '`--mount`' : `mount \`${mount.key}\``;
  const folder = parentOf(mount.target);
  const kind = answers.paths[mount.source]?.kind;
  const made = kind === 'directory' ? `; \`${mount.source}\` is a folder now, which an engine made: remove it` : '';
  const mend = mount.type === 'volume' ? `mount the volume on \`${folder}\`` : mendOf(mount, folder);
  return preflightProblem(
    flag ? 'REFUSED' : 'BAD_DATA',
    `data \`${key}\`: ${what} mounts the database file itself, so its -wal and -shm would stay in the container and be lost`,
    `${mend}${made}`,
  );
}

function mendOf({ source, target }: Mount, folder: string): string {
  const own = parentOf(source);
  const name = source.split(/[\\/]/).at(-1) ?? '';
  const inside = `${folder === '/' ? '' : folder}/${name}`;
  const file = inside === target ? '' : `, and name the file \`${inside}\``;
  // Mounting the root folder of either side would show the host, or hide the image.
  if (own === '/' || folder === '/') return 'keep the file in a folder of its own, and mount that folder';
  return `mount its folder: \`${own}\` on \`${folder}\`${file}`;
}

function wrongKind({ key }: DataRule, { mount, host }: Place, { paths }: DataAnswers): PreflightProblem | null {
  if (mount === null || host === null) return null;
  const folder = strange(paths[mount.source], 'directory');
  if (folder !== null) {
    return preflightProblem(
      'MISSING_INPUT',
      `data \`${key}\`: \`${mount.source}\` is a ${folder}, and the folder of the database is wanted`,
      `mount the folder in which the database stands: \`${parentOf(mount.source)}\``,
    );
  }
  const file = strange(paths[host], 'file');
  if (file === null) return null;
  const hint = `an engine makes such a folder for a file that is missing; remove it with \`rmdir ${host}\``;
  return preflightProblem(
    'MISSING_INPUT',
    `data \`${key}\`: \`${host}\` is a ${file}, and the database file should be there`,
    file === 'directory' ? hint : 'move it away, or name another file',
  );
}

// What stands there instead of what is wanted; null when that is there, or nothing.
function strange(facts: PathFacts | undefined, wanted: 'file' | 'directory'): string | null {
  const kind = facts?.kind ?? wanted;
  if (kind === wanted) return null;
  return kind === 'other' ? 'special file' : kind;
}

// File sharing between a machine and its virtual machine keeps no shared memory and no locks that WAL needs: databases break there.
function inSharedFolder({ key }: DataRule, { host, mount }: Place, looking: Looking): PreflightProblem | null {
  const { engine, iKnow } = looking.context;
  if (!engine.vm || iKnow || host === null || mount === null) return null;
  const journal = looking.answers.journals[host];
  if (journal === 'rollback') return null;
  const why =
    journal === 'wal' ? 'is in WAL mode' : 'may be put in WAL mode by the application (it is not there to look at)';
  return preflightProblem(
    'REFUSED',
    `data \`${key}\`: the database \`${host}\` ${why}, and ${engine.name} shares that folder with a virtual machine, which damages such databases`,
    `keep it in a named volume: \`type = "volume"\`, \`source = "${key}"\` for mount \`${mount.key}\`; --i-know starts it all the same`,
  );
}

function judgeUnnamed(rule: DataRule, spec: ContainerSpec, { remove }: DataContext): PreflightProblem | null {
  const mount = mountOf(rule, spec);
  if (mount === null || mount.type !== 'volume' || mount.source !== '') return null;
  if (!remove && !rule.protected) return null;
  const why = remove ? 'goes with the container when it ends' : 'nobody finds again, although the data are protected';
  return preflightProblem(
    'REFUSED',
    `data \`${rule.key}\`: mount \`${mount.key}\` is a volume without a name, which ${why}`,
    `give it one: \`source = "${rule.key}"\``,
  );
}
