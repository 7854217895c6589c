import { ticketCookie } from './access.js';
import type { OwnAnswer } from './answers.js';
import type { Asking, ProxyDeps } from './asking.js';
import { ENTER_PATH } from './visit-routes.js';
import { READY_PATH } from './waiting-page.js';

/** Paths that are RAC's own on every host. */
export const OURS = '/.well-known/rac/';
/** A path of this host: no scheme, no second slash that browsers would read as another host. */
const LOCAL = /^\/(?![/\\])[^\\\0-\x20\x7f]*$/;

/** Answers the paths that are RAC's own on every host; null for all others. */
export function ownPath(asking: Asking, deps: Pick<ProxyDeps, 'lookup' | 'tiers' | 'tickets'>): OwnAnswer | null {
  const { target } = asking.checked;
  if (!target.startsWith(OURS)) return null;
  const [path = '', query = ''] = target.split('?', 2);
  if (path === READY_PATH) return readiness(asking, deps);
  if (path === ENTER_PATH) return enterByPass(asking, deps, new URLSearchParams(query));
  return { status: 404, text: 'RAC has no such path' };
}

// Starts nothing of its own: the request that showed the waiting page did.
function readiness({ checked }: Asking, { lookup, tiers }: Pick<ProxyDeps, 'lookup' | 'tiers'>): OwnAnswer {
  const { servable, open } = lookup.find(checked.host);
  const starting = servable.ok ? tiers.starting(servable.name) : servable.coming === true;
  // Of a private name nothing is told; the browser then loads the page itself, with its ticket.
  return open && starting ? { status: 202, text: 'it starts' } : { status: 200, text: 'load it' };
}

function enterByPass(asking: Asking, { tickets }: Pick<ProxyDeps, 'tickets'>, query: URLSearchParams): OwnAnswer {
  const ticket = tickets.redeem(query.get('pass') ?? '', asking.checked.host);
  if (ticket === null) return { status: 404, text: 'this pass has been used, or is too old: open the page again' };
  const to = query.get('to') ?? '/';
  const headers = {
    Location: LOCAL.test(to) ? to : '/',
    'Set-Cookie': ticketCookie(ticket, asking.secure),
    'Referrer-Policy': 'no-referrer',
  };
  return { status: 303, text: 'welcome', headers };
}
