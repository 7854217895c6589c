import type { Store } from '../store/store.js';

/** How often: `burst` at once, then one each `every` milliseconds. */
export type Rate = { readonly burst: number; readonly every: number };

/** What one try counts against. */
export type Charge = { readonly key: string; readonly rate: Rate };

/** Rates that outlive a restart. */
export type Throttle = {
  /** Counts a try against all of them, or, when one is used up, against none. Milliseconds to wait; 0: it was counted. */
  readonly spend: (charges: readonly Charge[]) => number;
  /** The tries were no guesses: they do not count. */
  readonly giveBack: (charges: readonly Charge[]) => void;
};

const SWEEP_EVERY = 500;
// Clocks are set by less all the time, and that opens nothing.
const STEP_MS = 600_000;

/**
 * Each key has one number, the moment at which all that was spent is paid off (GCRA). Rows that are paid off go away, so there are never
 * more than tries of one burst's time.
 */
export function openThrottle(store: Store, now: () => number): Throttle {
  let spent = 0;
  // Later than a whole burst takes: the clock was ahead for a moment, and nobody is kept out until then.
  const paidOff = ({ key, rate }: Charge, at: number): number => {
    const kept = Number(store.get('SELECT paid_at FROM throttle WHERE key = ?', key)?.['paid_at'] ?? 0);
    return kept > at + rate.burst * rate.every + STEP_MS ? at : Math.max(at, kept);
  };
  const set = (key: string, paidAt: number): void => {
    store.run(
      'INSERT INTO throttle (key, paid_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET paid_at = excluded.paid_at',
      key,
      paidAt,
    );
  };
  return {
    spend: (charges) => {
      const at = now();
      return store.transaction(() => {
        const waits = charges.map((charge) => paidOff(charge, at) + charge.rate.every * (1 - charge.rate.burst) - at);
        const wait = Math.max(0, ...waits);
        if (wait > 0) return wait;
        for (const charge of charges) set(charge.key, paidOff(charge, at) + charge.rate.every);
        spent += 1;
        if (spent % SWEEP_EVERY === 0) store.run('DELETE FROM throttle WHERE paid_at <= ?', at);
        return 0;
      });
    },
    giveBack: (charges) => {
      const at = now();
      store.transaction(() => {
        for (const charge of charges) set(charge.key, Math.max(at, paidOff(charge, at) - charge.rate.every));
      });
    },
  };
}
