import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PodctlError } from '../../core/errors.js';
import { type Credentials, isCredential, LIVES } from '../accounts/credentials.js';
import type { Identity } from '../accounts/identity.js';
import type { Principal } from '../accounts/principal.js';
import type { RacContext, RacEnv } from '../web/request.js';
import { type GrantDeps, grantScopes } from './grant.js';
import { type Mint, SERVICE } from './mint.js';
import { type BadAsk, readGet, readPost, type TokenAsk } from './token-request.js';

export type AuthDeps = GrantDeps & {
  readonly identity: Identity;
  readonly credentials: Credentials;
  readonly mint: Mint;
};

const LONGEST_BODY = 64 * 1024;
const OFFLINE_LABEL = 40;

/** `GET` and `POST /token`, as registry clients use it. Denials have the one form whose text docker and podman both show. */
export function authRoutes(deps: AuthDeps): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.get('/token', (context) => answer(deps, context, readGet(context)));
  app.post(
    '/token',
    bodyLimit({
      maxSize: LONGEST_BODY,
      onError: (context) => context.json(errorsOf('DENIED', 'the body is too long'), 413),
    }),
    async (context) => answer(deps, context, await readPost(context)),
  );
  return app;
}

async function answer(deps: AuthDeps, context: RacContext, ask: TokenAsk | BadAsk): Promise<Response> {
  context.header('Cache-Control', 'no-store');
  if ('bad' in ask) return context.json(errorsOf('UNSUPPORTED', ask.bad), 400);
  if (ask.service !== null && ask.service !== SERVICE) {
    return context.json(errorsOf('UNSUPPORTED', 'this token endpoint is another service’s'), 400);
  }
  const who = await whoIs(deps, ask, context.get('address'));
  if ('denied' in who) return context.json(errorsOf('UNAUTHORIZED', who.denied), 401);
  const grant = grantScopes(deps, who, ask.scopes);
  if (!grant.ok) return context.json(errorsOf('DENIED', grant.message), 401);
  const subject = who.kind === 'account' ? who.account : '';
  const { token, expiresIn, issuedAt } = await deps.mint({ subject, access: grant.access });
  const refresh = refreshFor(deps, ask, who);
  return context.json({
    token,
    access_token: token,
    expires_in: expiresIn,
    issued_at: new Date(issuedAt).toISOString(),
    ...(refresh === null ? {} : { refresh_token: refresh }),
  });
}

type Denied = { readonly denied: string };

async function whoIs({ identity }: AuthDeps, { proof }: TokenAsk, address: string): Promise<Principal | Denied> {
  if (proof.kind === 'none') return { kind: 'anonymous', address };
  if (proof.kind === 'refresh') {
    return (
      identity.byRefresh(proof.secret, address) ?? { denied: 'this login has ended: log in again with docker login' }
    );
  }
  try {
    const found = await identity.byPassword(proof.name, proof.password, address);
    return found ?? { denied: wrongWords(proof.password) };
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'TRY_AGAIN') return { denied: error.message };
    throw error;
  }
}

function wrongWords(password: string): string {
  return isCredential(password)
    ? 'this token is unknown, revoked or has expired, or is another account’s'
    : 'the name or the password is wrong';
}

// Only for a password: a token that stands in its place must not give rise to one that outlives it.
function refreshFor({ credentials }: AuthDeps, ask: TokenAsk, who: Principal): string | null {
  if (ask.proof.kind === 'refresh') return ask.proof.secret;
  if (!ask.offline || who.kind !== 'account' || who.by !== 'password') return null;
  const label = ask.client.replaceAll(/[^\w.-]/g, '').slice(0, OFFLINE_LABEL);
  const request = { account: who.account, kind: 'refresh', label, scope: null, lives: LIVES.refresh } as const;
  return credentials.create(request).secret.reveal();
}

function errorsOf(code: string, message: string) {
  return { errors: [{ code, message }] };
}
