import { Hono } from 'hono';
import { PodctlError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import type { Audit } from '../store/audit.js';
import { type JsonBody, jsonBody, textOf } from '../web/body.js';
import { accountOf, type RacContext, type RacEnv } from '../web/request.js';
import type { Accounts, LoginRequest, Session } from './accounts.js';
import { claimRoutes } from './claim-routes.js';
import type { Claims } from './claims.js';
import type { CredentialRow } from './credentials.js';
import { HOST_HEADER, isHostSecret } from './host-secret.js';
import type { AccountPrincipal, TokenScope } from './principal.js';
import type { Rights } from './rights.js';

export type AccountRoutesDeps = {
  readonly accounts: Accounts;
  readonly claims: Claims;
  readonly rights: Rights;
  readonly audit: Audit;
  readonly hostSecret: Secret;
};

/** Accounts, tokens and claims, for below `/api/v1`. Who asks stands on the context. */
export function accountRoutes(deps: AccountRoutesDeps): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  addAccounts(app, deps);
  addTokens(app, deps);
  addHost(app, deps);
  app.route('/', claimRoutes(deps));
  return app;
}

function addAccounts(app: Hono<RacEnv>, { accounts }: AccountRoutesDeps): void {
  app.post('/accounts', async (context) =>
    context.json(sessionJson(await accounts.signup(loginIn(context, await jsonBody(context)))), 201),
  );
  app.post('/sessions', async (context) =>
    context.json(sessionJson(await accounts.login(loginIn(context, await jsonBody(context)))), 201),
  );
  app.delete('/sessions/current', (context) => {
    accounts.logout(secretIn(context), accountOf(context));
    return context.json({ ended: 1 });
  });
  app.delete('/sessions', (context) => context.json({ ended: accounts.logoutEverywhere(accountOf(context)) }));
  app.get('/whoami', (context) => context.json(accountJson(accountOf(context))));
  app.put('/password', async (context) => {
    const body = await jsonBody(context);
    const change = { old: textOf(body, 'old'), new: textOf(body, 'new'), session: secretIn(context) };
    await accounts.changePassword(accountOf(context), change);
    return context.json(accountJson(accountOf(context)));
  });
}

function addTokens(app: Hono<RacEnv>, { accounts }: AccountRoutesDeps): void {
  app.get('/tokens', (context) => context.json({ tokens: accounts.credentials(accountOf(context)).map(tokenJson) }));
  app.post('/tokens', async (context) => {
    const body = await jsonBody(context);
    const label = textOf(body, 'label');
    const created = accounts.createToken(accountOf(context), { label, scope: scopeIn(body), lives: livesIn(body) });
    // The only time that it is shown.
    return context.json({ id: created.id, label, secret: created.secret.reveal(), expiresAt: created.expiresAt }, 201);
  });
  app.delete('/tokens/:word', (context) =>
    context.json({ ended: accounts.revoke(accountOf(context), context.req.param('word')) }),
  );
}

// Only for whoever may read RAC's folder: nobody becomes an administrator by coming first.
function addHost(app: Hono<RacEnv>, { accounts, hostSecret }: AccountRoutesDeps): void {
  const checkHost = (context: RacContext): void => {
    if (isHostSecret(context.req.header(HOST_HEADER) ?? '', hostSecret)) return;
    throw new PodctlError('REFUSED', "this takes the secret in RAC's own folder", {
      hint: 'run podctl rac on the machine and as the user that RAC runs as',
    });
  };
  app.put('/host/administrators', async (context) => {
    checkHost(context);
    const body = await jsonBody(context);
    const [account, admin] = [textOf(body, 'account'), body['admin'] === true];
    accounts.setAdmin(account, admin);
    return context.json({ account, admin });
  });
  app.put('/host/password', async (context) => {
    checkHost(context);
    const body = await jsonBody(context);
    await accounts.resetPassword(textOf(body, 'account'), textOf(body, 'new'));
    return context.json({ account: textOf(body, 'account') });
  });
}

function loginIn(context: RacContext, body: JsonBody): LoginRequest {
  const label = body['label'] === undefined ? '' : textOf(body, 'label');
  return { name: textOf(body, 'name'), password: textOf(body, 'password'), address: context.get('address'), label };
}

// The page's cookie, or the command line's bearer token.
function secretIn(context: RacContext): string {
  return (
    context.get('session') ?? /^bearer +(\S+)$/i.exec(context.req.header('authorization')?.trim() ?? '')?.[1] ?? ''
  );
}

const ACTIONS = ['push', 'pull', 'manage'] as const;

function scopeIn(body: JsonBody): TokenScope {
  const [names, actions] = [textsIn(body, 'names'), textsIn(body, 'actions')];
  const known = ACTIONS.filter((action) => actions?.includes(action) === true);
  if (actions === null || known.length === 0 || known.length !== actions.length) {
    throw new PodctlError('USAGE', '`actions` are some of push, pull and manage, each once');
  }
  if (names?.length === 0) throw new PodctlError('USAGE', '`names` is empty', { hint: 'null allows every name' });
  return { names, actions: known };
}

function textsIn(body: JsonBody, key: string): readonly string[] | null {
  const value = body[key] ?? null;
  if (value === null) return null;
  if (Array.isArray(value) && value.length <= 100 && value.every((item) => typeof item === 'string')) return value;
  throw new PodctlError('USAGE', `\`${key}\` has to be a list of at most 100 texts`);
}

function livesIn(body: JsonBody): number {
  const value = body['lives'];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new PodctlError('USAGE', '`lives` is a number of milliseconds');
}

function sessionJson({ account, session }: Session) {
  return { ...accountJson(account), secret: session.secret.reveal(), expiresAt: session.expiresAt };
}

function accountJson({ account, admin, by, scope }: AccountPrincipal) {
  return { account, admin, by, scope };
}

function tokenJson({ id, kind, label, scope, createdAt, usedAt, expiresAt }: CredentialRow) {
  return { id, kind, label, scope, createdAt, usedAt, expiresAt };
}
