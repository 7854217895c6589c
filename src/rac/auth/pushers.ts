import type { Principal } from '../accounts/principal.js';
import type { Store } from '../store/store.js';

/** Who was behind a push. `actor`: account; null: nobody was logged in. */
export type Pusher = { readonly actor: string | null; readonly address: string };

/** Who was let in to push, for pushes whose notification was lost: the registry itself keeps nobody's name. */
export type Pushers = {
  readonly note: (who: Principal, name: string) => void;
  /** The only one who could have pushed to a name since then; null: nobody, or several could. */
  readonly since: (name: string, time: number) => Pusher | null;
};

export type PushersDeps = { readonly store: Pick<Store, 'run' | 'all'>; readonly now: () => number };

/** A token is good for so long, and the registry's clock may be behind. */
const TOKEN_MS = 6 * 60_000;
/** One push asks several times, and each note is a write that is kept. */
const NOTE_EVERY_MS = 60_000;
const MOST_NOTED = 20_000;

export function openPushers({ store, now }: PushersDeps): Pushers {
  const noted = new Map<string, number>();
  const isNoted = (key: string): boolean => now() - (noted.get(key) ?? -NOTE_EVERY_MS) < NOTE_EVERY_MS;
  return {
    note: (who, name) => {
      const [account, address] = who.kind === 'account' ? [who.account, ''] : ['', who.address];
      const key = JSON.stringify([name, account, address]);
      if (isNoted(key)) return;
      noted.delete(key);
      noted.set(key, now());
      const [oldest] = noted.keys();
      if (noted.size > MOST_NOTED && oldest !== undefined) noted.delete(oldest);
      store.run(
        `INSERT INTO let_in (name, account, address, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name, account, address) DO UPDATE SET at = excluded.at`,
        name,
        account,
        address,
        now(),
      );
    },
    since: (name, time) => {
      const sql = 'SELECT account, address FROM let_in WHERE name = ? AND at > ? LIMIT 2';
      const [one, other] = store.all(sql, name, time - TOKEN_MS - NOTE_EVERY_MS);
      if (one === undefined || other !== undefined) return null;
      const account = String(one['account']);
      return { actor: account === '' ? null : account, address: String(one['address']) };
    },
  };
}
