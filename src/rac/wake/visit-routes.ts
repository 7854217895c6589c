import { Hono } from 'hono';
import type { Principal } from '../accounts/principal.js';
import type { Rights } from '../accounts/rights.js';
import type { Lifecycle } from '../deploy/lifecycle.js';
import type { RacContext, RacEnv } from '../web/request.js';
import { escapeHtml } from './answers.js';
import { hostOf } from './host-name.js';
import type { Tickets } from './tickets.js';

/** Where the proxy takes a pass, on the private name's own host. */
export const ENTER_PATH = '/.well-known/rac/enter';

export type VisitDeps = {
  readonly tickets: Pick<Tickets, 'pass'>;
  readonly rights: Pick<Rights, 'pull'>;
  readonly find: Lifecycle['find'];
  /** Who has signed in on RAC's page, by its cookie, and what stands for that session. */
  readonly visitorOf: (context: RacContext) => { readonly who: Principal; readonly session: string } | null;
  /** Scheme, host and port as browsers reach a host through the proxy. */
  readonly originOf: (host: string) => string;
};

/**
 * `GET /visit?host=HOST&to=PATH` at RAC's own server: gives whoever has signed in and may look at that host a pass for it. The first page
 * only leads to the second: the session's cookie is not sent with a request that another site has caused, and is with one of its own.
 */
export function visitRoutes(deps: VisitDeps): Hono<RacEnv> {
  const routes = new Hono<RacEnv>();
  routes.get('/visit', (context) => {
    const next = `/visit/go?${query(context)}`;
    return page(context, 'Signing in', { href: next, text: 'Go on', refresh: true });
  });
  routes.get('/visit/go', (context) => {
    const visitor = deps.visitorOf(context);
    if (visitor === null) {
      return page(context, 'Sign in first, then open the page again.', { href: '/', text: 'Sign in', refresh: false });
    }
    const host = hostOf(context.req.query('host') ?? '') ?? '';
    const servable = deps.find(host);
    if (servable.name === null || !deps.rights.pull(visitor.who, servable.name).ok) {
      context.status(404);
      return page(context, 'Nothing is served there, or not to this account.', null);
    }
    const pass = deps.tickets.pass({ session: visitor.session, host });
    const to = new URLSearchParams({ pass, to: context.req.query('to') ?? '/' });
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cache-Control', 'no-store');
    return context.redirect(`${deps.originOf(host)}${ENTER_PATH}?${to.toString()}`, 303);
  });
  return routes;
}

function query(context: RacContext): string {
  return new URLSearchParams({ host: context.req.query('host') ?? '', to: context.req.query('to') ?? '/' }).toString();
}

type Link = { readonly href: string; readonly text: string; readonly refresh: boolean };

function page(context: RacContext, text: string, link: Link | null): Response | Promise<Response> {
  const href = link === null ? '' : escapeHtml(link.href);
  const refresh = link?.refresh === true ? `<meta http-equiv="refresh" content="0;url=${href}">` : '';
  const anchor = link === null ? '' : `<p><a href="${href}">${escapeHtml(link.text)}</a></p>`;
  context.header(
    'Content-Security-Policy',
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  context.header('Cache-Control', 'no-store');
  return context.html(
    `<!doctype html><html lang="en"><meta charset="utf-8">${refresh}<title>RAC</title><p>${escapeHtml(text)}</p>${anchor}</html>`,
  );
}
