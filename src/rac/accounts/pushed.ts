import { labelOf } from '../registry/repository.js';
import type { ClaimsDeps } from './claims-deps.js';
import { factsOf } from './name-facts.js';

/** A push as its notification tells of it. */
export type PushedName = {
  readonly name: string;
  /** Account; null: nobody was logged in. */
  readonly actor: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** A logged-in push below one's own account name claims it: nobody else could have pushed there. */
export function recordPush({ store, audit, anonymousTtl }: ClaimsDeps, { name, actor, at }: PushedName): void {
  store.transaction(() => {
    const facts = factsOf(store, name);
    if (facts === null) return;
    const owner = facts.owner ?? (facts.reservedFor === actor ? actor : null);
    store.run(
      `INSERT INTO name (name, label, owner, created_at, claimed_at, last_push_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, claimed_at = coalesce(name.claimed_at, excluded.claimed_at),
         last_push_at = max(coalesce(name.last_push_at, 0), excluded.last_push_at), expires_at = excluded.expires_at`,
      name,
      labelOf(name),
      owner,
      at,
      owner === null ? null : at,
      at,
      owner === null ? at + anonymousTtl : null,
    );
    if (owner !== null && facts.owner === null) {
      store.run('DELETE FROM asked WHERE name = ?', name);
      audit.write({ who: 'rac', action: 'claim', subject: name, detail: `pushed by ${owner}, whose name it bears` });
    }
  });
}
