import type { IncomingMessage } from 'node:http';
import type { Identity } from '../accounts/identity.js';
import type { Principal } from '../accounts/principal.js';
import type { Rights } from '../accounts/rights.js';
import { TICKET_SECONDS, type Tickets } from './tickets.js';

/** Who may look at a private name. `consumed`: headers that proved it, which the application must not see. */
export type Admission =
  | { readonly ok: true; readonly consumed: ReadonlySet<string>; readonly rawHeaders: readonly string[] }
  /** `expired`: a browser gets another ticket without being asked. */
  | { readonly ok: false; readonly expired: boolean };

export type Asked = {
  readonly req: IncomingMessage;
  readonly name: string;
  readonly host: string;
  readonly peer: string;
  readonly secure: boolean;
};

/** Checks a token of `Authorization` or `X-RAC-Authorization`, or the ticket of a browser. */
export type Access = (asked: Asked) => Admission;

const BEARER = /^Bearer +(\S+)$/i;

export function openAccess(deps: {
  readonly rights: Pick<Rights, 'pull'>;
  readonly identity: Pick<Identity, 'byToken' | 'bySessionProof'>;
  readonly tickets: Pick<Tickets, 'read'>;
}): Access {
  const may = (who: Principal | null, name: string): boolean => who !== null && deps.rights.pull(who, name).ok;
  return ({ req, name, host, peer, secure }) => {
    for (const header of ['x-rac-authorization', 'authorization']) {
      const [, token] = BEARER.exec(String(req.headers[header] ?? '')) ?? [];
      if (token !== undefined && may(deps.identity.byToken(token, peer), name)) {
        return { ok: true, consumed: new Set([header]), rawHeaders: req.rawHeaders };
      }
    }
    const cookie = cookieNamed(req.headers.cookie ?? '', ticketName(secure));
    const ticket = cookie === null ? null : deps.tickets.read(cookie, host);
    if (ticket === null || ticket === 'expired') return { ok: false, expired: ticket === 'expired' };
    const who = deps.identity.bySessionProof(ticket.session, peer);
    // Signed out meanwhile: the browser is led to sign in again.
    if (who === null) return { ok: false, expired: true };
    if (!may(who, name)) return { ok: false, expired: false };
    return { ok: true, consumed: NONE, rawHeaders: withoutCookie(req.rawHeaders, ticketName(secure)) };
  };
}

const NONE: ReadonlySet<string> = new Set();

/** Over TLS the name itself makes browsers hold it to its host. */
function ticketName(secure: boolean): string {
  return secure ? '__Host-rac-ticket' : 'rac-ticket';
}

/** The Set-Cookie header of a ticket. */
export function ticketCookie(ticket: string, secure: boolean): string {
  const words = [`${ticketName(secure)}=${ticket}`, 'Path=/', `Max-Age=${TICKET_SECONDS}`, 'HttpOnly', 'SameSite=Lax'];
  return [...words, ...(secure ? ['Secure'] : [])].join('; ');
}

function cookieNamed(header: string, name: string): string | null {
  const found = header.split(';').find((pair) => pair.trim().startsWith(`${name}=`));
  return found === undefined ? null : found.trim().slice(name.length + 1);
}

function withoutCookie(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.flatMap((text, index) => {
    if (index % 2 === 0) return [];
    const header = rawHeaders[index - 1] ?? '';
    if (header.toLowerCase() !== 'cookie') return [header, text];
    const left = text.split(';').filter((pair) => !pair.trim().startsWith(`${name}=`));
    return left.length === 0 ? [] : [header, left.join(';').trim()];
  });
}
