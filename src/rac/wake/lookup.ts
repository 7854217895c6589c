import type { Servable } from '../deploy/lifecycle.js';

/** A name as the proxy finds it. `open`: everybody may look at it. */
export type Found = { readonly servable: Servable; readonly open: boolean };

/** Remembers which host is which name, for a moment and for the hosts that are asked for. */
export type Lookup = {
  readonly find: (host: string) => Found;
  readonly forget: (name: string) => void;
  readonly size: () => number;
};

/** Milliseconds that an answer is good for, where nobody tells of a change. */
const GOOD_MS = 1_000;
const MOST = 4_096;

export function openLookup(deps: { readonly find: (host: string) => Found; readonly now: () => number }): Lookup {
  const kept = new Map<string, Found & { readonly until: number }>();
  return {
    find: (host) => {
      const known = kept.get(host);
      const now = deps.now();
      if (known !== undefined && now < known.until) return known;
      const found = { ...deps.find(host), until: now + GOOD_MS };
      kept.delete(host);
      kept.set(host, found);
      // The oldest goes: whoever is asked for all the time was put in again a moment ago.
      const [oldest] = kept.size > MOST ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      return found;
    },
    forget: (name) => {
      for (const [host, { servable }] of kept) {
        if (servable.name === null || servable.name === name) kept.delete(host);
      }
    },
    size: () => kept.size,
  };
}
