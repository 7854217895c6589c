import type { Secret } from '../../core/secret.js';
import type { Files } from '../../io/files.js';
import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import { type Accounts, openAccounts } from './accounts.js';
import { type Claims, openClaims } from './claims.js';
import type { OnClaimed } from './claims-deps.js';
import { type Credentials, openCredentials } from './credentials.js';
import { argon2Hasher, type Hasher } from './hasher.js';
import { openHostSecret } from './host-secret.js';
import type { Identity } from './identity.js';
import { openIdentity } from './open-identity.js';
import { openRights } from './open-rights.js';
import type { Rights } from './rights.js';
import { openThrottle } from './throttle.js';

export type AccountsRoomDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly files: Files;
  readonly now: () => number;
  /** Folder of RAC's state. */
  readonly home: string;
  /** As engines name the registry. */
  readonly registryHost: string;
  readonly accountNames: number;
  readonly anonymousTtl: number;
  readonly onClaimed: OnClaimed;
  readonly onUnclaimed: (name: string) => Promise<void>;
  /** Tests give a quick one. */
  readonly hasher?: Hasher | undefined;
};

export type AccountsRoom = {
  readonly accounts: Accounts;
  readonly claims: Claims;
  readonly credentials: Credentials;
  readonly identity: Identity;
  readonly rights: Rights;
  readonly hostSecret: Secret;
};

/** All of accounts, put together. */
export async function openAccountsRoom(deps: AccountsRoomDeps): Promise<AccountsRoom> {
  const { store, audit, now, hasher = argon2Hasher() } = deps;
  const rights = openRights({ store, registryHost: deps.registryHost });
  const credentials = openCredentials({ store, now });
  const throttle = openThrottle(store, now);
  const identity = openIdentity({ store, audit, credentials, hasher, throttle, now });
  return {
    rights,
    credentials,
    identity,
    accounts: openAccounts({ store, audit, credentials, identity, hasher, throttle, now }),
    claims: openClaims({ ...deps, rights }),
    hostSecret: await openHostSecret(deps.home, deps.files),
  };
}
