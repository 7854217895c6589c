import type { Principal } from '../accounts/principal.js';
import type { Rights, Verdict } from '../accounts/rights.js';
import type { Denials } from './denials.js';
import type { Access } from './mint.js';
import type { PushLimits } from './push-limits.js';
import type { Pushers } from './pushers.js';
import type { Scope } from './scope.js';

/** `access`: what is granted, which may be nothing. Denied: a sentence that docker and podman show to the pusher. */
export type Grant =
  | { readonly ok: true; readonly access: readonly Access[] }
  | { readonly ok: false; readonly message: string };

export type GrantDeps = {
  readonly rights: Rights;
  readonly limits: PushLimits;
  readonly denials: Denials;
  readonly pushers: Pick<Pushers, 'note'>;
};

/**
 * What of the scopes is granted. Only a push or a removal that is not allowed is a denial: a layer's mount from a name that may not be
 * pulled is left out, and the client uploads the layer instead.
 */
export function grantScopes(deps: GrantDeps, who: Principal, scopes: readonly Scope[]): Grant {
  const access: Access[] = [];
  for (const scope of scopes) {
    const granted = grantScope(deps, who, scope);
    if (!granted.ok) {
      deps.denials.note(who, scope.name);
      return granted;
    }
    access.push(...granted.access);
  }
  return { ok: true, access };
}

function grantScope(deps: GrantDeps, who: Principal, scope: Scope): Grant {
  if (scope.type === 'registry') return { ok: true, access: catalogAccess(who, scope) };
  if (scope.type !== 'repository') return { ok: true, access: [] };
  const wanted = scope.actions.includes('*') ? ['pull', 'push', 'delete'] : scope.actions;
  const denial = changeDenial(deps, who, { name: scope.name, wanted });
  if (denial !== null) return { ok: false, message: denial };
  const mayPull = wanted.includes('push') || deps.rights.pull(who, scope.name).ok;
  const actions = wanted.filter((action) => ['push', 'delete'].includes(action) || (action === 'pull' && mayPull));
  if (actions.length === 0) return { ok: true, access: [] };
  const kind = scope.class === undefined ? {} : { class: scope.class };
  return { ok: true, access: [{ type: 'repository', ...kind, name: scope.name, actions }] };
}

// Every name of the registry, private ones too: for administrators.
function catalogAccess(who: Principal, scope: Scope): readonly Access[] {
  const allowed = who.kind === 'account' && who.admin && who.scope === null;
  if (!allowed || scope.name !== 'catalog' || !scope.actions.includes('*')) return [];
  return [{ type: 'registry', name: 'catalog', actions: ['*'] }];
}

type Change = { readonly name: string; readonly wanted: readonly string[] };

function changeDenial({ rights, limits, pushers }: GrantDeps, who: Principal, { name, wanted }: Change): string | null {
  const verdicts: Verdict[] = [];
  if (wanted.includes('push')) verdicts.push(rights.push(who, name));
  if (wanted.includes('delete')) verdicts.push(rights.manage(who, name));
  for (const verdict of verdicts) if (!verdict.ok) return verdict.message;
  if (!wanted.includes('push')) return null;
  const spent = limits.spend(who, name);
  if (spent === null) pushers.note(who, name);
  return spent;
}
