import { networkOf } from '../accounts/network.js';
import type { Principal } from '../accounts/principal.js';
import type { RacLimits } from '../settings.js';
import type { Store } from '../store/store.js';

/** How much one address, or one account, may push. */
export type PushLimits = {
  /** Counts a push against whoever asks; null: it may go on, else a sentence for the pusher. */
  readonly spend: (who: Principal, name: string) => string | null;
};

export type PushLimitsDeps = {
  readonly store: Store;
  readonly limits: Pick<RacLimits, 'anonymousNames' | 'anonymousPushes' | 'accountNames' | 'accountPushes'>;
  readonly now: () => number;
};

type Bucket = { spentAt: number; level: number; lastName: string; countedAt: number };

const HOUR_MS = 3_600_000;
// One push asks several times: for its layers, at its end, and again for each mount.
const SAME_PUSH_MS = 20_000;
// A bucket is small, and what is forgotten are the ones that have been quiet for longest.
const MOST_BUCKETS = 20_000;
// What was asked for and never pushed.
const ASKED_MS = HOUR_MS;

/** Pushes per hour are counted in memory, names of one holder in the database. */
export function openPushLimits({ store, limits, now }: PushLimitsDeps): PushLimits {
  const buckets = new Map<string, Bucket>();
  return {
    spend: (who, name) => {
      const [holder, pushes, names] =
        who.kind === 'account'
          ? [`account ${who.account}`, limits.accountPushes, limits.accountNames]
          : [`address ${networkOf(who.address)}`, limits.anonymousPushes, limits.anonymousNames];
      const wait = spendPush(buckets, { holder, name, most: pushes, now: now() });
      if (wait > 0) {
        return `${holder} has pushed ${pushes} times within an hour: wait ${Math.ceil(wait / 60_000)} min${advice(who)}`;
      }
      const owner = who.kind === 'account' ? who.account : null;
      if (holdsName(store, { holder, owner, name, most: names, now: now() })) return null;
      return owner === null
        ? `${holder} holds ${names} names that nobody has claimed: push to one of them, or claim one${advice(who)}`
        : `${holder} holds ${names} names: push to one of them, or give one up (podctl rac unclaim NAME)`;
    },
  };
}

function advice(who: Principal): string {
  return who.kind === 'account' ? '' : ' (accounts may push more: podctl rac signup)';
}

type Push = { readonly holder: string; readonly name: string; readonly most: number; readonly now: number };

// A leaky bucket: milliseconds to wait, 0 when the push was counted.
function spendPush(buckets: Map<string, Bucket>, { holder, name, most, now }: Push): number {
  const old = buckets.get(holder) ?? { spentAt: now, level: 0, lastName: '', countedAt: 0 };
  // A clock that went back costs nobody anything.
  const leaked = (Math.max(0, now - old.spentAt) / HOUR_MS) * most;
  const level = Math.max(0, old.level - leaked);
  // From the time that it was counted: who never stops is counted again and again.
  const again = old.lastName === name && now - old.countedAt < SAME_PUSH_MS;
  if (!again && level + 1 > most) return ((level + 1 - most) / most) * HOUR_MS;
  buckets.delete(holder);
  const counted = again ? { level, countedAt: old.countedAt } : { level: level + 1, countedAt: now };
  buckets.set(holder, { spentAt: now, lastName: name, ...counted });
  const [oldest] = buckets.keys();
  if (buckets.size > MOST_BUCKETS && oldest !== undefined) buckets.delete(oldest);
  return 0;
}

type NewName = Push & { readonly owner: string | null };

// Unclaimed names count for whoever first asked for them, and for an account its own: those below its name are claimed by being pushed.
function holdsName(store: Store, { holder, owner, name, most, now }: NewName): boolean {
  return store.transaction(() => {
    if (store.get('SELECT 1 FROM name WHERE name = ? AND owner IS NOT NULL', name) !== undefined) return true;
    const first = store.get('SELECT holder, asked_at FROM asked WHERE name = ?', name);
    if (first !== undefined && store.get('SELECT 1 FROM name WHERE name = ?', name) !== undefined) return true;
    if (first?.['holder'] === holder) return note(store, { holder, name, now });
    store.run(
      'DELETE FROM asked WHERE asked_at < ? AND name NOT IN (SELECT name FROM name WHERE owner IS NULL)',
      now - ASKED_MS,
    );
    const held = Number(store.get('SELECT count(*) AS n FROM asked WHERE holder = ?', holder)?.['n'] ?? 0);
    return held + ownedBy(store, owner) < most && note(store, { holder, name, now });
  });
}

function ownedBy(store: Store, owner: string | null): number {
  if (owner === null) return 0;
  return Number(store.get('SELECT count(*) AS n FROM name WHERE owner = ?', owner)?.['n'] ?? 0);
}

function note(store: Store, { holder, name, now }: Pick<Push, 'holder' | 'name' | 'now'>): boolean {
  store.run(
    `INSERT INTO asked (name, holder, asked_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, asked_at = excluded.asked_at`,
    name,
    holder,
    now,
  );
  return true;
}
