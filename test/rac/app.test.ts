import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { realClock } from '../../src/io/clock.js';
import { makeApp } from '../../src/rac/app.js';
import { DEFAULT_LIMITS, type RacSettings } from '../../src/rac/settings.js';
import type { RacEnv } from '../../src/rac/web/request.js';
import { openTestRoom, signedUp, type TestRoom } from '../support/rac-room.js';
import { addName, HOST, ORIGIN, SETTINGS, webRoom } from '../support/rac-web.js';
import { type WakeBed, wakeBed } from '../support/wake-bed.js';

/**
 * Every door of a whole RAC. `all`: strangers come in. `account`: only who is logged in. `proof`: only who has the secret of RAC's folder,
 * or that of the registry's notifications. `own`: it asks for a proof of its own (a name and a password), and no cookie opens it.
 */
const DOORS: Readonly<Record<string, 'all' | 'account' | 'proof' | 'own'>> = {
  'GET /': 'all',
  'GET /healthz': 'all',
  'GET /metrics': 'all',
  'GET /ask': 'all',
  'GET /visit': 'all',
  'GET /visit/go': 'all',
  'GET /token': 'all',
  'POST /token': 'own',
  'POST /events': 'proof',
  'POST /own/keys/rotate': 'proof',
  'POST /own/collect': 'proof',
  'GET /api/v1/site': 'all',
  'GET /api/v1/session': 'all',
  'POST /api/v1/session': 'all',
  'POST /api/v1/session/signup': 'all',
  'DELETE /api/v1/session': 'account',
  'GET /api/v1/names': 'all',
  'GET /api/v1/changes': 'all',
  'GET /api/v1/names/:name': 'all',
  'GET /api/v1/names/:name/releases': 'all',
  'DELETE /api/v1/names/:name': 'account',
  'POST /api/v1/names/:name/rollback': 'account',
  'PUT /api/v1/names/:name/pin': 'account',
  'DELETE /api/v1/names/:name/pin': 'account',
  'POST /api/v1/names/:name/stop': 'account',
  'POST /api/v1/names/:name/start': 'account',
  'GET /api/v1/names/:name/variables': 'account',
  'PATCH /api/v1/names/:name/variables': 'account',
  'GET /api/v1/names/:name/logs': 'account',
  'POST /api/v1/names/:name/exec': 'account',
  'POST /api/v1/accounts': 'all',
  'POST /api/v1/sessions': 'all',
  'DELETE /api/v1/sessions/current': 'account',
  'DELETE /api/v1/sessions': 'account',
  'GET /api/v1/whoami': 'account',
  'PUT /api/v1/password': 'account',
  'GET /api/v1/tokens': 'account',
  'POST /api/v1/tokens': 'account',
  'DELETE /api/v1/tokens/:word': 'account',
  'PUT /api/v1/host/administrators': 'proof',
  'PUT /api/v1/host/password': 'proof',
  'POST /api/v1/claims': 'account',
  'DELETE /api/v1/claims': 'account',
  'PUT /api/v1/transfers': 'account',
  'DELETE /api/v1/transfers': 'account',
  'PUT /api/v1/visibility': 'account',
  'GET /api/v1/collaborators': 'account',
  'PUT /api/v1/collaborators': 'account',
  'DELETE /api/v1/collaborators': 'account',
  'GET /api/v1/audit': 'account',
};
const ALL = Object.entries(DOORS);
const changes = (door: string): boolean => !door.startsWith('GET ');
/** Fits every route: what it does not know, it does not read. */
const BODY = {
  name: 'ann/shop',
  confirm: 'ann/shop',
  password: 'four words make two',
  label: 'ci',
  account: 'bob',
  to: 'bob',
  may: 'pull',
  visibility: 'public',
  actions: ['pull'],
  lives: 60_000,
  old: 'x',
  new: 'four words make two',
  set: { A: '1' },
};

let app: Hono<RacEnv>;
let room: TestRoom;
let bed: WakeBed;
/** What was asked of the rooms behind the doors. */
const behind: string[] = [];

beforeAll(async () => {
  room = await openTestRoom();
  bed = await wakeBed();
  const web = await webRoom();
  await signedUp(room, 'ann');
  await signedUp(room, 'bob');
  addName(room.store, 'ann/shop', { owner: 'ann' });
  const done = async (what: string): Promise<void> => void behind.push(what);
  app = makeApp({
    settings: { ...SETTINGS, ...REST },
    store: room.store,
    audit: room.audit,
    clock: { ...realClock, now: room.clock.now },
    log: { info: () => undefined, warn: () => undefined },
    hookSecret: new Secret('hook'),
    page: new Map([['index.html', '<!doctype html>']]),
    engine: 'docker',
    accounts: room,
    pushers: { note: () => undefined },
    keys: { rotate: () => done('rotate').then(() => ({ restart: false, notAfter: 0 })) },
    mint: () => Promise.resolve({ token: 'token', expiresIn: 300, issuedAt: 0 }),
    registry: { isUp: () => Promise.resolve(true), about: () => '', restart: () => done('restart') },
    collector: { gate: (_context, next) => next(), collect: () => done('collect').then(() => 0) },
    deployment: {
      lifecycle: bed.lifecycle,
      releases: { ...web.releases, list: () => [] },
      variables: { list: () => [], set: () => void behind.push('set'), unset: () => [], reveal: () => ({}) },
    },
    events: { accept: () => void behind.push('accept'), waiting: () => 0 },
    wake: bed.wake,
  });
});
afterAll(() => bed.close());

const REST: Omit<RacSettings, keyof typeof SETTINGS> = {
  home: '/nowhere',
  engine: null,
  registry: null,
  proxyAddress: '127.0.0.1',
  storage: { kind: 'volume' },
  anonymousTtl: 1000,
  trustPushers: false,
  limits: DEFAULT_LIMITS,
};

/** Everything that could change by a call that nobody may make. */
function state(): string {
  const tables = ['account', 'name', 'collaborator', 'offer', 'variable', 'release'];
  const sessions = room.store.all('SELECT id, account FROM credential');
  return JSON.stringify([behind, sessions, ...tables.map((table) => room.store.all(`SELECT * FROM ${table}`))]);
}

// Without a socket there is no environment.
const ask = (url: string, init: RequestInit) => app.request(url, init, {});

async function knock(door: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const [method = '', path = ''] = door.split(' ');
  const place = path.replace(':name', 'ann%2Fshop').replace(':word', 'ci');
  const answer = await ask(`${ORIGIN}${place}?name=ann%2Fshop&account=bob`, {
    method,
    headers: { host: HOST, ...(changes(door) ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(changes(door) ? { body: JSON.stringify(BODY) } : {}),
  });
  await answer.body?.cancel();
  return answer.status;
}

it('has a row for every door', () => {
  const there = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(there)].toSorted()).toEqual(Object.keys(DOORS).toSorted());
});

it.each(ALL.filter(([, who]) => who === 'account' || who === 'proof'))('%s lets no stranger in', async (door) => {
  const before = state();
  expect([401, 403]).toContain(await knock(door));
  expect([401, 403]).toContain(await knock(door, { authorization: 'Bearer racs_nobody' }));
  expect(state()).toBe(before);
});

// A page of somebody else's has the cookie sent along, and cannot read the token.
it.each(ALL.filter(([door, who]) => changes(door) && who !== 'own'))('%s needs more than a cookie', async (door) => {
  const { session } = await room.accounts.login({
    name: 'ann',
    password: 'four words make one',
    address: '192.0.2.1',
    label: 'page',
  });
  const before = state();
  const cookie = `rac-session=${session.secret.reveal()}`;
  const status = await knock(door, { cookie, origin: ORIGIN, 'sec-fetch-site': 'same-origin' });
  expect(DOORS[door] === 'proof' ? [401, 403] : [403]).toContain(status);
  const forged = { cookie, origin: ORIGIN, 'sec-fetch-site': 'same-origin', 'x-rac-csrf': 'a'.repeat(43) };
  expect([401, 403]).toContain(await knock(door, forged));
  expect(state()).toBe(before);
});

it('the token endpoint reads no cookie', async () => {
  const { session } = await room.accounts.login({
    name: 'ann',
    password: 'four words make one',
    address: '192.0.2.1',
    label: 'page',
  });
  const cookie = `rac-session=${session.secret.reveal()}`;
  const denied = await ask(`${ORIGIN}/token?scope=repository:ann/shop:push`, {
    headers: { host: HOST, cookie },
  });
  expect(denied.status).toBe(401);
});
