import { PodctlError } from '../../core/errors.js';
import { asText } from '../../engine/json.js';
import { isRepository, labelOf } from '../registry/repository.js';
import type { Row, Store } from '../store/store.js';
import type { ClaimsDeps } from './claims-deps.js';
import type { AccountPrincipal } from './principal.js';

/**
 * What a claim did. `image` is what became of the image that was there: `none` there was none; `own` the claimer's, it goes on; `held` a
 * stranger's: it was stopped, and stays listed until the owner pushes or adopts it; `adopted` a stranger's that goes on as one's own.
 */
export type Claimed = {
  readonly name: string;
  readonly owner: string;
  readonly image: 'none' | 'own' | 'held' | 'adopted';
  /** Of the image; null: there is none. */
  readonly digest: string | null;
  /** Who had pushed it; null: nobody was logged in. */
  readonly pushedBy: string | null;
};

// What nobody took up in that time is not meant any more.
const OFFER_MS = 14 * 86_400_000;

type Request = { readonly name: string; readonly adopt: boolean };
type Deployed = { readonly digest: string; readonly actor: string | null };

/** All or nothing: of two who claim at the same moment, one gets it. */
export async function claimName(deps: ClaimsDeps, who: AccountPrincipal, request: Request): Promise<Claimed> {
  const { store, onClaimed } = deps;
  const done = store.transaction(() => claimNow(deps, who, request));
  if (done.image === 'held' || done.image === 'adopted') {
    await onClaimed({ name: request.name, held: done.image === 'held' });
  }
  return done;
}

function claimNow(deps: ClaimsDeps, who: AccountPrincipal, { name, adopt }: Request): Claimed {
  const { store } = deps;
  checkMayClaim(deps, who, name);
  const row = store.get('SELECT * FROM name WHERE name = ?', name);
  const deployed = deployedOf(store, row);
  const isNew = row?.['owner'] !== who.account;
  const image = imageOf({ deployed, held: row?.['wanted'] === 'held', isNew, account: who.account, adopt });
  if (isNew) takeName(deps, who, name);
  if (image === 'held' || image === 'adopted') {
    store.run('UPDATE name SET wanted = ? WHERE name = ?', image === 'held' ? 'held' : 'on', name);
  }
  if (isNew || image === 'adopted') noteClaim(deps, who, { name, image, deployed });
  const { digest, actor } = deployed ?? { digest: null, actor: null };
  return { name, owner: who.account, image, digest, pushedBy: actor };
}

type Note = { readonly name: string; readonly image: Claimed['image']; readonly deployed: Deployed | null };

function noteClaim({ audit }: ClaimsDeps, who: AccountPrincipal, { name, image, deployed }: Note): void {
  const detail =
    deployed === null ? '' : `image ${image}: ${deployed.digest}, pushed by ${deployed.actor ?? 'anonymous'}`;
  audit.write({ who, action: 'claim', subject: name, detail });
}

function checkMayClaim(deps: ClaimsDeps, who: AccountPrincipal, name: string): void {
  if (!isRepository(name)) {
    throw new PodctlError('USAGE', 'this is no name of a registry', { hint: 'write for instance team/app' });
  }
  checkScope(who, name);
  if (isOffered(deps, who.account, name)) return;
  const owner = deps.store.get('SELECT owner FROM name WHERE name = ?', name)?.['owner'] ?? null;
  if (owner === who.account) return;
  checkFree(deps, who, { name, owner: owner === null ? null : asText(owner) });
  checkCount(deps, who);
}

function checkScope({ scope }: AccountPrincipal, name: string): void {
  if (scope === null) return;
  const isNamed = scope.names === null || scope.names.includes(name);
  if (scope.actions.includes('manage') && isNamed) return;
  throw new PodctlError('REFUSED', 'this token may not claim the name', { hint: 'podctl rac login' });
}

// Who may push what nobody owns may claim it.
function checkFree(
  { rights }: ClaimsDeps,
  who: AccountPrincipal,
  { name, owner }: { readonly name: string; readonly owner: string | null },
): void {
  const may =
    owner === null ? rights.push({ ...who, scope: null, admin: who.admin && who.scope === null }, name) : null;
  if (may?.ok === true) return;
  const message = may?.message ?? takenWords(rights.see(who, name).ok ? owner : null, name);
  throw new PodctlError('REFUSED', message, { hint: 'claim another name, or ask its owner to transfer it' });
}

function checkCount({ store, accountNames }: ClaimsDeps, { account }: AccountPrincipal): void {
  const owned = Number(store.get('SELECT count(*) AS n FROM name WHERE owner = ?', account)?.['n'] ?? 0);
  if (owned < accountNames) return;
  throw new PodctlError('REFUSED', `${account} owns ${owned} names, and more are not allowed`, {
    hint: 'give one up first: podctl rac unclaim NAME',
  });
}

function takenWords(owner: string | null, name: string): string {
  return owner === null ? `\`${name}\` is taken` : `\`${name}\` is claimed by ${owner}`;
}

function isOffered({ store, now }: ClaimsDeps, account: string, name: string): boolean {
  const sql = 'SELECT 1 FROM offer WHERE name = ? AND account = ? AND offered_at > ?';
  return store.get(sql, name, account, now() - OFFER_MS) !== undefined;
}

function takeName({ store, now }: ClaimsDeps, { account }: AccountPrincipal, name: string): void {
  store.run(
    `INSERT INTO name (name, label, owner, created_at, claimed_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, claimed_at = excluded.claimed_at, expires_at = NULL`,
    name,
    labelOf(name),
    account,
    now(),
    now(),
  );
  // Whom the one before had let in, and what it had promised, ends with its ownership.
  store.run('DELETE FROM collaborator WHERE name = ?', name);
  store.run('DELETE FROM offer WHERE name = ?', name);
  store.run('DELETE FROM asked WHERE name = ?', name);
}

function deployedOf(store: Store, name: Row | undefined): Deployed | null {
  const current = name?.['current_release'] ?? null;
  if (typeof current !== 'number') return null;
  const row = store.get('SELECT digest, actor FROM release WHERE id = ?', current);
  if (row === undefined) return null;
  const actor = asText(row['actor']);
  return { digest: asText(row['digest']), actor: actor === '' ? null : actor };
}

type Situation = {
  readonly deployed: Deployed | null;
  readonly held: boolean;
  readonly isNew: boolean;
  readonly account: string;
  readonly adopt: boolean;
};

function imageOf({ deployed, held, isNew, account, adopt }: Situation): Claimed['image'] {
  if (deployed === null) return 'none';
  if (deployed.actor === account) return 'own';
  if (!isNew && !held) return 'own';
  return adopt ? 'adopted' : 'held';
}
