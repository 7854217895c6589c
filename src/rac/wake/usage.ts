import type { Tier } from '../deploy/lifecycle.js';
import type { Store } from '../store/store.js';
import type { WakeRecord } from './gate.js';

/** What a name was asked for, kept in the database for its page. */
export type UsageOf = {
  readonly requests: number;
  /** Answers 500 and above, the proxy's own among them. */
  readonly failures: number;
  /** Milliseconds since 1970; null: never. */
  readonly lastAt: number | null;
  /** Newest first. */
  readonly wakes: readonly Omit<WakeRecord, 'name'>[];
};

export type Usage = {
  readonly count: (name: string, status: number) => void;
  readonly woke: (record: WakeRecord) => void;
  /** Writes what has come together, in one transaction. */
  readonly flush: () => void;
  readonly of: (name: string) => UsageOf;
};

/** Starts of one name that are kept. */
const KEPT = 100;

type Counted = { readonly requests: number; readonly failures: number; readonly lastAt: number };

export function openUsage(store: Store, now: () => number): Usage {
  let counted = new Map<string, Counted>();
  let woken: WakeRecord[] = [];
  const flush = (): void => {
    if (counted.size === 0 && woken.length === 0) return;
    const [counts, wakes] = [counted, woken];
    counted = new Map();
    woken = [];
    store.transaction(() => {
      for (const [name, count] of counts) writeCount(store, name, count);
      for (const record of wakes) writeWake(store, record);
    });
  };
  return {
    count: (name, status) => {
      const before = counted.get(name);
      counted.set(name, {
        requests: (before?.requests ?? 0) + 1,
        failures: (before?.failures ?? 0) + (status >= 500 ? 1 : 0),
        lastAt: now(),
      });
    },
    woke: (record) => {
      woken.push(record);
    },
    flush,
    of: (name) => {
      flush();
      return usageOf(store, name);
    },
  };
}

// A name that was removed meanwhile has no usage any more.
const IF_THERE = 'WHERE EXISTS (SELECT 1 FROM name WHERE name = ?)';

function writeCount(store: Store, name: string, { requests, failures, lastAt }: Counted): void {
  store.run(
    `INSERT INTO usage (name, requests, failures, last_at) SELECT ?, ?, ?, ? ${IF_THERE}
     ON CONFLICT (name) DO UPDATE SET requests = requests + excluded.requests, failures = failures + excluded.failures,
       last_at = excluded.last_at`,
    name,
    requests,
    failures,
    lastAt,
    name,
  );
}

function writeWake(store: Store, { name, at, from, ms, problem }: WakeRecord): void {
  store.run(
    `INSERT INTO wake (name, at, tier, ms, problem) SELECT ?, ?, ?, ?, ? ${IF_THERE}`,
    name,
    at,
    from,
    ms,
    problem,
    name,
  );
  store.run(
    'DELETE FROM wake WHERE name = ? AND id <= (SELECT id FROM wake WHERE name = ? ORDER BY id DESC LIMIT 1 OFFSET ?)',
    name,
    name,
    KEPT,
  );
}

const TIERS: readonly Tier[] = ['running', 'paused', 'holder', 'removed'];

function usageOf(store: Store, name: string): UsageOf {
  const row = store.get('SELECT requests, failures, last_at FROM usage WHERE name = ?', name);
  const wakes = store.all('SELECT at, tier, ms, problem FROM wake WHERE name = ? ORDER BY id DESC LIMIT ?', name, KEPT);
  return {
    requests: Number(row?.['requests'] ?? 0),
    failures: Number(row?.['failures'] ?? 0),
    lastAt: row === undefined ? null : Number(row['last_at']),
    wakes: wakes.map((wake) => ({
      at: Number(wake['at']),
      from: TIERS.find((tier) => tier === wake['tier']) ?? 'removed',
      ms: Number(wake['ms']),
      problem: typeof wake['problem'] === 'string' ? wake['problem'] : null,
    })),
  };
}
