import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { PodctlError } from '../../core/errors.js';
import type { Principal } from '../accounts/principal.js';

/** What every route of RAC's server finds on its context, set by `guard` before it is called. */
export type RacEnv = {
  /** Absent where a test asks the application without a socket. */
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: {
    /** Who asks: bearer token or session cookie; anonymous without either. */
    readonly principal: Principal;
    /** Of the client, behind trusted proxies too. */
    readonly address: string;
    readonly requestId: string;
    /** The page's session, where a cookie proved it; null for bearer tokens and strangers. */
    readonly session: string | null;
  };
};

export type RacContext = Context<RacEnv>;

/** The account that asks. Throws REFUSED (401) for strangers. */
export function accountOf(context: RacContext): Extract<Principal, { readonly kind: 'account' }> {
  const principal = context.get('principal');
  if (principal.kind === 'account') return principal;
  throw new LoginNeeded();
}

/** Nobody is logged in: 401, where other refusals are 403. */
export class LoginNeeded extends PodctlError {
  constructor(message = 'log in first') {
    super('REFUSED', message, { hint: 'podctl rac login, or sign in on the page' });
  }
}
