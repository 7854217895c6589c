import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import type { Rights } from './rights.js';

/** Told when a name's image has to stop, or may run again, because the name was claimed. Resolves when that is done. */
export type OnClaimed = (change: { readonly name: string; readonly held: boolean }) => Promise<void>;

export type ClaimsDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly rights: Rights;
  readonly now: () => number;
  /** Names that one account may own. */
  readonly accountNames: number;
  /** Milliseconds that an unclaimed image lives after its last push. */
  readonly anonymousTtl: number;
  readonly onClaimed: OnClaimed;
  /** Told when a name was given up: what runs must forget its owner's variables. */
  readonly onUnclaimed: (name: string) => Promise<void>;
};
