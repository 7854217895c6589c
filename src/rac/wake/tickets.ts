import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a ticket proves: the account of this session may look at this host, until then and as long as the session lasts. */
export type Ticket = { readonly session: string; readonly host: string };

/**
 * Private names in browsers. The web page's cookie does not reach other hosts, and must not. So the API server, which knows the session,
 * gives a *pass* for one host: signed, for a minute, good once. The proxy turns it into a *ticket*: a cookie of that host alone. Both are
 * signed with a key of this process; after a restart browsers get new ones without being asked.
 */
export type Tickets = {
  readonly pass: (ticket: Ticket) => string;
  /** null: forged, of another host, used before, or too old. */
  readonly redeem: (pass: string, host: string) => string | null;
  /** `expired`: it was right, so that a browser is sent for another one without a word. */
  readonly read: (ticket: string, host: string) => Ticket | 'expired' | null;
};

export const TICKET_SECONDS = 3600;
const PASS_MS = 60_000;
const LONGEST = 1000;

export function openTickets(deps: {
  readonly key: Uint8Array;
  readonly now: () => number;
  readonly nonce: () => string;
}): Tickets {
  const { now } = deps;
  const { seal, open } = openSeals(deps.key);
  const isUsed = onceEach(now);
  return {
    pass: ({ session, host }) => seal(['pass', session, host, now() + PASS_MS, deps.nonce()]),
    redeem: (pass, host) => {
      const [, session, , until, nonce] = open(pass, 'pass', host) ?? [];
      if (typeof session !== 'string' || Number(until) < now() || isUsed(String(nonce))) return null;
      return seal(['ticket', session, host, now() + TICKET_SECONDS * 1000]);
    },
    read: (ticket, host) => {
      const [, session, , until] = open(ticket, 'ticket', host) ?? [];
      if (typeof session !== 'string') return null;
      return Number(until) < now() ? 'expired' : { session, host };
    },
  };
}

/** Lists as signed texts, each with its kind first and its host third. */
type Seals = {
  readonly seal: (content: readonly (string | number)[]) => string;
  /** null: not sealed with this key, or of another kind or host. */
  readonly open: (sealed: string, kind: string, host: string) => readonly unknown[] | null;
};

function openSeals(key: Uint8Array): Seals {
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    seal: (content) => {
      const text = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `${text}.${sign(text)}`;
    },
    open: (sealed, kind, host) => {
      const [text = '', signature = '', ...rest] = sealed.length > LONGEST ? [] : sealed.split('.');
      const wanted = Buffer.from(sign(text));
      const given = Buffer.from(signature);
      if (rest.length > 0 || wanted.length !== given.length || !timingSafeEqual(wanted, given)) return null;
      const content: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
      return Array.isArray(content) && content[0] === kind && content[2] === host ? content : null;
    },
  };
}

/** Says whether a pass was used before; from then on it was. Those that are too old to be used are forgotten. */
function onceEach(now: () => number): (nonce: string) => boolean {
  const used = new Map<string, number>();
  return (nonce) => {
    for (const [old, at] of used) {
      if (at > now()) break;
      used.delete(old);
    }
    if (used.has(nonce)) return true;
    used.set(nonce, now() + PASS_MS);
    return false;
  };
}
