import { hostOf } from './host-name.js';

/** A request line with its headers as they came: name, value, name, value, … */
export type RawRequest = {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly rawHeaders: readonly string[];
};

export type CheckedRequest = {
  readonly ok: true;
  /** Lower case, without port and trailing dot. */
  readonly host: string;
  /** As the client wrote it, for the application. */
  readonly hostHeader: string;
  /** Path with query, or `*`. */
  readonly target: string;
  /** What an HTTP/1.1 message of this request says of its body. */
  readonly body: 'none' | 'length' | 'chunked';
  readonly expectsContinue: boolean;
  readonly upgrade: 'websocket' | 'other' | null;
};

export type RefusedRequest = { readonly ok: false; readonly status: number; readonly reason: string };

type Framing = {
  readonly hosts: string[];
  readonly lengths: string[];
  readonly encodings: string[];
  readonly expects: string[];
  readonly connections: string[];
  readonly upgrades: string[];
};

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
// No spaces, controls, fragments; bytes above ASCII are left to the application, as every server does.
const PATH = /^\/[^\0-\x20\x7f#]*$/;
/** Headers of one request; the parser is told to keep one more, so that none is dropped without a word. */
export const MOST_HEADERS = 200;
/** A path with its query, as a request line may hold it. */
export function isPath(target: string): boolean {
  return PATH.test(target);
}

const LENGTH = /^\d{1,15}$/;

/**
 * Refuse what two servers in a row could read in two ways. Node's own parser refuses most of it before; this holds whatever a parser of
 * another version lets through.
 */
export function checkRequest(request: RawRequest): CheckedRequest | RefusedRequest {
  if (request.rawHeaders.length > 2 * MOST_HEADERS) return { ok: false, status: 431, reason: 'too many headers' };
  const framing = framingOf(request.rawHeaders);
  const [hostHeader, ...moreHosts] = framing.hosts;
  if (hostHeader === undefined || moreHosts.length > 0) return refuse('exactly one Host header is needed');
  const host = hostOf(hostHeader);
  if (host === null) return refuse('the Host header is no host name');
  const target = targetOf(request, host);
  if (target === null) return refuse('the request target is not one of this host');
  const body = bodyOf(framing, request.version);
  if (body === null) return refuse('Content-Length and Transfer-Encoding are not understood');
  const expects = framing.expects.join(',').toLowerCase();
  if (expects !== '' && expects !== '100-continue') return { ok: false, status: 417, reason: 'unknown expectation' };
  const upgrade = upgradeOf(framing);
  const wrong = wrongUpgrade(upgrade, body, request.method);
  if (wrong !== null) return refuse(wrong);
  return { ok: true, host, hostHeader, target, body, expectsContinue: expects !== '', upgrade };
}

function refuse(reason: string): RefusedRequest {
  return { ok: false, status: 400, reason };
}

function framingOf(rawHeaders: readonly string[]): Framing {
  const framing: Framing = { hosts: [], lengths: [], encodings: [], expects: [], connections: [], upgrades: [] };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const list = listOf(framing, rawHeaders[index] ?? '');
    list?.push(rawHeaders[index + 1] ?? '');
  }
  return framing;
}

// By length first: most names of headers are none of these, and need not be turned into lower case.
const FRAMING_NAMES: Readonly<Record<number, { readonly name: string; readonly list: keyof Framing } | undefined>> = {
  4: { name: 'host', list: 'hosts' },
  6: { name: 'expect', list: 'expects' },
  7: { name: 'upgrade', list: 'upgrades' },
  10: { name: 'connection', list: 'connections' },
  14: { name: 'content-length', list: 'lengths' },
  17: { name: 'transfer-encoding', list: 'encodings' },
};

function listOf(framing: Framing, name: string): string[] | null {
  const known = FRAMING_NAMES[name.length];
  return known !== undefined && name.toLowerCase() === known.name ? framing[known.list] : null;
}

// An absolute target is allowed when it names the same host as the Host header; what goes on is its path.
function targetOf({ method, target }: RawRequest, host: string): string | null {
  if (PATH.test(target)) return target;
  if (target === '*') return method === 'OPTIONS' ? target : null;
  const [, authority = '', rest = ''] = ABSOLUTE.exec(target) ?? [];
  if (authority === '' || hostOf(authority) !== host) return null;
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return PATH.test(path) ? path : null;
}

function bodyOf({ lengths, encodings }: Framing, version: string): CheckedRequest['body'] | null {
  if (encodings.length > 0) {
    const chunked = encodings.length === 1 && encodings[0]?.toLowerCase() === 'chunked';
    return chunked && lengths.length === 0 && version === '1.1' ? 'chunked' : null;
  }
  const [length] = lengths;
  if (length === undefined) return 'none';
  if (lengths.length > 1 || !LENGTH.test(length)) return null;
  return Number(length) === 0 ? 'none' : 'length';
}

function upgradeOf({ connections, upgrades }: Framing): CheckedRequest['upgrade'] {
  if (upgrades.length === 0) return null;
  const asked = connections.join(',').toLowerCase().split(',');
  if (!asked.some((word) => word.trim() === 'upgrade')) return null;
  return upgrades.join(',').trim().toLowerCase() === 'websocket' ? 'websocket' : 'other';
}

function wrongUpgrade(upgrade: CheckedRequest['upgrade'], body: CheckedRequest['body'], method: string): string | null {
  if (upgrade === null) return null;
  if (body !== 'none') return 'an upgrade carries no body';
  return upgrade === 'websocket' && method !== 'GET' ? 'a WebSocket begins with GET' : null;
}
