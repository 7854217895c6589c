import { Hono } from 'hono';
import { jsonBody, textOf } from './body.js';
import type { WebDeps } from './deps.js';
import { originOf } from './guard.js';
import { accountOf, type RacContext, type RacEnv } from './request.js';
import { clearSession, csrfTokenOf, setSession } from './session-cookie.js';
import type { OpenedSession } from './sessions.js';
import type { Site } from './site.js';

const LABEL = 'web page';
const DAY_MS = 86_400_000;

/** `/api/v1/session`: the page's own login, as a cookie that no script can read. */
export function sessionRoutes({ sessions }: WebDeps, site: Site): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  const isSecure = (context: RacContext): boolean => (originOf(context, site) ?? '').startsWith('https:');
  const open = (context: RacContext, { account, session }: OpenedSession): Response => {
    // The earlier session ends: whoever planted it shares nothing with this one.
    const before = context.get('session');
    const principal = context.get('principal');
    if (before !== null && principal.kind === 'account') sessions.logout(before, principal);
    const secret = session.secret.reveal();
    setSession(context, secret, {
      secure: isSecure(context),
      expiresAt: session.expiresAt ?? Date.now() + DAY_MS,
    });
    return context.json({ podctl: 1, account: account.account, admin: account.admin, csrf: csrfTokenOf(secret) });
  };
  app.get('/session', (context) => {
    const principal = context.get('principal');
    const session = context.get('session');
    if (principal.kind === 'anonymous') return context.json({ podctl: 1, account: null, admin: false, csrf: null });
    const csrf = session === null ? null : csrfTokenOf(session);
    return context.json({ podctl: 1, account: principal.account, admin: principal.admin, csrf });
  });
  app.post('/session', async (context) => open(context, await sessions.login(await signIn(context))));
  app.post('/session/signup', async (context) => open(context, await sessions.signup(await signIn(context))));
  app.delete('/session', (context) => {
    const account = accountOf(context);
    const session = context.get('session');
    if (session !== null) sessions.logout(session, account);
    clearSession(context, isSecure(context));
    return context.json({ podctl: 1 });
  });
  return app;
}

async function signIn(context: RacContext): Promise<Parameters<WebDeps['sessions']['login']>[0]> {
  const body = await jsonBody(context);
  return {
    name: textOf(body, 'name'),
    password: textOf(body, 'password'),
    address: context.get('address'),
    label: LABEL,
  };
}
