import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Hono } from 'hono';
import { PodctlError } from '../../src/core/errors.js';
import { Secret } from '../../src/core/secret.js';
import type { RacAsk } from '../../src/io/net-rac.js';
import type { Principal } from '../../src/rac/accounts/principal.js';
import type { Rights, Verdict } from '../../src/rac/accounts/rights.js';
import type { LogLine, Release, Releases } from '../../src/rac/deploy/releases.js';
import { labelOf } from '../../src/rac/registry/repository.js';
import { openStore, type Store } from '../../src/rac/store/store.js';
import type { WebDeps } from '../../src/rac/web/deps.js';
import type { RacEnv } from '../../src/rac/web/request.js';
import { webRoutes } from '../../src/rac/web/web-routes.js';

export const HOST = '127.0.0.1:5090';
export const ORIGIN = `http://${HOST}`;
const NOW = Date.parse('2026-01-02T03:04:05Z');

export const SETTINGS = {
  domain: 'localhost',
  apiPort: 5090,
  registryPort: 5100,
  proxyPort: 8080,
  tls: null,
  publicUrl: null,
  registryHost: '',
  trustedProxies: [],
} as const;

/** RAC's web room over a database in memory; whatever else it asks for and is not given here throws. */
export type WebRoom = {
  readonly app: Hono<RacEnv>;
  readonly store: Store;
  /** What was asked of `releases` and `variables`, one line each. */
  readonly calls: string[];
  readonly warnings: string[];
  /** Values of variables that were set. */
  readonly values: Record<string, string>;
  /** The fake ones, to be given with changes to another room. */
  readonly releases: Releases;
  readonly ask: (method: string, path: string, how?: Ask) => Promise<Answer>;
};

export type Ask = {
  /** Bearer token of this account. */
  readonly as?: string;
  /** Cookie of this account's session, as a browser sends it: with its CSRF token and Origin unless `headers` say otherwise. */
  readonly page?: string;
  readonly body?: unknown;
  /** undefined takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
};

export async function webRoom(parts: Partial<WebDeps> = {}): Promise<WebRoom> {
  const store = await openStore(':memory:');
  const calls: string[] = [];
  const warnings: string[] = [];
  const kept: Record<string, string> = {};
  const releases = fakeReleases(calls);
  const app = webRoutes({
    store,
    identity: {
      byToken: (secret, address) => accountBy('token-', secret, { address, by: 'access' }),
      bySession: (secret, address) => accountBy('session-', secret, { address, by: 'session' }),
    },
    rights: rightsOf(store),
    sessions: fakeSessions(calls),
    releases,
    variables: {
      list: () => [{ key: 'KEY', setAt: NOW, setBy: 'ann' }],
      set: (name, values) => {
        calls.push(`set ${name} ${Object.keys(values).join(',')} ${JSON.stringify(values)}`);
        for (const [key, value] of Object.entries(values)) kept[key] = value.reveal();
      },
      unset: (name, keys) => {
        calls.push(`unset ${name} ${keys.join(',')}`);
        return keys;
      },
    },
    lifecycle: { tierOf: () => 'holder' },
    trafficOf: () => ({ requests: 3, failures: 0, openStreams: 0, lastRequestAt: NOW, wakes: [] }),
    settings: SETTINGS,
    files: new Map([['index.html', '<!doctype html>']]),
    rooms: [],
    warn: (event, fields) => void warnings.push(`${event} ${JSON.stringify(fields)}`),
    sleep: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    ...parts,
  });
  return {
    app,
    store,
    calls,
    warnings,
    values: kept,
    releases,
    ask: (method, path, how) => ask(app, { method, path, ...how }),
  };
}

type Request = Ask & { readonly method: string; readonly path: string };

async function ask(app: Hono<RacEnv>, { method, path, as, page, body, headers }: Request): Promise<Answer> {
  const { csrfTokenOf } = await import('../../src/rac/web/session-cookie.js');
  const session = `session-${page}`;
  const all: Record<string, string | undefined> = {
    host: HOST,
    ...(as === undefined ? {} : { authorization: `Bearer token-${as}` }),
    ...(page === undefined
      ? {}
      : { cookie: `rac-session=${session}`, 'sec-fetch-site': 'same-origin', origin: ORIGIN }),
    ...(page === undefined ? {} : { 'x-rac-csrf': csrfTokenOf(session) }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const given = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    headers: given,
    ...(body === undefined ? {} : { body: text }),
  });
  const response = await app.fetch(request, {});
  // What stays open is only begun.
  const isLive = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isLive) await response.body?.cancel();
  const answer = isLive ? '' : await response.text();
  return { status: response.status, headers: response.headers, text: answer, json: parse(answer) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type How = { readonly address: string; readonly by: 'access' | 'session' };

function accountBy(prefix: string, secret: string, { address, by }: How): Principal | null {
  if (!secret.startsWith(prefix)) return null;
  const account = secret.slice(prefix.length);
  if (account === 'nobody') return null;
  return { kind: 'account', account, admin: account === 'root', by, scope: null, address };
}

/** Owners manage, everybody sees what is public; as the real ones do, without collaborators and scopes. */
function rightsOf(store: Store): Rights {
  const rowOf = (name: string) => store.get('SELECT owner, visibility FROM name WHERE name = ?', name);
  const owns = (who: Principal, name: string): boolean =>
    who.kind === 'account' && (who.admin || rowOf(name)?.['owner'] === who.account);
  const verdict = (ok: boolean, name: string): Verdict =>
    ok ? { ok } : { ok, message: `\`${name}\` is claimed by ${String(rowOf(name)?.['owner'])}` };
  const see = (who: Principal, name: string): Verdict =>
    verdict(owns(who, name) || rowOf(name)?.['visibility'] !== 'private', name);
  return {
    push: (who, name) => verdict(owns(who, name) || (rowOf(name)?.['owner'] ?? null) === null, name),
    pull: see,
    see,
    manage: (who, name) => verdict(owns(who, name), name),
  };
}

function fakeSessions(calls: string[]): WebDeps['sessions'] {
  const open: WebDeps['sessions']['login'] = ({ name, password, address }) => {
    if (password !== 'right horse')
      return Promise.reject(new PodctlError('REFUSED', 'the name or the password is wrong'));
    const account = { kind: 'account', account: name, admin: false, by: 'password', scope: null, address } as const;
    return Promise.resolve({
      account,
      session: { secret: new Secret(`session-${name}`), expiresAt: NOW + 86_400_000 },
    });
  };
  return { login: open, signup: open, logout: (secret) => void calls.push(`logout ${secret}`) };
}

export function release(parts: Partial<Release> = {}): Release {
  return {
    id: 7,
    name: 'ann/shop',
    tag: '1',
    digest: `sha256:${'a'.repeat(64)}`,
    actor: 'ann',
    createdAt: NOW,
    readyAt: NOW,
    state: 'ready',
    app: null,
    warnings: [],
    problem: null,
    sizeBytes: null,
    current: true,
    pinned: false,
    ...parts,
  };
}

function fakeReleases(calls: string[]): Releases {
  const done = (line: string): Promise<Release> => {
    calls.push(line);
    return Promise.resolve(release());
  };
  const quiet = (line: string): Promise<void> => {
    calls.push(line);
    return Promise.resolve();
  };
  return {
    list: () => unexpected('list'),
    state: () => null,
    rollback: (name, id) => done(`rollback ${name} ${id}`),
    pin: (name, id) => done(`pin ${name} ${id}`),
    unpin: (name) => done(`unpin ${name}`),
    stop: (name) => quiet(`stop ${name}`),
    start: (name) => quiet(`start ${name}`),
    remove: (name) => quiet(`remove ${name}`),
    settle: (name) => quiet(`settle ${name}`),
    logs: (name, { tail }) => lines(calls, `logs ${name} ${tail}`),
    exec: () => unexpected('exec'),
  };
}

async function* lines(calls: string[], line: string): AsyncGenerator<LogLine> {
  calls.push(line);
  yield await Promise.resolve({ stream: 'stdout', text: 'listening' });
}

function unexpected(what: string): never {
  throw new Error(`nobody may ask for ${what}`);
}

/** A name with one release that runs. */
export function addName(
  store: Store,
  name: string,
  how: Partial<Record<'owner' | 'visibility' | 'wanted', string>> = {},
): number {
  store.run(
    'INSERT INTO name (name, label, owner, visibility, created_at, last_push_at, wanted) VALUES (?, ?, ?, ?, ?, ?, ?)',
    name,
    labelOf(name),
    how.owner ?? null,
    how.visibility ?? 'public',
    NOW,
    NOW,
    how.wanted ?? 'on',
  );
  return addRelease(store, name);
}

/** One more release, which becomes the current one when it is ready. */
export function addRelease(
  store: Store,
  name: string,
  how: { tag?: string; state?: string; warnings?: readonly string[]; problem?: string } = {},
): number {
  const { tag = '1', state = 'ready', warnings = [], problem = null } = how;
  store.run(
    'INSERT INTO release (name, tag, digest, actor, created_at, state, warnings, problem, ready_at, size_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    name,
    tag,
    `sha256:${'b'.repeat(64)}`,
    null,
    NOW,
    state,
    JSON.stringify(warnings),
    problem,
    NOW,
    1_000_000,
  );
  const id = Number(store.get('SELECT MAX(id) AS id FROM release')?.['id']);
  if (state === 'ready') store.run('UPDATE name SET current_release = ? WHERE name = ?', id, name);
  return id;
}

/** An account that may own names. */
export function addAccount(store: Store, name: string): void {
  store.run('INSERT INTO account (name, password_hash, created_at) VALUES (?, ?, ?)', name, '', NOW);
}

/** Lets podctl's command line speak with the room as if it listened on `ORIGIN`. */
export function racOf({ app }: WebRoom): RacAsk {
  return async ({ method, url, headers, body, signal }) => {
    const request = new Request(url, {
      method,
      headers: { host: HOST, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Readable.toWeb(body), duplex: 'half' }),
      ...(signal === undefined ? {} : { signal }),
    } as RequestInit);
    const response = await app.fetch(request, {});
    const stream = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as ReadableStream);
    return { status: response.status, headers: Object.fromEntries(response.headers), body: stream };
  };
}
