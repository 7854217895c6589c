import type { Secret } from '../../core/secret.js';
import type { Principal } from '../accounts/principal.js';

type Account = Extract<Principal, { readonly kind: 'account' }>;

export type SignIn = {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  /** What lists of sessions show. */
  readonly label: string;
};

export type OpenedSession = {
  readonly account: Account;
  readonly session: { readonly secret: Secret; readonly expiresAt: number | null };
};

/** What the page needs of accounts. */
export type Sessions = {
  readonly signup: (request: SignIn) => Promise<OpenedSession>;
  readonly login: (request: SignIn) => Promise<OpenedSession>;
  readonly logout: (secret: string, who: Account) => void;
};
