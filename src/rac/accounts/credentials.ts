import { createHash } from 'node:crypto';
import { Secret } from '../../core/secret.js';
import { asObject, asText, parseJson } from '../../engine/json.js';
import { randomText } from '../../io/random-text.js';
import type { Row, Store } from '../store/store.js';
import type { AccountPrincipal, TokenScope } from './principal.js';

/** `session`: of the page and the command line; `refresh`: of engines that are logged in; `access`: of CI. */
export type CredentialKind = 'session' | 'refresh' | 'access';

export type NewCredential = {
  readonly id: string;
  /** Only now: what is kept is its SHA-256. */
  readonly secret: Secret;
  /** Milliseconds since 1970; null: it does not end by itself. */
  readonly expiresAt: number | null;
};

/** One as lists show it. Milliseconds since 1970. */
export type CredentialRow = {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly label: string;
  readonly scope: TokenScope | null;
  readonly createdAt: number;
  readonly usedAt: number | null;
  readonly expiresAt: number | null;
};

export type CredentialRequest = {
  readonly account: string;
  readonly kind: CredentialKind;
  readonly label: string;
  readonly scope: TokenScope | null;
  readonly lives: number | null;
};

/** Sessions and tokens. 256 random bits each: what is kept needs no slow hash. */
export type Credentials = {
  readonly create: (request: CredentialRequest) => NewCredential;
  /** null: unknown, expired, revoked or of another kind. */
  readonly find: (secret: string, kinds: readonly CredentialKind[], address: string) => AccountPrincipal | null;
  /** The same of what `proofOfSession` made of a session's secret. */
  readonly session: (proof: string, address: string) => AccountPrincipal | null;
  readonly list: (account: string) => readonly CredentialRow[];
  /** By id, or by the label of an access token. How many ended. */
  readonly revoke: (account: string, idOrLabel: string) => number;
  readonly end: (secret: string) => number;
  /** All of an account of these kinds, but the one with that secret. */
  readonly endAll: (account: string, kinds: readonly CredentialKind[], except?: string) => number;
};

export type CredentialsDeps = { readonly store: Store; readonly now: () => number };

const DAY_MS = 86_400_000;
/** How long each kind lives, in milliseconds. A refresh token lives on with every use. */
export const LIVES = { session: 30 * DAY_MS, refresh: 90 * DAY_MS } as const;
// Each use would cost a write to the disk.
const NOTE_USE_MS = 3_600_000;
/** Sessions, and refresh tokens, of one account at a time: those that were used longest ago end. */
const MOST_LOGINS = 200;
const PREFIX = { session: 'racs_', refresh: 'racr_', access: 'raca_' } as const;

/** Whether a text is a credential of RAC's rather than somebody's password. */
export function isCredential(secret: string): boolean {
  return /^rac[sra]_[\w-]{43}$/.test(secret);
}

/** Stands for a session where its secret must not be: what it gives ends with the session. */
export function proofOfSession(secret: string): string {
  return hashOf(secret);
}

export function openCredentials({ store, now }: CredentialsDeps): Credentials {
  return {
    create: (request) => create(store, request, now()),
    find: (secret, kinds, address) =>
      isCredential(secret) ? find({ store, now: now() }, hashOf(secret), { kinds, address }) : null,
    session: (proof, address) => find({ store, now: now() }, proof, { kinds: ['session'], address }),
    list: (account) =>
      store
        .all(
          'SELECT * FROM credential WHERE account = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY created_at, id',
          account,
          now(),
        )
        .map(rowOf),
    revoke: (account, word) =>
      store.run(
        `DELETE FROM credential WHERE account = ? AND (id = ? OR (kind = 'access' AND label = ?))`,
        account,
        word,
        word,
      ),
    end: (secret) => store.run('DELETE FROM credential WHERE secret_hash = ?', hashOf(secret)),
    endAll: (account, kinds, except) => {
      const [first = '', second = first, third = first] = kinds;
      const sql = 'DELETE FROM credential WHERE account = ? AND kind IN (?, ?, ?) AND secret_hash <> ?';
      return store.run(sql, account, first, second, third, except === undefined ? '' : hashOf(except));
    },
  };
}

function create(store: Store, request: CredentialRequest, now: number): NewCredential {
  const { account, kind, label, scope, lives } = request;
  const id = randomText({ kind: 'hex', count: 6 });
  const random = Buffer.from(randomText({ kind: 'hex', count: 32 }), 'hex').toString('base64url');
  const secret = `${PREFIX[kind]}${random}`;
  const expiresAt = lives === null ? null : now + lives;
  store.transaction(() => {
    // What has ended is never looked at again.
    store.run('DELETE FROM credential WHERE expires_at <= ?', now);
    store.run(
      `INSERT INTO credential (id, account, kind, secret_hash, label, scope, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      account,
      kind,
      hashOf(secret),
      label,
      scope === null ? null : JSON.stringify(scope),
      now,
      expiresAt,
    );
    if (kind !== 'access') endOldest(store, account, kind);
  });
  return { id, secret: new Secret(secret), expiresAt };
}

// Whoever logs in again and again, and never out.
function endOldest(store: Store, account: string, kind: CredentialKind): void {
  store.run(
    `DELETE FROM credential WHERE id IN (SELECT id FROM credential WHERE account = ? AND kind = ?
       ORDER BY max(created_at, coalesce(used_at, 0)) DESC, rowid DESC LIMIT -1 OFFSET ?)`,
    account,
    kind,
    MOST_LOGINS,
  );
}

type Now = { readonly store: Store; readonly now: number };
type Wanted = { readonly kinds: readonly CredentialKind[]; readonly address: string };

function find({ store, now }: Now, hash: string, { kinds, address }: Wanted): AccountPrincipal | null {
  const row = store.get(
    `SELECT credential.*, account.admin FROM credential JOIN account ON account.name = credential.account
     WHERE secret_hash = ? AND (expires_at IS NULL OR expires_at > ?)`,
    hash,
    now,
  );
  if (row === undefined) return null;
  const credential = rowOf(row);
  if (!kinds.includes(credential.kind)) return null;
  noteUse({ store, now }, credential);
  return {
    kind: 'account',
    account: asText(row['account']),
    admin: row['admin'] === 1,
    by: credential.kind,
    scope: credential.scope,
    address,
  };
}

function noteUse({ store, now }: Now, { id, kind, usedAt }: CredentialRow): void {
  if (usedAt !== null && now - usedAt < NOTE_USE_MS) return;
  if (kind === 'refresh') {
    store.run('UPDATE credential SET used_at = ?, expires_at = ? WHERE id = ?', now, now + LIVES.refresh, id);
  } else store.run('UPDATE credential SET used_at = ? WHERE id = ?', now, id);
}

function rowOf(row: Row): CredentialRow {
  const kind = asText(row['kind']);
  return {
    id: asText(row['id']),
    kind: kind === 'session' || kind === 'refresh' ? kind : 'access',
    label: asText(row['label']),
    scope: row['scope'] === null ? null : scopeOf(asText(row['scope'])),
    createdAt: Number(row['created_at']),
    usedAt: row['used_at'] === null ? null : Number(row['used_at']),
    expiresAt: row['expires_at'] === null ? null : Number(row['expires_at']),
  };
}

// What cannot be read allows nothing.
function scopeOf(text: string): TokenScope {
  const scope = asObject(parseJson(text));
  const actions = Array.isArray(scope['actions']) ? scope['actions'].map(asText) : [];
  const names = Array.isArray(scope['names']) ? scope['names'].map(asText) : [];
  return {
    names: scope['names'] === null ? null : names,
    actions: (['push', 'pull', 'manage'] as const).filter((action) => actions.includes(action)),
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
