import { plainAddress } from '../address-list.js';
import { type CheckedRequest, checkRequest, isPath } from './check-request.js';
import { requestHeaders } from './forward-headers.js';
import { headersIn, headText, valueOf } from './header-text.js';
import type { Peers } from './peers.js';
import { OURS } from './rac-paths.js';
import { cameSecure } from './told.js';

/** What all requests of a connection have in common that come with the same headers: it is made once. */
export type Plan = {
  /** The headers as they came, with the line end before and the empty line behind them. */
  readonly text: string;
  readonly rawHeaders: readonly string[];
  readonly checked: CheckedRequest;
  /** For the application, up to the request's id, which is the last one. */
  readonly headers: string;
  /** By a trusted proxy. */
  readonly toldId: string | undefined;
  /** The client wants no further request on this connection. */
  readonly last: boolean;
};

export type QuickRequest = { readonly target: string; readonly plan: Plan };

export type Peer = { readonly address: string; readonly trusted: boolean; readonly secure: boolean };

/** The longest that is read here: a usual head has some hundred bytes. */
const LONGEST = 8_192;
const START = 'GET ';
const VERSION = ' HTTP/1.1';
const END = '\r\n\r\n';
// What has to do with bodies, protocols and their ends is the library's.
const FRAMING = /\r\n(?:content-length|transfer-encoding|expect|upgrade|te|trailer|http2-settings|proxy-connection):/i;

export function peerOf(address: string | undefined, { peers, secure }: { peers: Peers; secure: boolean }): Peer {
  const plain = plainAddress(address);
  return { address: plain, trusted: peers.trusts(plain), secure };
}

/**
 * The plainest of requests, which most are: one whole GET without a body, in one piece, nothing behind it. null: whatever is otherwise in
 * the least; the HTTP library reads it then, and refuses what is wrong. `before`: the plan of the request before it.
 */
export function readQuick(chunk: Buffer, peer: Peer, before: Plan | null): QuickRequest | null {
  if (chunk.length > LONGEST) return null;
  const text = chunk.toString('latin1');
  const line = text.indexOf('\r\n');
  if (line < 0 || !text.startsWith(START) || !text.startsWith(VERSION, line - VERSION.length)) return null;
  const target = text.slice(START.length, line - VERSION.length);
  if (!isPath(target) || target.startsWith(OURS)) return null;
  const rest = text.slice(line);
  const plan = before?.text === rest ? before : planOf(rest, peer);
  return plan === null ? null : { target, plan };
}

function planOf(text: string, peer: Peer): Plan | null {
  if (text.indexOf(END) !== text.length - END.length || FRAMING.test(text)) return null;
  const rawHeaders = headersIn(text.slice(2, -END.length));
  if (rawHeaders === null) return null;
  const checked = checkRequest({ method: 'GET', target: '/', version: '1.1', rawHeaders });
  const last = lastOf(valueOf(rawHeaders, 'connection'));
  if (!checked.ok || checked.body !== 'none' || last === null) return null;
  const told = (name: string): string | undefined => (peer.trusted ? valueOf(rawHeaders, name) : undefined);
  const context = {
    peer: peer.address,
    trusted: peer.trusted,
    secure: cameSecure(peer.secure, told('x-forwarded-proto')),
    hostHeader: checked.hostHeader,
    requestId: '',
    body: checked.body,
    consumed: NOTHING,
  };
  const own = requestHeaders(rawHeaders, context);
  own.splice(-2, 0, 'Connection', 'keep-alive');
  const headers = headText(own).slice(0, -2);
  return { text, rawHeaders, checked, headers, toldId: told('x-request-id'), last };
}

const NOTHING: ReadonlySet<string> = new Set();

// null: it names headers.
function lastOf(connection: string | undefined): boolean | null {
  const word = connection?.toLowerCase();
  if (word === undefined || word === 'keep-alive') return false;
  return word === 'close' ? true : null;
}
