import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { plainAddress } from '../address-list.js';
import type { Admission } from './access.js';
import { sendOwn } from './answers.js';
import { type Asking, type ProxyDeps, refuse } from './asking.js';
import { go } from './carry.js';
import { checkRequest } from './check-request.js';
import { isAddress } from './host-name.js';
import type { Found } from './lookup.js';
import { ownPath } from './rac-paths.js';
import { cameSecure, requestIdOf } from './told.js';
import { isNavigation } from './waiting-page.js';

export type Proxy = {
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
  /** `res` writes to the bare connection, `head` was read behind the request. */
  readonly upgrade: (req: IncomingMessage, res: ServerResponse, bare: Bare) => void;
};

type Bare = { readonly socket: Duplex; readonly head: Buffer };

/** What every request goes through: the check of its form, whose it is, who may see it. */
export function openProxy(deps: ProxyDeps): Proxy {
  return {
    handle: (req, res) => guarded(deps, { req, res, bare: null }),
    upgrade: (req, res, bare) => guarded(deps, { req, res, bare }),
  };
}

// One request that nobody thought of must not end the requests of all.
function guarded(deps: ProxyDeps, arrival: Arrival): void {
  try {
    enter(deps, arrival);
  } catch (error) {
    deps.log.warn('request-failed', { problem: String(error) });
    arrival.req.socket.destroy();
  }
}

type Arrival = { readonly req: IncomingMessage; readonly res: ServerResponse; readonly bare: Bare | null };

function enter(deps: ProxyDeps, { req, res, bare }: Arrival): void {
  if (deps.finished.has(req.socket) || !deps.lines(req, res)) return;
  // A connection that breaks is told by `close`; without a listener it would end the process.
  req.on('error', ignore);
  res.on('error', ignore);
  const peer = plainAddress(req.socket.remoteAddress);
  const trusted = deps.peers.trusts(peer);
  const told = (name: string): string | undefined => (trusted ? toldIn(req, name) : undefined);
  const id = requestIdOf(told('x-request-id'));
  const { method = '', url: target = '', httpVersion: version, rawHeaders } = req;
  const checked = checkRequest({ method, target, version, rawHeaders });
  if (!checked.ok) {
    const answer = { status: checked.status, text: checked.reason, close: true };
    refuse(deps, { req, res, id }, { why: 'malformed', answer });
    return;
  }
  const socket = checked.upgrade === 'websocket' ? bare : null;
  if (bare !== null && socket === null) readOn(bare.socket);
  const asking: Asking = {
    req,
    res,
    checked,
    peer,
    trusted,
    secure: cameSecure(deps.secure, told('x-forwarded-proto')),
    id,
  };
  const own = ownPath(asking, deps);
  if (own === null) admit(deps, asking, socket);
  else sendOwn(res, req.headers.accept ?? '', { ...own, close: !req.complete });
}

function ignore(): void {
  /* told by `close` */
}

// Answered as if no other protocol had been asked for. That the client has gone only shows to who reads.
function readOn(socket: Duplex): void {
  socket.resume();
  socket.once('end', () => socket.destroy());
}

// What only one value may say, Node gives as it came or joined, which is none of the words that count.
function toldIn({ headers }: IncomingMessage, name: string): string | undefined {
  const told = headers[name];
  return typeof told === 'string' ? told : undefined;
}

/** Strangers are told the same of a private name as of one that is not there. */
function admit(deps: ProxyDeps, asking: Asking, bare: Bare | null): void {
  const found = deps.lookup.find(asking.checked.host);
  const { servable } = found;
  const admission = admissionOf(deps, asking, found);
  if (!admission.ok) refuseStranger(deps, asking, { expired: admission.expired, known: servable.name !== null });
  else if (servable.ok) go(deps, { ...asking, ...admission, served: servable, bare, tries: 1 });
  else if (servable.coming === true) awaitRelease(deps, asking, { bare, tries: 0 });
  else refuse(deps, asking, { why: 'not-served', answer: { status: 503, text: servable.reason, retryAfter: 10 } });
}

const LOOK_MS = 100;
const MOST_LOOKS = 600;
const MOST_EARLY = 500;

/** Who pushes opens the address at once: the first release is waited for, as a start is. */
function awaitRelease(deps: ProxyDeps, asking: Asking, { bare, tries }: { bare: Bare | null; tries: number }): void {
  const { req, res, checked, id } = asking;
  const { servable } = deps.lookup.find(checked.host);
  const coming = !servable.ok && servable.coming === true;
  if (coming && (tries >= MOST_LOOKS || deps.early.size >= MOST_EARLY)) {
    refuse(deps, asking, { why: 'not-served', answer: { status: 503, text: servable.reason, retryAfter: 5 } });
  } else if (!coming) {
    admit(deps, asking, bare);
  } else if (bare === null && isNavigation(req.method ?? '', req.headers)) {
    res.setHeader('X-Request-Id', id);
    deps.metrics.answered(503);
    deps.page(res, servable.name ?? checked.host, 1);
  } else {
    const look = (): void => {
      clearTimeout(timer);
      deps.early.delete(asking);
      if (!res.closed && !req.socket.destroyed) awaitRelease(deps, asking, { bare, tries: tries + 1 });
    };
    // One that fails, or is stopped at once, takes over from nobody.
    const timer = setTimeout(look, LOOK_MS);
    deps.early.set(asking, look);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function admissionOf(deps: ProxyDeps, asking: Asking, { servable, open }: Found): Admission {
  const { req, checked, peer, secure } = asking;
  if (servable.name === null) return { ok: false, expired: false };
  if (open) return { ok: true, consumed: NOTHING, rawHeaders: req.rawHeaders };
  return deps.access({ req, name: servable.name, host: checked.host, peer, secure });
}

function refuseStranger(deps: ProxyDeps, asking: Asking, what: { expired: boolean; known: boolean }): void {
  const { req, checked } = asking;
  const why = what.known ? 'private' : 'unknown-host';
  const signIn = deps.visitUrl(checked.hostHeader, checked.target);
  if (what.expired && isNavigation(req.method ?? '', req.headers)) {
    refuse(deps, asking, { why, answer: { status: 303, text: 'sign in again', headers: { Location: signIn } } });
  } else if (isAddress(checked.host)) {
    const text = 'names are served here, not addresses: open NAME.localhost, or send its Host header';
    refuse(deps, asking, { why, answer: { status: 404, text } });
  } else {
    const text = `nothing is served as ${checked.host}, or it is private`;
    refuse(deps, asking, { why, answer: { status: 404, text, signIn } });
  }
}
