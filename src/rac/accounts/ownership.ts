import { PodctlError } from '../../core/errors.js';
import type { ClaimsDeps } from './claims-deps.js';
import type { AccountPrincipal } from './principal.js';

/** Nobody's again, and public: what is private, or holds secrets, is not given away by mistake. */
export async function unclaimName(deps: ClaimsDeps, who: AccountPrincipal, name: string): Promise<void> {
  const { store, audit, now, anonymousTtl, onUnclaimed } = deps;
  checkOwner(deps, who, name);
  store.transaction(() => {
    if (store.get('SELECT visibility FROM name WHERE name = ?', name)?.['visibility'] === 'private') {
      throw new PodctlError('REFUSED', `\`${name}\` is private, and what nobody owns is public`, {
        hint: `podctl rac public ${name} first`,
      });
    }
    // A held image belongs to nobody now as it did before.
    store.run(
      `UPDATE name SET owner = NULL, claimed_at = NULL, expires_at = ?, wanted = CASE wanted WHEN 'held' THEN 'on' ELSE wanted END
       WHERE name = ?`,
      now() + anonymousTtl,
      name,
    );
    for (const table of ['collaborator', 'offer', 'variable']) store.run(`DELETE FROM ${table} WHERE name = ?`, name);
    audit.write({ who, action: 'unclaim', subject: name });
  });
  await onUnclaimed(name);
}

/** The name stays with its owner until the other account claims it. */
export function offerName(
  deps: ClaimsDeps,
  who: AccountPrincipal,
  { name, to }: { readonly name: string; readonly to: string },
): void {
  const { store, audit, now } = deps;
  checkOwner(deps, who, name);
  checkAccount(deps, to);
  store.transaction(() => {
    store.run(
      `INSERT INTO offer (name, account, offered_at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET account = excluded.account, offered_at = excluded.offered_at`,
      name,
      to,
      now(),
    );
    audit.write({ who, action: 'transfer-offer', subject: name, detail: `to ${to}` });
  });
}

export function withdrawOffer(deps: ClaimsDeps, who: AccountPrincipal, name: string): void {
  const { store, audit } = deps;
  checkOwner(deps, who, name);
  if (store.run('DELETE FROM offer WHERE name = ?', name) === 0) {
    throw new PodctlError('MISSING_INPUT', `\`${name}\` is offered to nobody`);
  }
  audit.write({ who, action: 'transfer-withdraw', subject: name });
}

export function setVisibility(
  deps: ClaimsDeps,
  who: AccountPrincipal,
  { name, visibility }: { readonly name: string; readonly visibility: 'public' | 'private' },
): void {
  const { store, audit } = deps;
  checkOwner(deps, who, name);
  store.run('UPDATE name SET visibility = ? WHERE name = ?', visibility, name);
  audit.write({ who, action: visibility, subject: name });
}

/** Throws REFUSED with what the rights say, MISSING_INPUT where the name is unknown to whoever asks. */
export function checkOwner({ rights }: ClaimsDeps, who: AccountPrincipal, name: string): void {
  const verdict = rights.manage(who, name);
  if (verdict.ok) return;
  const seen = rights.see(who, name).ok;
  throw new PodctlError(seen ? 'REFUSED' : 'MISSING_INPUT', verdict.message, {
    hint: 'podctl rac status lists the names that you see',
  });
}

/** Throws MISSING_INPUT when there is no such account. */
export function checkAccount({ store }: ClaimsDeps, account: string): void {
  if (store.get('SELECT 1 FROM account WHERE name = ?', account) !== undefined) return;
  throw new PodctlError('MISSING_INPUT', 'there is no account of this name', { hint: 'podctl rac signup makes one' });
}
