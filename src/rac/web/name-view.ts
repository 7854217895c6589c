import type { Tier } from '../deploy/lifecycle.js';
import { numberOrNull, textOrNull } from '../store/row.js';
import type { Row, Store } from '../store/store.js';

/** How a name stands, in one word. */
export type NameState = 'empty' | 'deploying' | 'failed' | 'on' | 'off' | 'held';

export type ReleaseView = {
  readonly id: number;
  readonly tag: string;
  readonly digest: string;
  readonly state: string;
  /** null: nobody was logged in. */
  readonly actor: string | null;
  readonly createdAt: number;
  readonly readyAt: number | null;
  readonly sizeBytes: number | null;
  readonly warnings: readonly string[];
  /** Why it failed or was refused, and what the application wrote last. */
  readonly problem: string | null;
};

/** A name as the API tells it. */
export type NameView = {
  readonly name: string;
  readonly url: string;
  readonly owner: string | null;
  readonly visibility: string;
  readonly state: NameState;
  readonly tier: Tier;
  readonly createdAt: number;
  readonly lastPushAt: number | null;
  /** When an unclaimed name goes away. */
  readonly expiresAt: number | null;
  readonly pinned: number | null;
  readonly current: ReleaseView | null;
  /** The newest one, also when it failed. */
  readonly newest: ReleaseView | null;
};

export type NameFilter = {
  /** Part of the name. */
  readonly text: string;
  readonly owner: string | null;
  /** Names after this one, in the order of their bytes. */
  readonly after: string;
};

/** What is told of names, read from the database. */
export type NameViews = {
  readonly of: (name: string) => NameView | null;
  /** At most `limit`, in order. */
  readonly list: (filter: NameFilter, limit: number) => readonly NameView[];
  /** Newest first; those before release `before`, when that is not null. */
  readonly releases: (name: string, before: number | null, limit: number) => readonly ReleaseView[];
  /** Everything that a page shows, as one text per name: who keeps the last ones sees what has changed. */
  readonly signatures: () => ReadonlyMap<string, string>;
};

export type NameViewDeps = {
  readonly store: Pick<Store, 'get' | 'all'>;
  readonly tierOf: (name: string) => Tier;
  readonly urlOf: (label: string) => string;
};

const NEWEST = '(SELECT MAX(id) FROM release WHERE release.name = name.name)';

export function nameViews(deps: NameViewDeps): NameViews {
  const { store, tierOf } = deps;
  const release = (id: unknown): ReleaseView | null => {
    const row = id === null ? undefined : store.get('SELECT * FROM release WHERE id = ?', Number(id));
    return row === undefined ? null : releaseView(row);
  };
  const view = (row: Row): NameView => nameView(row, { ...deps, release });
  return {
    of: (name) => {
      const row = store.get(`SELECT name.*, ${NEWEST} AS newest FROM name WHERE name = ?`, name);
      return row === undefined ? null : view(row);
    },
    list: (filter, limit) => nameRows(store, filter, limit).map(view),
    releases: (name, before, limit) =>
      store
        .all(
          'SELECT * FROM release WHERE name = ? AND id < ? ORDER BY id DESC LIMIT ?',
          name,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
        .map(releaseView),
    signatures: () => new Map(shownRows(store).map((row) => signatureOf(row, tierOf))),
  };
}

function nameRows(store: Pick<Store, 'all'>, { text, owner, after }: NameFilter, limit: number): readonly Row[] {
  return store.all(
    `SELECT name.*, ${NEWEST} AS newest FROM name
     WHERE name > ? AND instr(name, ?) > 0 AND (? IS NULL OR owner = ?) ORDER BY name LIMIT ?`,
    after,
    text,
    owner,
    owner,
    limit,
  );
}

/** Of every name what a page shows of it. */
function shownRows(store: Pick<Store, 'all'>): readonly Row[] {
  return store.all(
    `SELECT name.name, owner, visibility, wanted, pinned_release, current_release, newest.id, newest.state
     FROM name LEFT JOIN release AS newest ON newest.id = ${NEWEST}`,
  );
}

function signatureOf(row: Row, tierOf: NameViewDeps['tierOf']): [string, string] {
  const name = String(row['name']);
  return [name, JSON.stringify([...Object.values(row), tierOf(name)])];
}

type ViewDeps = NameViewDeps & { readonly release: (id: unknown) => ReleaseView | null };

function nameView(row: Row, { tierOf, urlOf, release }: ViewDeps): NameView {
  const name = String(row['name']);
  const [current, newest] = [release(row['current_release']), release(row['newest'])];
  return {
    name,
    url: urlOf(String(row['label'])),
    owner: textOrNull(row['owner']),
    visibility: String(row['visibility']),
    state: stateOf(String(row['wanted']), current, newest),
    tier: tierOf(name),
    createdAt: Number(row['created_at']),
    lastPushAt: numberOrNull(row['last_push_at']),
    expiresAt: numberOrNull(row['expires_at']),
    pinned: numberOrNull(row['pinned_release']),
    current,
    newest,
  };
}

function stateOf(wanted: string, current: ReleaseView | null, newest: ReleaseView | null): NameState {
  if (wanted === 'off' || wanted === 'held') return wanted;
  if (current !== null) return 'on';
  if (newest === null) return 'empty';
  return ['pulling', 'starting'].includes(newest.state) ? 'deploying' : 'failed';
}

function releaseView(row: Row): ReleaseView {
  return {
    id: Number(row['id']),
    tag: String(row['tag']),
    digest: String(row['digest']),
    state: String(row['state']),
    actor: textOrNull(row['actor']),
    createdAt: Number(row['created_at']),
    readyAt: numberOrNull(row['ready_at']),
    sizeBytes: numberOrNull(row['size_bytes']),
    warnings: textsOf(row['warnings']),
    problem: textOrNull(row['problem']),
  };
}

function textsOf(json: unknown): readonly string[] {
  const list: unknown = typeof json === 'string' ? JSON.parse(json) : [];
  return Array.isArray(list) ? list.map(String) : [];
}
