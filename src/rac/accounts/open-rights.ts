import type { Store } from '../store/store.js';
import { factsOf, type NameFacts, shareOf } from './name-facts.js';
import { type AccountPrincipal, nameOf, type Principal, type TokenScope } from './principal.js';
import type { Rights, Verdict } from './rights.js';

export type RightsDeps = {
  readonly store: Store;
  /** As engines name the registry, for `docker login`. */
  readonly registryHost: string;
};

const OK: Verdict = { ok: true };
const NO_NAME =
  'this is no name of this registry: lower-case letters, digits, single . _ - and / in between, at most 200';

/** Who may do what: the owner everything, collaborators what they were given, strangers what is public, and push what nobody owns. */
export function openRights(deps: RightsDeps): Rights {
  const { store } = deps;
  return {
    push: (who, name) => {
      const facts = factsOf(store, name);
      if (facts === null) return no(NO_NAME);
      if (!isInScope(who, name, 'push')) return no(`this token may not push ${name}: make one that may`);
      if (mayPush(store, who, { name, facts })) return OK;
      return no(pushDenial(deps, who, { name, facts }));
    },
    pull: (who, name) => {
      const facts = factsOf(store, name);
      if (facts !== null && facts.known && !facts.private) return OK;
      const may = facts !== null && isInScope(who, name, 'pull') && isPartOf(store, who, { name, facts });
      return may && facts.known ? OK : unknown(name);
    },
    manage: (who, name) => {
      const facts = factsOf(store, name);
      if (facts === null || !sees(store, who, { name, facts })) return unknown(name);
      if (!isInScope(who, name, 'manage')) return no(`this token may not manage ${name}`);
      if (isOwner(who, facts)) return OK;
      if (facts.owner === null) return no(`nobody owns ${name}: podctl rac claim ${name} makes it yours`);
      return no(`${name} is claimed by ${facts.owner}: only ${facts.owner} may do this`);
    },
    see: (who, name) => {
      const facts = factsOf(store, name);
      return facts !== null && sees(store, who, { name, facts }) ? OK : unknown(name);
    },
  };
}

type Named = { readonly name: string; readonly facts: NameFacts };

function mayPush(store: Store, who: Principal, { name, facts }: Named): boolean {
  if (facts.owner === null) return facts.reservedFor === null || nameOf(who) === facts.reservedFor || isAdmin(who);
  return isOwner(who, facts) || (who.kind === 'account' && shareOf(store, name, who.account) === 'push');
}

// What is private and what is not there look the same to strangers.
function sees(store: Store, who: Principal, { name, facts }: Named): boolean {
  if (!facts.known) return false;
  return !facts.private || (isNamed(who, name) && isPartOf(store, who, { name, facts }));
}

function isPartOf(store: Store, who: Principal, { name, facts }: Named): boolean {
  if (who.kind === 'anonymous') return false;
  return isOwner(who, facts) || shareOf(store, name, who.account) !== null;
}

function isOwner(who: Principal, { owner }: NameFacts): boolean {
  return who.kind === 'account' && (who.account === owner || isAdmin(who));
}

// A token that was made for something is no administrator's.
function isAdmin(who: Principal): boolean {
  return who.kind === 'account' && who.admin && who.scope === null;
}

function isInScope(who: Principal, name: string, action: TokenScope['actions'][number]): boolean {
  const scope = who.kind === 'account' ? who.scope : null;
  if (scope === null) return true;
  // A push asks which layers are there.
  const allowed = scope.actions.includes(action) || (action === 'pull' && scope.actions.includes('push'));
  return allowed && isNamed(who, name);
}

function isNamed(who: Principal, name: string): boolean {
  const names = who.kind === 'account' ? (who.scope?.names ?? null) : null;
  return names === null || names.includes(name);
}

// Read in the output of docker push and podman push: who owns it, and what to do.
function pushDenial({ registryHost }: RightsDeps, who: Principal, { name, facts }: Named): string {
  const elsewhere = 'or push to another name';
  const login = `docker login ${registryHost}`;
  if (facts.owner === null) {
    const account = facts.reservedFor ?? '';
    return `${name} is kept for the account ${account}: log in as ${account} (${login}), ${elsewhere}`;
  }
  if (facts.private) return `${name} is taken: log in as one who may push there (${login}), ${elsewhere}`;
  if (who.kind === 'anonymous') {
    return `${name} is claimed by ${facts.owner}: log in as one who may push there (${login}), ${elsewhere}`;
  }
  return `${name} is claimed by ${facts.owner}, and ${who.account} may not push there: ask ${facts.owner}, ${elsewhere}`;
}

function no(message: string): Verdict {
  return { ok: false, message };
}

function unknown(name: string): Verdict {
  return no(`${name} is not known here`);
}

/** The principal behind a push that has already happened: its account as it is now; null: nobody was logged in, or the account is gone. */
export function pusherOf(store: Store, actor: string | null, address: string): Principal {
  const row = actor === null ? undefined : store.get('SELECT admin FROM account WHERE name = ?', actor);
  if (actor === null || row === undefined) return { kind: 'anonymous', address };
  const admin = row['admin'] === 1;
  return { kind: 'account', account: actor, admin, by: 'password', scope: null, address } satisfies AccountPrincipal;
}
