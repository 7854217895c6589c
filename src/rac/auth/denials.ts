import { networkOf } from '../accounts/network.js';
import { nameOf, type Principal } from '../accounts/principal.js';
import { isRepository } from '../registry/repository.js';
import type { Audit } from '../store/audit.js';

/** Writes down which pushes were refused. */
export type Denials = { readonly note: (who: Principal, name: string) => void };

export type DenialsDeps = { readonly audit: Audit; readonly now: () => number };

type Heard = { readonly since: number; readonly pushes: Set<string> };

const HOUR_MS = 3_600_000;
const MOST_OF_NETWORK = 30;
const MOST_NETWORKS = 5_000;

/**
 * Each refusal once an hour, and of one network only so many: whoever is refused may ask without end, and each row is a write to the disk
 * that is kept.
 */
export function openDenials({ audit, now }: DenialsDeps): Denials {
  const networks = new Map<string, Heard>();
  const heardOf = (network: string): Heard => {
    const known = networks.get(network);
    if (known !== undefined && now() - known.since < HOUR_MS) return known;
    const fresh = { since: now(), pushes: new Set<string>() };
    networks.delete(network);
    networks.set(network, fresh);
    const [oldest] = networks.keys();
    if (networks.size > MOST_NETWORKS && oldest !== undefined) networks.delete(oldest);
    return fresh;
  };
  return {
    note: (who, name) => {
      const { pushes } = heardOf(networkOf(who.address));
      const subject = isRepository(name) ? name : '?';
      const push = `${nameOf(who)} ${subject}`;
      if (pushes.has(push) || pushes.size >= MOST_OF_NETWORK) return;
      pushes.add(push);
      audit.write({ who, action: 'push-denied', subject });
    },
  };
}
