import { PodctlError } from '../../core/errors.js';
import { asText } from '../../engine/json.js';
import type { ClaimsDeps } from './claims-deps.js';
import { checkAccount, checkOwner } from './ownership.js';
import type { AccountPrincipal, Principal } from './principal.js';

/** Whom an owner has let in. `push` includes pulling. */
export type Collaborator = { readonly account: string; readonly may: 'push' | 'pull' };

type Named = { readonly name: string };

export function addCollaborator(deps: ClaimsDeps, who: AccountPrincipal, request: Named & Collaborator): void {
  const { store, audit } = deps;
  const { name, account, may } = request;
  checkOwner(deps, who, name);
  checkAccount(deps, account);
  store.transaction(() => {
    store.run(
      `INSERT INTO collaborator (name, account, may_push) VALUES (?, ?, ?)
       ON CONFLICT (name, account) DO UPDATE SET may_push = excluded.may_push`,
      name,
      account,
      may === 'push' ? 1 : 0,
    );
    audit.write({ who, action: 'share', subject: name, detail: `${may} for ${account}` });
  });
}

export function removeCollaborator(
  deps: ClaimsDeps,
  who: AccountPrincipal,
  { name, account }: Named & { readonly account: string },
): void {
  const { store, audit } = deps;
  checkOwner(deps, who, name);
  if (store.run('DELETE FROM collaborator WHERE name = ? AND account = ?', name, account) === 0) {
    throw new PodctlError('MISSING_INPUT', `this account has no share in \`${name}\``, {
      hint: `podctl rac collaborators list ${name}`,
    });
  }
  audit.write({ who, action: 'unshare', subject: name, detail: account });
}

/** Only its owner's, and administrators', to see. */
export function collaboratorsOf(deps: ClaimsDeps, who: Principal, name: string): readonly Collaborator[] {
  if (who.kind === 'anonymous') throw new PodctlError('REFUSED', 'log in first', { hint: 'podctl rac login' });
  checkOwner(deps, who, name);
  return deps.store
    .all('SELECT account, may_push FROM collaborator WHERE name = ? ORDER BY account', name)
    .map((row) => ({ account: asText(row['account']), may: row['may_push'] === 1 ? 'push' : 'pull' }));
}
