import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OwnAnswer } from './answers.js';
import { type Asking, type ProxyDeps, refuse } from './asking.js';
import { forward, type Unanswered } from './forward.js';
import { requestHeaders } from './forward-headers.js';
import type { Served } from './tiers.js';
import { forwardUpgrade } from './upgrade.js';
import type { Refusal, Visit } from './waiting-line.js';
import { isNavigation } from './waiting-page.js';

/** A request that may go to an application. */
export type Going = Asking & {
  readonly served: Served;
  readonly rawHeaders: readonly string[];
  /** Headers that proved who asks: they end here. */
  readonly consumed: ReadonlySet<string>;
  /** The bare connection, of a WebSocket. */
  readonly bare: { readonly socket: Duplex; readonly head: Buffer } | null;
  /** How often it was sent. */
  readonly tries: number;
};

/** A person at a browser sees the waiting page when a start takes longer than this. */
const PAGE_AFTER_MS = 400;
/** How often one request is sent to an application that has just gone. */
const MOST_TRIES = 2;

/** Let it in as soon as the application runs, send it there, and see to its end. */
export function go(deps: ProxyDeps, going: Going): void {
  const visit = deps.tiers.tryEnter(going.served);
  if (visit !== null) carryOn(deps, going, visit);
  else wait(deps, going);
}

function wait(deps: ProxyDeps, going: Going): void {
  const { req, res, served } = going;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  res.once('close', leave);
  // A browser gets the application itself when it is quick.
  const patient = going.bare !== null || !isNavigation(req.method ?? '', req.headers);
  const timer = patient ? undefined : setTimeout(() => showPage(deps, going, gone), PAGE_AFTER_MS);
  const settle = (result: Visit | Refusal): void => {
    clearTimeout(timer);
    res.off('close', leave);
    const over = gone.signal.aborted || res.closed || req.socket.destroyed;
    if (over && result.ok) result.leave();
    if (over) return;
    if (result.ok) carryOn(deps, going, result);
    else refuse(deps, going, { why: result.status === 502 ? 'failed-start' : 'queue', answer: answerOf(result) });
  };
  void deps.tiers.enter(served, gone.signal).then(settle);
}

function answerOf({ status, reason, retryAfter }: Refusal): OwnAnswer {
  return { status, text: reason, retryAfter };
}

function showPage(deps: ProxyDeps, { res, id, served }: Going, gone: AbortController): void {
  // It runs and is full: then this browser waits like everybody.
  if (!deps.tiers.starting(served.name)) return;
  gone.abort();
  res.setHeader('X-Request-Id', id);
  deps.metrics.answered(503);
  deps.page(res, served.name, 1);
}

function carryOn(deps: ProxyDeps, going: Going, visit: Visit): void {
  const { res, served, bare } = going;
  const closed = deps.metrics.opened(bare === null ? 'request' : 'websocket');
  const end = bare === null ? res : bare.socket;
  const leave = (): void => {
    end.off('close', leave);
    visit.leave();
    closed();
    const status = bare === null ? res.statusCode : 101;
    deps.metrics.answered(status);
    deps.usage.count(served.name, status);
  };
  end.once('close', leave);
  carry(going, visit, (how) => {
    end.off('close', leave);
    visit.leave();
    closed();
    if (how === 'unreachable') deps.tiers.lost(served.name, visit);
    sayUnanswered(deps, going, how);
  });
}

function carry(going: Going, visit: Visit, failed: (how: Unanswered) => void): void {
  const { req, res, checked, bare } = going;
  const extra = extraOf(going, visit);
  const headers = headersFor(going);
  if (bare === null) forward({ req, res, checked, headers, extra }, visit.pool, failed);
  else forwardUpgrade({ req, ...bare, checked, headers, extra }, visit.pool, failed);
}

// Nothing was sent, so that nothing is done twice; a body, though, may have been read already.
function sayUnanswered(deps: ProxyDeps, going: Going, how: Unanswered): void {
  if (how === 'unreachable' && going.tries < MOST_TRIES && going.checked.body === 'none') {
    go(deps, { ...going, tries: going.tries + 1 });
    return;
  }
  deps.log.warn('no-answer', { id: going.id, name: going.served.name, how });
  refuse(deps, going, answerOfBroken(how));
}

/** What a client is told of an application that gave no answer. */
export function answerOfBroken(how: Unanswered) {
  const text = how === 'unreachable' ? 'the application does not listen' : 'the application gave no whole answer';
  return { why: 'failed-start', answer: { status: 502, text, close: true } } as const;
}

function headersFor({ checked, peer, trusted, secure, id, consumed, rawHeaders, req }: Going): string[] {
  const { hostHeader, body } = checked;
  const headers = requestHeaders(rawHeaders, { peer, trusted, secure, hostHeader, requestId: id, body, consumed });
  if (checked.expectsContinue) headers.push('Expect', '100-continue');
  if (body === 'none' && needsLength(req)) headers.push('Content-Length', '0');
  return headers;
}

const BODYLESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

// Without a length Node would announce a body in chunks.
function needsLength({ method, headers }: IncomingMessage): boolean {
  return headers['content-length'] === undefined && !BODYLESS.has(method ?? '');
}

function extraOf({ id }: Asking, { cold }: Visit): readonly string[] {
  const own = ['X-Request-Id', id];
  return cold === null ? own : [...own, 'X-RAC-Cold-Start', `${cold.from};dur=${Math.round(cold.ms)}`];
}
