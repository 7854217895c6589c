/** What a request's forwarding headers are made of. */
export type ForwardContext = {
  /** Address of the peer that opened the connection, `::ffff:` taken away. */
  readonly peer: string;
  /** The peer is a proxy whose forwarding headers are believed. */
  readonly trusted: boolean;
  readonly secure: boolean;
  readonly hostHeader: string;
  readonly requestId: string;
  readonly body: 'none' | 'length' | 'chunked';
  /** Names in lower case that end here: RAC's own proofs. */
  readonly consumed: ReadonlySet<string>;
};

// These belong to one connection; so does all that Connection names.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

// Written anew, whatever the client says. `proxy` becomes HTTP_PROXY in CGI programs.
const OWN = new Set(['host', 'expect', 'proxy', 'x-request-id', 'x-real-ip', 'forwarded']);
const FORWARDED = /^(x-forwarded-|x-rac-)/;

type Seen = {
  forwardedFor: string;
  proto: string;
  host: string;
  forwarded: string;
};

/** The headers that go to the application, as a flat list; the Host header first. Message framing is in it. */
export function requestHeaders(rawHeaders: readonly string[], context: ForwardContext): string[] {
  const named = namedByConnection(rawHeaders);
  const seen: Seen = { forwardedFor: '', proto: '', host: '', forwarded: '' };
  const result = ['Host', context.hostHeader];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || context.consumed.has(key)) continue;
    if (key === 'trailer' && context.body !== 'chunked') continue;
    if (isOwn(key)) note(seen, key, value);
    else result.push(name, value);
  }
  if (context.body === 'chunked') result.push('Transfer-Encoding', 'chunked');
  addForwarding(result, seen, context);
  return result;
}

/** What Connection names, of either direction. Framing is never named away: it is written by the side that sends. */
function namedByConnection(rawHeaders: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | null = null;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const value = rawHeaders[index + 1] ?? '';
    if (value === 'keep-alive' || value === 'close') continue;
    named ??= new Set();
    for (const word of value.split(',')) named.add(word.trim().toLowerCase());
  }
  named?.delete('content-length');
  return named ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();

// CGI programs and their heirs read `X_Forwarded_For` as `X-Forwarded-For`.
function isOwn(key: string): boolean {
  const plain = key.includes('_') ? key.replaceAll('_', '-') : key;
  return OWN.has(plain) || FORWARDED.test(plain);
}

// oxlint-disable eslint/no-param-reassign -- made once for each request and filled here: a new object a header would cost
function note(seen: Seen, key: string, value: string): void {
  if (key === 'x-forwarded-for') seen.forwardedFor = joined(seen.forwardedFor, value);
  else if (key === 'forwarded') seen.forwarded = joined(seen.forwarded, value);
  else if (key === 'x-forwarded-proto') seen.proto ||= value;
  else if (key === 'x-forwarded-host') seen.host ||= value;
}
// oxlint-enable eslint/no-param-reassign

function joined(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}

function addForwarding(result: string[], seen: Seen, context: ForwardContext): void {
  const believed = context.trusted ? seen : NOTHING;
  const own = context.secure ? 'https' : 'http';
  const proto = believed.proto === 'https' || believed.proto === 'http' ? believed.proto : own;
  const host = believed.host === '' ? context.hostHeader : believed.host;
  const node = context.peer.includes(':') ? `"[${context.peer}]"` : context.peer;
  const element = `for=${node};host="${context.hostHeader}";proto=${own}`;
  result.push(
    'X-Forwarded-For',
    joined(believed.forwardedFor, context.peer),
    'X-Forwarded-Proto',
    proto,
    'X-Forwarded-Host',
    host,
    'X-Real-IP',
    clientOf(believed.forwardedFor, context.peer),
    'Forwarded',
    joined(believed.forwarded, element),
    'X-Request-Id',
    context.requestId,
  );
}

const NOTHING: Seen = { forwardedFor: '', proto: '', host: '', forwarded: '' };

// The nearest one that a trusted proxy tells of: what stands further left anybody may have written.
function clientOf(forwardedFor: string, peer: string): string {
  const last = forwardedFor.split(',').at(-1)?.trim() ?? '';
  return last === '' ? peer : last;
}

/**
 * Headers of an answer that go on to the client; the application may not speak for RAC, nor set cookies of other hosts. `trailing`: it
 * goes in chunks, so that something can come behind it.
 */
export function answerHeaders(rawHeaders: readonly string[], host: string, trailing = false): string[] {
  const named = namedByConnection(rawHeaders);
  const result: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || key.startsWith('x-rac-')) continue;
    if (key === 'trailer' && !trailing) continue;
    result.push(name, key === 'set-cookie' ? hostOnly(value, host) : value);
  }
  return result;
}

const DOMAIN = /;\s*domain\s*=\s*"?\.?([^;"]*)"?[^;]*/gi;

// Names are neighbours under one domain: a cookie for all of it would reach every one of them, and RAC itself.
function hostOnly(cookie: string, host: string): string {
  return cookie.replaceAll(DOMAIN, (attribute, domain: string) =>
    domain.trim().toLowerCase() === host ? attribute : '',
  );
}

/** The names of an answer's or request's trailers that may go on. */
export function trailersOf(rawTrailers: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index < rawTrailers.length; index += 2) {
    const key = (rawTrailers[index] ?? '').toLowerCase();
    const framing = HOP_BY_HOP.has(key) || isOwn(key) || NEVER_TRAILING.has(key);
    if (!framing) result.push([rawTrailers[index] ?? '', rawTrailers[index + 1] ?? '']);
  }
  return result;
}

// What is decided before the body must not come after it.
const NEVER_TRAILING = new Set(['content-length', 'authorization', 'cookie', 'set-cookie', 'content-type', 'trailer']);
