import { Hono } from 'hono';
import { PodctlError } from '../../core/errors.js';
import type { Audit, AuditRow } from '../store/audit.js';
import { jsonBody, textOf } from '../web/body.js';
import { accountOf, type RacContext, type RacEnv } from '../web/request.js';
import { subjectOf } from './account-name.js';
import type { Claims } from './claims.js';
import type { AccountPrincipal } from './principal.js';
import type { Rights } from './rights.js';

export type ClaimRoutesDeps = { readonly claims: Claims; readonly rights: Rights; readonly audit: Audit };

/** Claims, transfers, collaborators, visibility and the audit log. Names stand in bodies and queries: they hold slashes. */
export function claimRoutes(deps: ClaimRoutesDeps): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  addClaims(app, deps);
  addCollaborators(app, deps);
  app.get('/audit', (context) => context.json({ rows: auditOf(deps, context) }));
  return app;
}

function addClaims(app: Hono<RacEnv>, { claims }: ClaimRoutesDeps): void {
  app.post('/claims', async (context) => {
    const who = accountOf(context);
    const body = await jsonBody(context);
    return context.json(await claims.claim(who, textOf(body, 'name'), { adopt: body['adopt'] === true }));
  });
  app.delete('/claims', async (context) => {
    const name = nameIn(context);
    await claims.unclaim(accountOf(context), name);
    return context.json({ name });
  });
  app.put('/transfers', async (context) => {
    const who = accountOf(context);
    const body = await jsonBody(context);
    const [name, to] = [textOf(body, 'name'), textOf(body, 'to')];
    claims.offer(who, name, to);
    return context.json({ name, to });
  });
  app.delete('/transfers', (context) => {
    const name = nameIn(context);
    claims.withdraw(accountOf(context), name);
    return context.json({ name });
  });
  app.put('/visibility', async (context) => {
    const who = accountOf(context);
    const body = await jsonBody(context);
    const [name, visibility] = [textOf(body, 'name'), textOf(body, 'visibility')];
    if (visibility !== 'public' && visibility !== 'private') {
      throw new PodctlError('USAGE', '`visibility` is public or private');
    }
    claims.setVisibility(who, name, visibility);
    return context.json({ name, visibility });
  });
}

function addCollaborators(app: Hono<RacEnv>, { claims }: ClaimRoutesDeps): void {
  app.get('/collaborators', (context) => {
    const name = nameIn(context);
    return context.json({ name, collaborators: claims.collaborators(context.get('principal'), name) });
  });
  app.put('/collaborators', async (context) => {
    const who = accountOf(context);
    const body = await jsonBody(context);
    const [name, account, may] = [textOf(body, 'name'), textOf(body, 'account'), textOf(body, 'may')];
    if (may !== 'push' && may !== 'pull') throw new PodctlError('USAGE', '`may` is push or pull');
    claims.share(who, name, { account, may });
    return context.json({ name, account, may });
  });
  app.delete('/collaborators', (context) => {
    const [name, account] = [nameIn(context), context.req.query('account') ?? ''];
    claims.unshare(accountOf(context), name, account);
    return context.json({ name, account });
  });
}

const MOST_ROWS = 500;

// A name's is its owner's to read, an account's its own; everything is an administrator's.
function auditOf({ audit, rights }: ClaimRoutesDeps, context: RacContext): readonly AuditRow[] {
  const who = accountOf(context);
  const subject = context.req.query('subject') ?? subjectOf(who.account);
  const limit = Math.min(MOST_ROWS, Math.max(1, Math.trunc(Number(context.req.query('limit') ?? 50)) || 1));
  if (!isOwn(who, subject)) {
    const verdict = rights.manage(who, subject);
    if (!verdict.ok) throw new PodctlError('REFUSED', verdict.message, { hint: 'its owner may read it' });
  }
  return audit.of(subject, limit);
}

function isOwn(who: AccountPrincipal, subject: string): boolean {
  return who.scope === null && (who.admin || subject === subjectOf(who.account));
}

function nameIn(context: RacContext): string {
  const name = context.req.query('name');
  if (name === undefined) throw new PodctlError('USAGE', '`name` is missing');
  return name;
}
