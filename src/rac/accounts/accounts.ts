import { PodctlError } from '../../core/errors.js';
import { asText } from '../../engine/json.js';
import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import { checkAccountName, checkPassword, subjectOf } from './account-name.js';
import { type CredentialRow, type Credentials, LIVES, type NewCredential } from './credentials.js';
import type { Hasher } from './hasher.js';
import type { Identity } from './identity.js';
import { networkOf } from './network.js';
import { tooMany } from './open-identity.js';
import type { AccountPrincipal, TokenScope } from './principal.js';
import type { Throttle } from './throttle.js';

export type AccountsDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly credentials: Credentials;
  readonly identity: Identity;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly now: () => number;
};

export type LoginRequest = {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  readonly label: string;
};
export type Session = { readonly account: AccountPrincipal; readonly session: NewCredential };
export type NewToken = { readonly label: string; readonly scope: TokenScope; readonly lives: number };

/** Accounts and what proves them. */
export type Accounts = {
  /** Makes an account and logs it in. Throws REFUSED when the name is taken. */
  readonly signup: (request: LoginRequest) => Promise<Session>;
  /** Throws REFUSED for a wrong name or password, TRY_AGAIN when there were too many. */
  readonly login: (request: LoginRequest) => Promise<Session>;
  /** Ends a session. Throws REFUSED for an access token, which others may use. */
  readonly logout: (secret: string, who: AccountPrincipal) => void;
  /** Ends all sessions and refresh tokens: how many. Access tokens stay. */
  readonly logoutEverywhere: (who: AccountPrincipal) => number;
  /** All other sessions and refresh tokens end. `session`: the one that stays. */
  readonly changePassword: (who: AccountPrincipal, change: PasswordChange) => Promise<void>;
  /** A forgotten one, by whoever has RAC's machine. */
  readonly resetPassword: (name: string, password: string) => Promise<void>;
  readonly setAdmin: (name: string, admin: boolean) => void;
  readonly createToken: (who: AccountPrincipal, token: NewToken) => NewCredential;
  readonly credentials: (who: AccountPrincipal) => readonly CredentialRow[];
  /** By id or label. Throws MISSING_INPUT. */
  readonly revoke: (who: AccountPrincipal, idOrLabel: string) => number;
};

export type PasswordChange = { readonly old: string; readonly new: string; readonly session?: string | undefined };

// From one address.
const SIGNUPS = { burst: 10, every: 360_000 };
const LONGEST_LABEL = 80;
const DAY_MS = 86_400_000;
const MOST_TOKENS = 100;
const LONGEST_TOKEN_MS = 366 * DAY_MS;

export function openAccounts(deps: AccountsDeps): Accounts {
  const { store, audit, credentials } = deps;
  return {
    signup: (request) => signup(deps, request),
    login: (request) => login(deps, request),
    logout: (secret, who) => logout(deps, secret, who),
    logoutEverywhere: (who) => logoutEverywhere(deps, who),
    changePassword: (who, change) => changePassword(deps, who, change),
    resetPassword: async (name, password) => {
      checkThere(store, name);
      await setPassword(deps, { name, password });
      audit.write({ who: 'rac', action: 'password-reset', subject: subjectOf(name) });
    },
    setAdmin: (name, admin) => {
      checkThere(store, name);
      store.run('UPDATE account SET admin = ? WHERE name = ?', admin ? 1 : 0, name);
      audit.write({ who: 'rac', action: admin ? 'admin' : 'no-admin', subject: subjectOf(name) });
    },
    createToken: (who, token) => createToken(deps, who, token),
    credentials: (who) => {
      checkWhole(who);
      return credentials.list(who.account);
    },
    revoke: (who, word) => {
      checkWhole(who);
      const ended = credentials.revoke(who.account, word);
      if (ended === 0) {
        throw new PodctlError('MISSING_INPUT', 'there is no token of this name', { hint: 'podctl rac token list' });
      }
      audit.write({ who, action: 'token-revoke', subject: subjectOf(who.account), detail: word });
      return ended;
    },
  };
}

function logout({ credentials, audit }: AccountsDeps, secret: string, who: AccountPrincipal): void {
  if (who.by === 'access') {
    throw new PodctlError('REFUSED', 'this is an access token, which no logout ends', {
      hint: 'podctl rac token revoke ends it',
    });
  }
  if (credentials.end(secret) > 0) audit.write({ who, action: 'logout', subject: subjectOf(who.account) });
}

function logoutEverywhere({ credentials, audit }: AccountsDeps, who: AccountPrincipal): number {
  checkWhole(who);
  const ended = credentials.endAll(who.account, ['session', 'refresh']);
  audit.write({ who, action: 'logout-everywhere', subject: subjectOf(who.account), detail: `${ended} ended` });
  return ended;
}

async function signup(deps: AccountsDeps, request: LoginRequest): Promise<Session> {
  const { store, audit, hasher, throttle, now } = deps;
  const { name, password, address } = request;
  checkAccountName(name);
  checkPassword(password, name);
  const wait = throttle.spend([{ key: `signup ${networkOf(address)}`, rate: SIGNUPS }]);
  if (wait > 0) throw tooMany(wait);
  checkFree(store, name);
  const hash = await hasher.hash(password);
  const account = { kind: 'account', account: name, admin: false, by: 'password', scope: null, address } as const;
  store.transaction(() => {
    // Somebody else may have been quicker while the password was hashed.
    checkFree(store, name);
    store.run('INSERT INTO account (name, password_hash, created_at) VALUES (?, ?, ?)', name, hash, now());
    audit.write({ who: account, action: 'signup', subject: subjectOf(name) });
  });
  return { account, session: openSession(deps, account, request.label) };
}

// An account's name is the beginning of names that only it may use: nobody gets others' names by signing up.
function checkFree(store: Store, name: string): void {
  if (store.get('SELECT 1 FROM account WHERE name = ?', name) !== undefined) {
    throw new PodctlError('REFUSED', `the account \`${name}\` is there already`, {
      hint: 'podctl rac login, or choose another name',
    });
  }
  const below = store.get(
    'SELECT 1 FROM name WHERE owner IS NOT NULL AND (name = ? OR (name > ? AND name < ?))',
    name,
    `${name}/`,
    `${name}0`,
  );
  if (below !== undefined) {
    throw new PodctlError('REFUSED', `names that begin with \`${name}\` are claimed by others`, {
      hint: 'choose another name',
    });
  }
}

async function login(deps: AccountsDeps, request: LoginRequest): Promise<Session> {
  const account = await deps.identity.byPassword(request.name, request.password, request.address);
  // A session is worth more than a token, so it takes more than one.
  if (account?.kind !== 'account' || account.by !== 'password') throw wrongPassword();
  deps.audit.write({ who: account, action: 'login', subject: subjectOf(account.account), detail: request.label });
  return { account, session: openSession(deps, account, request.label) };
}

function wrongPassword(): PodctlError {
  return new PodctlError('REFUSED', 'the name or the password is wrong', {
    hint: 'podctl rac signup makes an account',
  });
}

function openSession({ credentials }: AccountsDeps, { account }: AccountPrincipal, label: string): NewCredential {
  const request = { account, kind: 'session', label: shortLabel(label), scope: null, lives: LIVES.session } as const;
  return credentials.create(request);
}

async function changePassword(deps: AccountsDeps, who: AccountPrincipal, change: PasswordChange): Promise<void> {
  const { identity, audit } = deps;
  checkWhole(who);
  const proof = await identity.byPassword(who.account, change.old, who.address);
  if (proof?.kind !== 'account' || proof.by !== 'password') {
    throw new PodctlError('REFUSED', 'the old password is wrong', { hint: 'type the password that you have now' });
  }
  await setPassword(deps, { name: who.account, password: change.new, session: change.session });
  audit.write({ who, action: 'password', subject: subjectOf(who.account) });
}

type NewPassword = { readonly name: string; readonly password: string; readonly session?: string | undefined };

async function setPassword(deps: AccountsDeps, { name, password, session }: NewPassword): Promise<void> {
  const { store, hasher, credentials } = deps;
  checkPassword(password, name);
  const hash = await hasher.hash(password);
  store.transaction(() => {
    store.run('UPDATE account SET password_hash = ? WHERE name = ?', hash, name);
    credentials.endAll(name, ['session', 'refresh'], session);
  });
}

function createToken({ credentials, audit }: AccountsDeps, who: AccountPrincipal, token: NewToken): NewCredential {
  checkWhole(who);
  const { label, scope, lives } = token;
  if (shortLabel(label) !== label || label === '') {
    throw new PodctlError('USAGE', `a token's name has 1 to ${LONGEST_LABEL} printable characters`);
  }
  const tokens = credentials.list(who.account).filter(({ kind }) => kind === 'access');
  if (tokens.length >= MOST_TOKENS) {
    throw new PodctlError('REFUSED', `${who.account} has ${MOST_TOKENS} tokens, and more are not allowed`, {
      hint: 'podctl rac token revoke first',
    });
  }
  if (tokens.some((row) => row.label === label)) {
    throw new PodctlError('REFUSED', `there is a token \`${label}\` already`, {
      hint: 'podctl rac token revoke first',
    });
  }
  if (!(lives > 0 && lives <= LONGEST_TOKEN_MS)) {
    throw new PodctlError('USAGE', 'a token lives for at most 366 days', { hint: 'make a new one before it ends' });
  }
  const created = credentials.create({ account: who.account, kind: 'access', label, scope, lives });
  audit.write({ who, action: 'token-create', subject: subjectOf(who.account), detail: `${created.id} ${label}` });
  return created;
}

// What a token was made for does not include making others, or taking the account over.
function checkWhole(who: AccountPrincipal): void {
  if (who.by === 'session' || who.by === 'password') return;
  throw new PodctlError('REFUSED', 'a token may not do this', { hint: 'podctl rac login' });
}

function checkThere(store: Store, name: string): void {
  if (asText(store.get('SELECT name FROM account WHERE name = ?', name)?.['name']) === name) return;
  throw new PodctlError('MISSING_INPUT', 'there is no account of this name', { hint: 'podctl rac signup makes one' });
}

function shortLabel(label: string): string {
  return label.replaceAll(/\p{C}/gu, '').slice(0, LONGEST_LABEL);
}
