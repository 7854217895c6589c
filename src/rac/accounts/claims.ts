import { type Claimed, claimName } from './claim.js';
import type { ClaimsDeps } from './claims-deps.js';
import { addCollaborator, type Collaborator, collaboratorsOf, removeCollaborator } from './collaborators.js';
import { pusherOf } from './open-rights.js';
import { offerName, setVisibility, unclaimName, withdrawOffer } from './ownership.js';
import type { AccountPrincipal, Principal } from './principal.js';
import { type PushedName, recordPush } from './pushed.js';
import type { Verdict } from './rights.js';

/** Who owns which name. Everything throws REFUSED with a sentence for whoever asked, and MISSING_INPUT for what is unknown to them. */
export type Claims = {
  /** `adopt`: a stranger's image under the name goes on running as one's own. The same again, by its owner, is no change. */
  readonly claim: (who: AccountPrincipal, name: string, how: { readonly adopt: boolean }) => Promise<Claimed>;
  readonly unclaim: (who: AccountPrincipal, name: string) => Promise<void>;
  /** The other account takes it by claiming the name. */
  readonly offer: (who: AccountPrincipal, name: string, to: string) => void;
  readonly withdraw: (who: AccountPrincipal, name: string) => void;
  readonly share: (who: AccountPrincipal, name: string, with_: Collaborator) => void;
  readonly unshare: (who: AccountPrincipal, name: string, account: string) => void;
  readonly collaborators: (who: Principal, name: string) => readonly Collaborator[];
  readonly setVisibility: (who: AccountPrincipal, name: string, visibility: 'public' | 'private') => void;
  /** A push has come: makes the name known, renews the life of an unclaimed one, and never takes a claim away. */
  readonly pushed: (push: PushedName) => void;
  /** Whether a push that has come may run: a token may be older than the claim that forbids it. */
  readonly mayRun: (push: Pick<PushedName, 'name' | 'actor'>) => Verdict;
};

export function openClaims(deps: ClaimsDeps): Claims {
  return {
    claim: (who, name, how) => claimName(deps, who, { name, ...how }),
    unclaim: (who, name) => unclaimName(deps, who, name),
    offer: (who, name, to) => offerName(deps, who, { name, to }),
    withdraw: (who, name) => withdrawOffer(deps, who, name),
    share: (who, name, collaborator) => addCollaborator(deps, who, { name, ...collaborator }),
    unshare: (who, name, account) => removeCollaborator(deps, who, { name, account }),
    collaborators: (who, name) => collaboratorsOf(deps, who, name),
    setVisibility: (who, name, visibility) => setVisibility(deps, who, { name, visibility }),
    pushed: (push) => recordPush(deps, push),
    mayRun: ({ name, actor }) => deps.rights.push(pusherOf(deps.store, actor, ''), name),
  };
}
