/** How a backup is compressed. `brotli`: a tar of brotli parts, which several processors work on at once. */
export type Compression = 'brotli' | 'gzip' | 'none';

/** How many backups are kept; null: this rule keeps none. With all of them null nothing is ever deleted. */
export type Keep = {
  readonly last: number | null;
  /** The newest one of each of the last so many days, weeks (from Monday) and months, in UTC, that have one. */
  readonly daily: number | null;
  readonly weekly: number | null;
  readonly monthly: number | null;
};

/** `backup`: made by `db backup`; `replaced`: what a restore moved aside. */
export type BackupKind = 'backup' | 'replaced';

/** The document beside a backup. It is written last: data without one is no backup. */
export type BackupManifest = {
  readonly podctl: 1;
  /** podctl's version. */
  readonly version: string;
  readonly kind: BackupKind;
  /** `20261121T033012Z`, for instance, with `-2` and so on for a second one in that second. */
  readonly id: string;
  readonly project: string;
  readonly profile: string;
  readonly key: string;
  readonly holds: 'sqlite' | 'mysql' | 'mariadb' | 'postgres' | 'files';
  /** ISO time in UTC. */
  readonly made: string;
  /** Where the data lay, in words, for instance ``volume `app-data`, db``. */
  readonly source: string;
  /** `online`: while the application went on; `paused`: it was paused; `rest`: nothing used the data. */
  readonly how: 'online' | 'paused' | 'rest';
  readonly compress: Compression;
  /** Name of the data's file, in the folder of the manifest. */
  readonly file: string;
  /** Of the file as it lies there. */
  readonly bytes: number;
  readonly sha256: string;
  /** Of what is in it. */
  readonly content: { readonly bytes: number };
  readonly sqlite?: SqliteContent | undefined;
  /** Of the database's file; left out where the engine handed the data over. */
  readonly owner?: FileOwner | undefined;
  /** What a dump of a server says of itself, for instance its version. */
  readonly server?: Readonly<Record<string, string>> | undefined;
};

/** Whose a file is. `mode` in permission bits. */
export type FileOwner = { readonly uid: number; readonly gid: number; readonly mode: number };

/** What a copied database says of itself. */
export type SqliteContent = {
  readonly userVersion: number;
  readonly pageSize: number;
  readonly pages: number;
  /** Answer of `PRAGMA integrity_check` on the copy. */
  readonly integrity: string;
};

const ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(-\d+)?$/;

/** The id of a backup that is made at this time (milliseconds). `taken`: ids that are there already. */
export function backupId(now: number, taken: readonly string[] = []): string {
  const id = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  if (!taken.includes(id)) return id;
  let number = 2;
  while (taken.includes(`${id}-${number}`)) number += 1;
  return `${id}-${number}`;
}

/** True for the id of a backup. */
export function isBackupId(text: string): boolean {
  return ID.test(text);
}

/** Names of a backup's files: `db-20261121T033012Z.sqlite.tar`, for instance, and the same with `.json`. */
export function backupNames(of: Pick<BackupManifest, 'key' | 'id' | 'holds' | 'compress'>): {
  readonly data: string;
  readonly manifest: string;
} {
  const stem = `${of.key}-${of.id}`;
  const kind = of.holds === 'sqlite' ? 'sqlite' : of.holds === 'files' ? 'tar' : 'sql';
  const end = of.compress === 'none' ? '' : of.compress === 'gzip' ? '.gz' : '.br.tar';
  return { data: `${stem}.${kind}${end}`, manifest: `${stem}.json` };
}

/**
 * True for a backup of these very data. A folder may hold those of several projects, of several profiles, and of one entry that lies
 * elsewhere in another mode: none of them is counted, removed or restored in the place of another.
 */
export function isOf(
  manifest: Pick<BackupManifest, 'project' | 'key' | 'source'>,
  data: Pick<BackupManifest, 'project' | 'key' | 'source'>,
): boolean {
  return manifest.project === data.project && manifest.key === data.key && manifest.source === data.source;
}

/** Backups that the rules no longer keep, oldest first. Never the newest one, nor what a restore moved aside. */
export function expired<T extends Pick<BackupManifest, 'id' | 'kind'>>(
  backups: readonly T[],
  keep: Keep,
): readonly T[] {
  const newestFirst = backups.filter(({ kind }) => kind === 'backup').toSorted((a, b) => compareIds(b.id, a.id));
  const { last, daily, weekly, monthly } = keep;
  if (last === null && daily === null && weekly === null && monthly === null) return [];
  const kept = new Set<T>([
    ...newestFirst.slice(0, Math.max(1, last ?? 1)),
    ...newestOfEach(newestFirst, dayOf, daily ?? 0),
    ...newestOfEach(newestFirst, weekOf, weekly ?? 0),
    ...newestOfEach(newestFirst, monthOf, monthly ?? 0),
  ]);
  return newestFirst.filter((backup) => !kept.has(backup)).toReversed();
}

/** Order of ids by time: a second one in the same second comes after the first. */
export function compareIds(a: string, b: string): number {
  const [first = '', second = ''] = [a, b].map((id) => id.slice(0, 16));
  if (first !== second) return first < second ? -1 : 1;
  return Number(a.slice(17) || '1') - Number(b.slice(17) || '1');
}

function newestOfEach<T extends { readonly id: string }>(
  newestFirst: readonly T[],
  spanOf: (id: string) => string,
  count: number,
): readonly T[] {
  const found = new Map<string, T>();
  for (const backup of newestFirst) {
    const span = spanOf(backup.id);
    if (found.size < count && !found.has(span)) found.set(span, backup);
  }
  return [...found.values()];
}

function dayOf(id: string): string {
  return id.slice(0, 8);
}

function monthOf(id: string): string {
  return id.slice(0, 6);
}

// The Monday of the week.
function weekOf(id: string): string {
  const [, year, month, day] = ID.exec(id) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const monday = date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000;
  return new Date(monday).toISOString().slice(0, 10);
}
