import { expect, it } from 'vitest';
import { labelOf } from '../../../src/rac/registry/repository.js';
import { openRetention } from '../../../src/rac/store/retention.js';
import { openStore } from '../../../src/rac/store/store.js';

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const QUIET = { info: () => undefined, warn: () => undefined };

async function room() {
  const store = await openStore(':memory:');
  const clock = { now: () => NOW, sleep: () => Promise.resolve() };
  const { sweep } = openRetention({ store, clock, log: QUIET, turnLog: () => Promise.resolve() });
  const name = (text: string) =>
    store.run('INSERT INTO name (name, label, created_at) VALUES (?, ?, 1)', text, labelOf(text));
  const event = (id: string, of: string, done: number | null) =>
    store.run(
      `INSERT INTO event (id, name, tag, digest, pushed_at, received_at, done_at) VALUES (?, ?, '1', 'd', 1, 1, ?)`,
      id,
      of,
      done,
    );
  const audit = (action: string, days: number) =>
    store.run(
      "INSERT INTO audit (at, actor, address, action, subject) VALUES (?, 'a', '', ?, 's')",
      NOW - days * DAY,
      action,
    );
  const column = (sql: string) => store.all(sql).map((row) => Object.values(row)[0]);
  return { store, sweep, name, event, audit, column };
}

it('keeps of events what waits, what is young, and the newest of each tag of a name that is there', async () => {
  const { sweep, name, event, column } = await room();
  name('a');
  for (const [id, of, done] of [
    ['old', 'a', NOW - 8 * DAY],
    ['newest', 'a', NOW - 8 * DAY],
    ['gone', 'b', NOW - 8 * DAY],
    ['young', 'b', NOW - 6 * DAY],
    ['waits', 'c', null],
  ] as const) {
    event(id, of, done);
  }
  sweep();
  expect(column('SELECT id FROM event ORDER BY id')).toEqual(['newest', 'waits', 'young']);
});

it('keeps the audit log for more than a year, and failed tries for a month', async () => {
  const { sweep, audit, column } = await room();
  audit('claim', 401);
  audit('claim', 399);
  for (const action of ['login-failed', 'push-denied']) {
    audit(action, 31);
    audit(action, 29);
  }
  sweep();
  expect(column('SELECT action FROM audit ORDER BY sequence')).toEqual(['claim', 'login-failed', 'push-denied']);
});

it('keeps fifty releases of a name whose images are gone, and every other one', async () => {
  const { sweep, store, name, column } = await room();
  name('a');
  for (let count = 0; count < 60; count += 1) {
    const state = count % 12 === 0 ? 'superseded' : 'collected';
    store.run("INSERT INTO release (name, tag, digest, created_at, state) VALUES ('a', '1', 'd', 1, ?)", state);
  }
  sweep();
  expect(column('SELECT state FROM release')).toHaveLength(55);
  store.run("UPDATE release SET state = 'collected'");
  sweep();
  expect(column('SELECT min(id) FROM release')).toEqual([11]);
});

it('takes away what has ended by itself', async () => {
  const { sweep, store, name, column } = await room();
  name('a');
  store.run("INSERT INTO account (name, password_hash, created_at) VALUES ('ann', '', 1)");
  for (const [id, at] of [
    ['1', NOW],
    ['2', NOW + 1],
  ] as const) {
    store.run(
      "INSERT INTO credential (id, account, kind, secret_hash, created_at, expires_at) VALUES (?, 'ann', 'session', ?, 1, ?)",
      id,
      id,
      at,
    );
    store.run('INSERT INTO throttle (key, paid_at) VALUES (?, ?)', id, at);
  }
  store.run("INSERT INTO known_address (account, address, seen_at) VALUES ('ann', '1', ?)", NOW - 91 * DAY);
  store.run("INSERT INTO refused (name, digest) VALUES ('a', 'd'), ('b', 'd')");
  sweep();
  expect(column('SELECT id FROM credential')).toEqual(['2']);
  expect(column('SELECT key FROM throttle')).toEqual(['2']);
  expect(column('SELECT address FROM known_address')).toEqual([]);
  expect(column('SELECT name FROM refused')).toEqual(['a']);
});

it.each([
  ['what was heard of a tag', "SELECT digest FROM event WHERE name = 'a' AND tag = '1' ORDER BY sequence DESC LIMIT 1"],
  ['whether a push waits', "SELECT 1 FROM event WHERE name = 'a' AND done_at IS NULL"],
  ['who owns a name', "SELECT owner FROM name WHERE name = 'a'"],
  ['a host', "SELECT * FROM name WHERE label = 'a'"],
  ['the releases of a name', "SELECT * FROM release WHERE name = 'a' ORDER BY id DESC"],
  ['a credential', "SELECT * FROM credential WHERE secret_hash = 'a'"],
  ['the audit log of a name', "SELECT * FROM audit WHERE subject = 'a' ORDER BY sequence DESC LIMIT 5"],
  ['expired names', 'SELECT name FROM name WHERE owner IS NULL AND expires_at <= 1'],
])('finds %s by an index, and reads no table whole', async (_what, sql) => {
  const { store } = await room();
  const plan = store.all(`EXPLAIN QUERY PLAN ${sql}`).map((row) => String(row['detail']));
  expect(plan.filter((step) => !step.startsWith('SEARCH'))).toEqual([]);
});

it('keeps for a week who was let in to push', async () => {
  const { store, sweep, column } = await room();
  for (const [name, days] of [
    ['old', 8],
    ['young', 6],
  ] as const) {
    store.run("INSERT INTO let_in (name, account, address, at) VALUES (?, 'ann', '', ?)", name, NOW - days * DAY);
  }
  sweep();
  expect(column('SELECT name FROM let_in')).toEqual(['young']);
});
