import type { Push } from '../deploy/push.js';
import { textOrNull } from '../store/row.js';
import type { Row, Store } from '../store/store.js';

/** A push that waits to be deployed. */
export type Waiting = Push & { readonly sequence: number; readonly tries: number };

/** The pushes that the database knows of. */
export type Inbox = {
  /** All of them or none; each id once. Says how many were new. They outlive a crash once this has returned. */
  readonly accept: (pushes: readonly Push[]) => number;
  /** The oldest waiting push of each name whose time has come, but of these names. */
  readonly due: (now: number, but: ReadonlySet<string>) => readonly Waiting[];
  /** When the next one's time comes; null: none waits. */
  readonly nextAt: (but: ReadonlySet<string>) => number | null;
  readonly done: (push: Waiting) => void;
  /** As if RAC had never heard of it: the next comparison of tags finds it anew. */
  readonly drop: (push: Waiting) => void;
  readonly again: (push: Waiting, at: number, problem: string) => void;
  /** The push that RAC last heard of for a tag; null: of none. */
  readonly heard: (name: string, tag: string) => Pick<Push, 'digest' | 'at'> | null;
  readonly knows: (name: string) => boolean;
  readonly waiting: () => number;
};

// No pause is so long: the clock has gone back.
const LONGEST_AHEAD_MS = 600_000;

export function openInbox(store: Store, now: () => number): Inbox {
  const first = 'SELECT name, MIN(sequence) AS first FROM event WHERE done_at IS NULL GROUP BY name';
  return {
    accept: (pushes) => store.transaction(() => pushes.reduce((count, push) => count + insert(store, push, now()), 0)),
    due: (at, but) =>
      store
        .all(
          `SELECT event.* FROM event JOIN (${first}) ON sequence = first WHERE next_try_at <= ? OR next_try_at > ? ORDER BY sequence`,
          at,
          at + LONGEST_AHEAD_MS,
        )
        .map(waitingOf)
        .filter(({ name }) => !but.has(name)),
    nextAt: (but) => {
      const rows = store.all(`SELECT event.name, next_try_at FROM event JOIN (${first}) ON sequence = first`);
      const times = rows.filter((row) => !but.has(String(row['name']))).map((row) => Number(row['next_try_at']));
      return times.length === 0 ? null : Math.min(...times);
    },
    done: ({ sequence }) => {
      store.run('UPDATE event SET done_at = ?, problem = NULL WHERE sequence = ?', now(), sequence);
    },
    drop: ({ sequence }) => {
      store.run('DELETE FROM event WHERE sequence = ?', sequence);
    },
    again: ({ sequence }, at, problem) => {
      const sql = 'UPDATE event SET tries = tries + 1, next_try_at = ?, problem = ? WHERE sequence = ?';
      store.run(sql, at, problem, sequence);
    },
    heard: (name, tag) => {
      const sql = 'SELECT digest, pushed_at FROM event WHERE name = ? AND tag = ? ORDER BY sequence DESC LIMIT 1';
      const row = store.get(sql, name, tag);
      return row === undefined ? null : { digest: String(row['digest']), at: Number(row['pushed_at']) };
    },
    knows: (name) => store.get('SELECT 1 FROM event WHERE name = ? LIMIT 1', name) !== undefined,
    waiting: () => Number(store.get('SELECT COUNT(*) AS count FROM event WHERE done_at IS NULL')?.['count'] ?? 0),
  };
}

function insert(store: Store, push: Push, now: number): number {
  return store.run(
    `INSERT INTO event (id, name, tag, digest, actor, address, pushed_at, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
    push.id,
    push.name,
    push.tag,
    push.digest,
    push.actor,
    push.address,
    push.at,
    now,
  );
}

function waitingOf(row: Row): Waiting {
  return {
    sequence: Number(row['sequence']),
    tries: Number(row['tries']),
    id: String(row['id']),
    name: String(row['name']),
    tag: String(row['tag']),
    digest: String(row['digest']),
    actor: textOrNull(row['actor']),
    address: String(row['address']),
    at: Number(row['pushed_at']),
  };
}
