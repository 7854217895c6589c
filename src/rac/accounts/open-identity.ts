import { PodctlError } from '../../core/errors.js';
import { asText } from '../../engine/json.js';
import type { Audit } from '../store/audit.js';
import type { Row, Store } from '../store/store.js';
import { isAccountName, subjectOf } from './account-name.js';
import { type Credentials, isCredential } from './credentials.js';
import type { Hasher } from './hasher.js';
import type { Identity } from './identity.js';
import { networkOf } from './network.js';
import type { AccountPrincipal } from './principal.js';
import { openRecentProofs, type RecentProofs } from './recent-proofs.js';
import type { Charge, Throttle } from './throttle.js';

export type IdentityDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly credentials: Credentials;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly now: () => number;
};

/** One try to log in. */
type Try = { readonly name: string; readonly password: string; readonly address: string };

const SECOND = 1000;
const DAY_MS = 86_400_000;
// Guesses at one account from one address; at one account from all addresses where it has never logged in; from one address at all.
const PAIR = { burst: 10, every: 30 * SECOND };
const ACCOUNT = { burst: 50, every: 30 * SECOND };
const ADDRESS = { burst: 60, every: 5 * SECOND };
const KNOWN_MS = 90 * DAY_MS;
// Longer than any password that was taken: hashing it would only cost time.
const LONGEST = 1024;

/**
 * Who somebody is. Wrong passwords are throttled so that guessing is hopeless, and yet nobody is locked out for ever: every limit ends
 * within a minute after the guessing does, an address from which the account has logged in before counts for itself, and sessions and
 * tokens are never held up.
 */
export function openIdentity(deps: IdentityDeps): Identity {
  const { credentials } = deps;
  const dummy = lazily(() => deps.hasher.hash('nobody has this password'));
  const recent = openRecentProofs<AccountPrincipal | null>(deps.now);
  return {
    byPassword: (name, password, address) =>
      isCredential(password)
        ? Promise.resolve(byCredential(deps, { name, password, address }))
        : byRecent({ ...deps, recent, dummy }, { name, password, address }),
    byToken: (secret, address) => credentials.find(secret, ['session', 'access'], address),
    bySession: (secret, address) => credentials.find(secret, ['session'], address),
    bySessionProof: credentials.session,
    byRefresh: (secret, address) => credentials.find(secret, ['refresh'], address),
  };
}

// In the place of a password; another account's name beside it is wrong.
function byCredential({ credentials }: IdentityDeps, { name, password, address }: Try): AccountPrincipal | null {
  const found = credentials.find(password, ['access', 'refresh'], address);
  return found?.account === name ? found : null;
}

type PasswordDeps = IdentityDeps & {
  readonly recent: RecentProofs<AccountPrincipal | null>;
  readonly dummy: () => Promise<string>;
};

// An engine without a refresh token sends its password many times within one push.
async function byRecent(deps: PasswordDeps, attempt: Try): Promise<AccountPrincipal | null> {
  const row = accountRow(deps, attempt);
  if (row !== undefined && deps.recent.isRight(attempt, asText(row['password_hash']))) return principalOf(row, attempt);
  return deps.recent.once(attempt, () => byPassword(deps, attempt));
}

async function byPassword(deps: PasswordDeps, attempt: Try): Promise<AccountPrincipal | null> {
  const { hasher, throttle, recent, dummy } = deps;
  const charges = chargesOf(deps, attempt);
  const wait = throttle.spend(charges);
  if (wait > 0) throw tooMany(wait);
  // Whether the name is there or not, the work is the same, the first time too.
  const nobodys = await dummy();
  const row = accountRow(deps, attempt);
  const hash = row === undefined ? nobodys : asText(row['password_hash']);
  const right = await hasher.verify(hash, attempt.password.slice(0, LONGEST)).catch((error: unknown) => {
    // Nothing was tried: too many wait.
    throttle.giveBack(charges);
    throw error;
  });
  if (row === undefined || !right || attempt.password.length > LONGEST) {
    noteFailure(deps, attempt);
    return null;
  }
  throttle.giveBack(charges);
  noteSuccess(deps, attempt);
  recent.remember(attempt, hash);
  return principalOf(row, attempt);
}

function accountRow({ store }: IdentityDeps, { name }: Try): Row | undefined {
  return store.get('SELECT password_hash, admin FROM account WHERE name = ?', name);
}

function principalOf(row: Row, { name, address }: Try): AccountPrincipal {
  return { kind: 'account', account: name, admin: row['admin'] === 1, by: 'password', scope: null, address };
}

function chargesOf({ store, now }: IdentityDeps, { name, address }: Try): readonly Charge[] {
  const network = networkOf(address);
  // What is no account's name needs no row of its own, however long it is.
  const account = isAccountName(name) ? name : '?';
  const known = store.get(
    'SELECT 1 FROM known_address WHERE account = ? AND address = ? AND seen_at > ?',
    account,
    network,
    now() - KNOWN_MS,
  );
  return [
    { key: `login ${account} ${network}`, rate: PAIR },
    { key: `login-from ${network}`, rate: ADDRESS },
    ...(known === undefined ? [{ key: `login-at ${account}`, rate: ACCOUNT }] : []),
  ];
}

function noteFailure({ audit }: IdentityDeps, { name, address }: Try): void {
  const subject = subjectOf(isAccountName(name) ? name : '?');
  audit.write({ who: { kind: 'anonymous', address }, action: 'login-failed', subject });
}

function noteSuccess({ store, now }: IdentityDeps, { name, address }: Try): void {
  store.run(
    `INSERT INTO known_address (account, address, seen_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at WHERE excluded.seen_at - seen_at > ?`,
    name,
    networkOf(address),
    now(),
    DAY_MS,
  );
}

/** For whoever tried too often. `wait`: milliseconds. */
export function tooMany(wait: number): PodctlError {
  const seconds = Math.ceil(wait / SECOND);
  return new PodctlError('TRY_AGAIN', `too many tries: wait ${seconds} s`, {
    hint: 'an access token is never held up: podctl rac token create',
  });
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
