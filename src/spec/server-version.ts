import { parseImageRef } from '../core/image-ref.js';
import type { ImageFacts } from './facts.js';

/** Database servers whose data folders podctl can tell apart. */
export type ServerFamily = 'postgres' | 'mariadb' | 'mysql';

/** A server's release series: `15` (PostgreSQL from 10 on), `9.6`, `10.11` (MariaDB), `8.0` (MySQL). `at` says where it was read. */
export type ServerSeries = { readonly family: ServerFamily; readonly series: string; readonly at: string };

/** What was read of a data folder. A text is null when that file is not there. */
export type DataFolder = {
  /** Names in the folder; null where only single files could be fetched. */
  readonly names: readonly string[] | null;
  readonly texts: Readonly<Record<string, string | null>>;
};

/** Small files that tell which server wrote a folder, below the mount's target. The last two stand for a family without a version. */
export const TELLING_FILES: Readonly<Record<ServerFamily, readonly string[]>> = {
  postgres: ['PG_VERSION', 'data/PG_VERSION', ...[18, 19, 20, 21].map((major) => `${major}/docker/PG_VERSION`)],
  mariadb: ['mariadb_upgrade_info', 'mysql_upgrade_info', 'mysql_upgrade_history', 'aria_log_control', 'auto.cnf'],
  mysql: ['mysql_upgrade_history', 'mysql_upgrade_info', 'mariadb_upgrade_info', 'aria_log_control', 'auto.cnf'],
};

/** Which server wrote a data folder. `series` empty: only its family is known. null: nothing tells. */
export function seriesOfData(family: ServerFamily, { names, texts }: DataFolder): ServerSeries | null {
  if (family === 'postgres') return postgresSeries(texts);
  const told = toldSeries(texts);
  if (told !== null) return told;
  const has = (name: string): boolean => names?.includes(name) === true || (texts[name] ?? null) !== null;
  if (has('aria_log_control')) return { family: 'mariadb', series: '', at: 'aria_log_control' };
  // MariaDB writes no auto.cnf, and names its undo tablespaces without the underscore.
  const own = ['mysql.ibd', 'undo_001', 'auto.cnf'].find(has);
  return own === undefined ? null : { family: 'mysql', series: '', at: own };
}

/** Which server an image runs, by its variables, else by its name and tag; null: nothing tells. */
export function seriesOfImage(family: ServerFamily, image: Pick<ImageFacts, 'ref' | 'env'>): ServerSeries | null {
  return byVariables(family, image.env) ?? byName(family, image.ref);
}

const VARIABLES: readonly (readonly [name: string, family: ServerFamily])[] = [
  ['PG_MAJOR', 'postgres'],
  ['PG_VERSION', 'postgres'],
  ['MARIADB_VERSION', 'mariadb'],
  ['MYSQL_MAJOR', 'mysql'],
  ['MYSQL_VERSION', 'mysql'],
];

function byVariables(family: ServerFamily, env: ImageFacts['env']): ServerSeries | null {
  const related = VARIABLES.filter(([, kind]) => (kind === 'postgres') === (family === 'postgres'));
  for (const [name, kind] of related) {
    const series = seriesIn(kind, env[name] ?? '');
    if (series !== null) return { family: kind, series, at: name };
  }
  return null;
}

const NAMES: Readonly<Record<string, ServerFamily>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  postgis: 'postgres',
  mariadb: 'mariadb',
  mysql: 'mysql',
  'mysql-server': 'mysql',
};

function byName(family: ServerFamily, ref: string): ServerSeries | null {
  const { path, tag } = parseImageRef(ref);
  const kind = NAMES[path.split('/').at(-1) ?? ''];
  if (kind === undefined || (kind === 'postgres') !== (family === 'postgres')) return null;
  const series = seriesIn(kind, tag ?? '');
  return series === null ? null : { family: kind, series, at: `tag ${tag ?? ''}` };
}

function postgresSeries(texts: DataFolder['texts']): ServerSeries | null {
  // Of several folders side by side the newest one is in use.
  const found = TELLING_FILES.postgres.flatMap((at) => {
    const series = seriesIn('postgres', texts[at] ?? '');
    return series === null ? [] : [{ family: 'postgres', series, at } as const];
  });
  return found.toSorted((a, b) => compareSeries(b.series, a.series))[0] ?? null;
}

function toldSeries(texts: DataFolder['texts']): ServerSeries | null {
  const history = [...(texts['mysql_upgrade_history'] ?? '').matchAll(/"version"\s*:\s*"([^"]+)"/g)].at(-1)?.[1];
  const newest = seriesIn('mysql', history ?? '');
  if (newest !== null) return { family: 'mysql', series: newest, at: 'mysql_upgrade_history' };
  for (const at of ['mariadb_upgrade_info', 'mysql_upgrade_info']) {
    const text = texts[at] ?? '';
    const family = /mariadb/i.test(text) || at.startsWith('mariadb') ? 'mariadb' : 'mysql';
    const series = seriesIn(family, text);
    if (series !== null) return { family, series, at };
  }
  return null;
}

// `15.4-1.pgdg120+1`, `1:10.11.6+maria~ubu2204`, `8.0.35-1.el8`, `16-alpine`, `10.11`.
function seriesIn(family: ServerFamily, text: string): string | null {
  const [, major, minor] = /^\s*(?:\d+:)?(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (major === undefined) return null;
  if (family === 'postgres' && Number(major) >= 10) return major;
  return minor === undefined ? null : `${major}.${minor}`;
}

/** Below zero when the first series is the older one. */
export function compareSeries(a: string, b: string): number {
  const [first, second] = [a.split('.').map(Number), b.split('.').map(Number)];
  return (first[0] ?? 0) - (second[0] ?? 0) || (first[1] ?? 0) - (second[1] ?? 0);
}
