import { accessSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { PodctlError } from '../core/errors.js';
import { redactUrls } from '../core/text.js';
import { asObject, asText, parseJson } from './json.js';

/** An answer of an engine's API. `json` is null for an empty or other body. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
};

/** Milliseconds until the whole answer must be there. */
export type Question = { readonly path: string; readonly timeout?: number; readonly method?: 'GET' | 'HEAD' };

/** Asks an engine's API one read-only question. Throws PodctlError('UNAVAILABLE') when nothing sensible answers. */
export type Probe = (address: string, question: Question) => Promise<Reply>;

/** Long enough for a busy daemon, short enough that a dead socket does not hold anybody up. */
export const PROBE_TIMEOUT_MS = 2_000;

const MOST_BYTES = 64 * 1024 * 1024;

/** Whether an address can be asked over plain HTTP: not ssh, and not TCP with certificates. */
export function isPlainAddress(address: string): boolean {
  return /^(unix|npipe|tcp|http):\/\//.test(address);
}

/** GET (or HEAD) over a unix socket, a named pipe or plain TCP: small and quick to load, for questions that need no streams. */
export const probe: Probe = async (address, { path, timeout = PROBE_TIMEOUT_MS, method = 'GET' }) => {
  const target = targetOf(address);
  if (address.startsWith('unix:') && 'socketPath' in target && !isThere(target.socketPath)) {
    throw noAnswer(address, NO_SOCKET);
  }
  // Loaded only where somebody may answer: it takes longer to load than podctl itself.
  const { request } = await import('node:http');
  return new Promise<Reply>((resolve, reject) => {
    const fail = (reason: string): void => reject(noAnswer(address, reason));
    // A name for TLS is no use here, but without one Node looks for it, with patterns that take 4 ms to compile.
    const options = { ...target, path, method, agent: false, servername: '' } as const;
    const call: ClientRequest = request(options, (response) => {
      collect(response, { done: (reply) => end(() => resolve(reply)), fail: (reason) => end(() => fail(reason)) });
    });
    const timer = setTimeout(() => end(() => fail(`no answer within ${timeout / 1000} s`)), timeout);
    call.once('error', (error) => end(() => fail(reasonOf(error))));
    call.end();
    function end(settle: () => void): void {
      clearTimeout(timer);
      settle();
      call.destroy();
    }
  });
};

/** Where an address leads, for node:http. */
export type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Read an address; throws PodctlError('UNAVAILABLE') for one that is no plain HTTP. */
export function targetOf(address: string): Target {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(address) ?? [];
  if (scheme === 'unix') return { socketPath: rest };
  if (scheme === 'npipe') return { socketPath: rest.replaceAll('/', '\\') };
  const url = scheme === 'tcp' || scheme === 'http' ? parseUrl(`http://${rest}`) : null;
  if (url === null) throw noAnswer(address, 'podctl can ask unix, npipe and plain tcp addresses only');
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 2375 : Number(url.port) };
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

type Collector = { readonly done: (reply: Reply) => void; readonly fail: (reason: string) => void };

function collect(response: IncomingMessage, { done, fail }: Collector): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) fail('its answer is too long');
    else chunks.push(chunk);
  });
  response.once('error', (error) => fail(reasonOf(error)));
  response.once('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    done({ status: response.statusCode ?? 0, headers: response.headers, text, json: parseJson(text) });
  });
}

const NO_SOCKET = 'no such socket';

// Whatever else is wrong with the path, the connection itself tells best.
function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

const REASON: Readonly<Record<string, string>> = {
  ENOENT: NO_SOCKET,
  ECONNREFUSED: 'nobody listens there',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  ENOTSOCK: 'it is no socket',
  ECONNRESET: 'it closed the connection',
};

function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return 'it does not speak HTTP';
  return REASON[code] ?? (code === '' ? error.message : code);
}

function noAnswer(address: string, reason: string): PodctlError {
  return new PodctlError('UNAVAILABLE', `\`${redactUrls(address)}\`: ${reason}`, {
    hint:
      reason === 'permission denied' ? 'ask for access to that socket, or use a rootless engine' : 'start the engine',
  });
}

/** The engine's own words in a failed answer. */
export function messageOf(reply: Reply): string {
  const body = asObject(reply.json);
  return (
    asText(body['message']) || asText(body['cause']) || reply.text.trim().slice(0, 300) || `status ${reply.status}`
  );
}
