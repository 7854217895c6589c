import { PodctlError } from '../../core/errors.js';
import { asList, asObject, asText, parseJson } from '../../engine/json.js';
import { labelOf } from '../registry/repository.js';
import { numberOrNull, textOrNull } from '../store/row.js';
import type { Row, Store } from '../store/store.js';
import type { AppSpec } from './app-spec.js';
import type { Push } from './push.js';
import type { Release, ReleaseState } from './releases.js';

/** A name's row, as deployment needs it. */
export type NameRow = {
  readonly name: string;
  readonly label: string;
  readonly owner: string | null;
  readonly visibility: 'public' | 'private';
  readonly wanted: 'on' | 'off' | 'held';
  readonly current: number | null;
  readonly pinned: number | null;
  /** Why RAC has stopped it; null: it has not. */
  readonly halted: string | null;
};

export type ReleaseChange = {
  readonly state?: ReleaseState;
  readonly app?: AppSpec;
  readonly warnings?: readonly string[];
  readonly problem?: string | null;
  readonly readyAt?: number;
  readonly sizeBytes?: number;
};

export type Records = ReturnType<typeof makeRecords>;

const EXPIRED =
  'owner IS NULL AND expires_at <= ? AND NOT EXISTS (SELECT 1 FROM event WHERE event.name = name.name AND done_at IS NULL)';
// In the words of its index.
const ALWAYS_ON = `SELECT name.* FROM release INDEXED BY release_always_on
  CROSS JOIN name ON name.name = release.name AND name.current_release = release.id
  WHERE instr(release.app, '"alwaysOn":true') > 0 AND wanted = 'on' AND halted IS NULL`;
const COLLECTABLE = `SELECT name FROM release WHERE state <> 'collected' GROUP BY name
  HAVING count(*) > 1 OR sum(state IN ('failed', 'refused')) > 0`;
const LONGEST_PROBLEM = 16_384;

/** Names and releases in the database. */
export function makeRecords(store: Store) {
  const specs = new Map<number, AppSpec>();
  const nameRow = (name: string): NameRow | null => toName(store.get('SELECT * FROM name WHERE name = ?', name));
  const release = (id: number): Release | null => {
    const row = store.get('SELECT * FROM release WHERE id = ?', id);
    return row === undefined ? null : toRelease(row, nameRow(asText(row['name'])));
  };
  const tables: Tables = { store, specs, nameRow, release };
  return {
    ...namesOf(tables),
    ...fewOfNames(tables),
    ...endsOfNames(tables),
    ...releasesOf(tables),
    ...switchesOf(tables),
  };
}

type Tables = {
  readonly store: Store;
  readonly specs: Map<number, AppSpec>;
  readonly nameRow: (name: string) => NameRow | null;
  readonly release: (id: number) => Release | null;
};

function namesOf({ store, nameRow }: Tables) {
  return {
    name: nameRow,
    byLabel: (label: string): NameRow | null => toName(store.get('SELECT * FROM name WHERE label = ?', label)),
    names: (): readonly NameRow[] => store.all('SELECT * FROM name ORDER BY name').map(toName).filter(isThere),
    /** The row of a name that is pushed to, made where it is new. */
    pushed: ({ name, at }: Push, expiresAt: number): NameRow => {
      store.run(
        `INSERT INTO name (name, label, created_at, last_push_at, expires_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET last_push_at = max(coalesce(last_push_at, 0), excluded.last_push_at),
           expires_at = CASE WHEN owner IS NULL THEN max(coalesce(expires_at, 0), excluded.expires_at) ELSE NULL END`,
        name,
        labelOf(name),
        at,
        at,
        expiresAt,
      );
      const row = nameRow(name);
      if (row === null) throw new PodctlError('BUG', `\`${name}\` is gone right after it was written`);
      return row;
    },
    setWanted: (name: string, wanted: NameRow['wanted']): void => {
      store.run('UPDATE name SET wanted = ?, halted = NULL WHERE name = ?', wanted, name);
    },
    halt: (name: string, reason: string): void => {
      store.run('UPDATE name SET halted = ? WHERE name = ?', reason, name);
    },
    unhalt: (name: string): void => {
      store.run('UPDATE name SET halted = NULL WHERE name = ?', name);
    },
    pin: (name: string, id: number | null): void => {
      store.run('UPDATE name SET pinned_release = ? WHERE name = ?', id, name);
    },
    setVisibility: (name: string, visibility: NameRow['visibility']): void => {
      store.run('UPDATE name SET visibility = ? WHERE name = ?', visibility, name);
    },
  };
}

// Of thousands of names the few that need something: this is asked again and again.
function fewOfNames({ store }: Tables) {
  return {
    /** Served, and never asleep. */
    alwaysOn: (): readonly NameRow[] => store.all(ALWAYS_ON).map(toName).filter(isThere),
    /** More than one release of them is kept, or one that failed. */
    collectable: (): readonly string[] => store.all(COLLECTABLE).map((row) => asText(row['name'])),
  };
}

function endsOfNames({ store }: Tables) {
  return {
    /** Nobody's, past their time, and without a push that waits. */
    expired: (now: number): readonly string[] =>
      store.all(`SELECT name FROM name WHERE ${EXPIRED}`, now).map((row) => asText(row['name'])),
    /** All but the row itself: releases and variables go. */
    clear: (name: string): void =>
      store.transaction(() => {
        store.run('UPDATE name SET current_release = NULL, pinned_release = NULL, halted = NULL WHERE name = ?', name);
        store.run('DELETE FROM release WHERE name = ?', name);
        store.run('DELETE FROM variable WHERE name = ?', name);
        // Its tags are gone: the same one pushed again is news, also where its notification is lost.
        store.run('DELETE FROM event WHERE name = ? AND done_at IS NOT NULL', name);
      }),
    /** The name with its releases and variables; false: it is not expired any more. */
    forget: (name: string, now: number): boolean =>
      store.run(`DELETE FROM name WHERE ${EXPIRED} AND name = ?`, now, name) > 0,
  };
}

function releasesOf({ store, release, nameRow }: Tables) {
  return {
    add: (push: Push): Release => {
      store.run(
        `INSERT INTO release (name, tag, digest, actor, created_at, state) VALUES (?, ?, ?, ?, ?, 'pulling')`,
        push.name,
        push.tag,
        push.digest,
        push.actor,
        push.at,
      );
      const row = store.get('SELECT * FROM release WHERE id = last_insert_rowid()');
      if (row === undefined)
        throw new PodctlError('BUG', `a release of \`${push.name}\` is gone right after it was written`);
      return toRelease(row, null);
    },
    release,
    /** Newest first. */
    releases: (name: string): readonly Release[] => {
      const owner = nameRow(name);
      return store
        .all('SELECT * FROM release WHERE name = ? ORDER BY id DESC', name)
        .map((row) => toRelease(row, owner));
    },
  };
}

function switchesOf({ store, specs, release }: Tables) {
  return {
    change: (id: number, change: ReleaseChange): void => {
      const { state, app, warnings, problem, readyAt, sizeBytes } = change;
      if (app !== undefined) specs.delete(id);
      store.run(
        `UPDATE release SET state = coalesce(?, state), app = coalesce(?, app), warnings = coalesce(?, warnings),
           problem = CASE WHEN ? THEN ? ELSE problem END, ready_at = coalesce(?, ready_at),
           size_bytes = coalesce(?, size_bytes) WHERE id = ?`,
        state ?? null,
        app === undefined ? null : JSON.stringify(app),
        warnings === undefined ? null : JSON.stringify(warnings),
        problem === undefined ? 0 : 1,
        problem === undefined || problem === null ? null : problem.slice(0, LONGEST_PROBLEM),
        readyAt ?? null,
        sizeBytes ?? null,
        id,
      );
    },
    /** A release takes over; the one before is superseded. */
    takeOver: (name: string, id: number, now: number): void =>
      store.transaction(() => {
        store.run(
          `UPDATE release SET state = 'superseded' WHERE id = (SELECT current_release FROM name WHERE name = ?) AND id <> ?`,
          name,
          id,
        );
        store.run(
          `UPDATE release SET state = 'ready', problem = NULL, ready_at = coalesce(ready_at, ?) WHERE id = ?`,
          now,
          id,
        );
        store.run('UPDATE name SET current_release = ?, halted = NULL WHERE name = ?', id, name);
      }),
    /** What a release wants, without reading the text each time a request comes. */
    app: (id: number): AppSpec | null => {
      const known = specs.get(id) ?? release(id)?.app ?? null;
      if (known !== null) specs.set(id, known);
      return known;
    },
  };
}

function isThere<T>(value: T | null): value is T {
  return value !== null;
}

function toName(row: Row | undefined): NameRow | null {
  if (row === undefined) return null;
  const wanted = row['wanted'];
  return {
    name: asText(row['name']),
    label: asText(row['label']),
    owner: textOrNull(row['owner']),
    visibility: row['visibility'] === 'private' ? 'private' : 'public',
    wanted: wanted === 'off' || wanted === 'held' ? wanted : 'on',
    current: numberOrNull(row['current_release']),
    pinned: numberOrNull(row['pinned_release']),
    halted: textOrNull(row['halted']),
  };
}

const STATES: readonly ReleaseState[] = [
  'pulling',
  'starting',
  'ready',
  'failed',
  'superseded',
  'refused',
  'collected',
];

function toRelease(row: Row, owner: NameRow | null): Release {
  const id = Number(row['id']);
  return {
    id,
    name: asText(row['name']),
    tag: asText(row['tag']),
    digest: asText(row['digest']),
    actor: textOrNull(row['actor']),
    createdAt: Number(row['created_at']),
    readyAt: numberOrNull(row['ready_at']),
    state: STATES.find((state) => state === row['state']) ?? 'failed',
    app: toApp(asText(row['app'])),
    warnings: asList(parseJson(asText(row['warnings']))).map(asText),
    problem: textOrNull(row['problem']),
    sizeBytes: numberOrNull(row['size_bytes']),
    current: owner?.current === id,
    pinned: owner?.pinned === id,
  };
}

// RAC wrote it itself; a text that is no such object is none.
function toApp(text: string): AppSpec | null {
  const value: unknown = parseJson(text);
  return isApp(value) ? value : null;
}

function isApp(value: unknown): value is AppSpec {
  const { port, volumes, env, memory } = asObject(value);
  return typeof port === 'number' && Array.isArray(volumes) && typeof env === 'object' && typeof memory === 'number';
}
