import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLookup } from '../../../src/rac/wake/lookup.js';
import { visitRoutes } from '../../../src/rac/wake/visit-routes.js';
import type { RacEnv } from '../../../src/rac/web/request.js';
import { APP, addName, ask, until, type WakeBed, wakeBed } from '../../support/wake-bed.js';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate' };

let bed: WakeBed;
let start: { go: () => void; fail: (error: Error) => void };
beforeEach(async () => {
  bed = await wakeBed();
  const begun = new Promise<void>((resolve, reject) => {
    start = { go: resolve, fail: reject };
  });
  bed.answers.set('wake app', () => begun);
});
afterEach(() => bed.close());

describe('while it starts', () => {
  it('a browser sees a page that turns into the application, a program waits for the answer', async () => {
    const program = ask(bed.port);
    const page = await ask(bed.port, { headers: BROWSER });
    expect(page.status).toBe(503);
    expect(page.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    expect(page.text).toContain('<noscript><meta http-equiv="refresh" content="1"></noscript>');
    expect(page.text).toContain('app was asleep and starts now.');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; connect-src 'self'/,
    );
    const ready = '/.well-known/rac/ready';
    expect(await ask(bed.port, { path: ready })).toMatchObject({ status: 202 });
    start.go();
    expect(await program).toMatchObject({ status: 200, text: 'hello' });
    expect(await ask(bed.port, { path: ready })).toMatchObject({ status: 200 });
    expect(await ask(bed.port, { headers: BROWSER })).toMatchObject({ status: 200, text: 'hello' });
    expect(bed.calls).toEqual(['wake app']);
  });

  it('a browser gets the application itself when it is quick', async () => {
    const page = ask(bed.port, { headers: BROWSER });
    await until(() => bed.calls.length === 1);
    start.go();
    expect(await page).toMatchObject({ status: 200, text: 'hello' });
  });

  it.each([
    ['fetch', { ...BROWSER, 'Sec-Fetch-Mode': 'cors' }],
    ['JSON', { Accept: 'application/json' }],
  ])('what a page asks for by %s is the answer itself', async (_name, headers) => {
    const answer = ask(bed.port, { headers });
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 600);
    });
    start.go();
    expect(await answer).toMatchObject({ status: 200, text: 'hello' });
  });

  it('a start that fails tells its reason, each in its own form', async () => {
    const waiting = ask(bed.port, { headers: { Accept: 'application/json' } });
    await until(() => bed.calls.length === 1);
    start.fail(new Error('x'));
    expect(await waiting).toMatchObject({
      status: 502,
      text: '{"error":{"code":"502","message":"RAC could not start it"}}\n',
      headers: { 'retry-after': '1' },
    });
    const page = await ask(bed.port, { headers: BROWSER });
    expect(page).toMatchObject({ status: 502, text: expect.stringContaining('<h1>It does not start</h1>') });
    expect(bed.calls).toHaveLength(1);
  });
});

describe('before the first release is ready', () => {
  it('a program waits for it, a browser sees the page, and what never comes is told', async () => {
    const coming = { ok: false, name: 'app', reason: 'its first release is just starting', coming: true } as const;
    const there = bed.served.get('app.localhost');
    bed.served.set('app.localhost', coming);
    const program = ask(bed.port);
    expect(await ask(bed.port, { headers: BROWSER })).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(await ask(bed.port, { path: '/.well-known/rac/ready' })).toMatchObject({ status: 202 });
    if (there !== undefined) bed.served.set('app.localhost', there);
    start.go();
    bed.change('app', bed.upstream);
    expect(await program).toMatchObject({ status: 200, text: 'hello' });
    bed.served.set('app.localhost', coming);
    bed.change('app', null);
    const second = ask(bed.port);
    bed.served.set('app.localhost', { ok: false, name: 'app', reason: 'its release did not start: exit 1' });
    bed.change('app', null);
    expect(await second).toMatchObject({ status: 503, text: 'its release did not start: exit 1\n' });
  });
});

it('a request before the first release goes on as soon as that takes over, without looking again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const there = bed.served.get('app.localhost');
    bed.served.set('app.localhost', {
      ok: false,
      name: 'app',
      reason: 'its first release is just starting',
      coming: true,
    });
    const program = ask(bed.port);
    // By then the other one has been read.
    expect(await ask(bed.port, { path: '/.well-known/rac/ready' })).toMatchObject({ status: 202 });
    if (there !== undefined) bed.served.set('app.localhost', there);
    start.go();
    bed.change('app', bed.upstream);
    expect(await program).toMatchObject({ status: 200, text: 'hello' });
  } finally {
    vi.useRealTimers();
  }
});

describe('what is counted', () => {
  it('is told as metrics and kept per name', async () => {
    start.go();
    await ask(bed.port);
    await ask(bed.port, { host: 'none.localhost' });
    await until(() => bed.wake.usage.of('app').requests === 1);
    const text = await bed.wake.metrics.registry.metrics();
    for (const line of [
      'rac_wakes_total{from="removed",result="answers"} 1',
      'rac_wake_seconds_count{from="removed"} 1',
      'rac_requests_total{class="2xx"} 1',
      'rac_requests_total{class="4xx"} 1',
      'rac_refused_total{why="unknown-host"} 1',
      'rac_open_streams{kind="request"} 0',
      'rac_names{tier="running"} 1',
    ])
      expect(text).toContain(`${line}\n`);
    expect(bed.wake.usage.of('app')).toEqual({
      requests: 1,
      failures: 0,
      lastAt: 1_000_000,
      wakes: [{ at: 1_000_000, from: 'removed', ms: 0, problem: null }],
    });
  });

  it('of starts is the newest hundred', () => {
    addName(bed.store, 'busy');
    for (let at = 0; at < 130; at++) bed.wake.usage.woke({ name: 'busy', from: 'paused', ms: 9, at, problem: null });
    const { wakes } = bed.wake.usage.of('busy');
    expect(wakes).toHaveLength(100);
    expect(wakes[0]?.at).toBe(129);
    bed.wake.usage.woke({ name: 'gone', from: 'paused', ms: 9, at: 1, problem: null });
    expect(bed.wake.usage.of('gone').wakes).toEqual([]);
  });
});

describe('which name a host is', () => {
  it('is remembered for a moment, for a bounded number of hosts, until it changes', () => {
    let now = 0;
    const asked: string[] = [];
    const lookup = openLookup({
      now: () => now,
      find: (host) => {
        asked.push(host);
        return { open: true, servable: { ok: true, name: host, release: 1, app: APP } };
      },
    });
    lookup.find('a');
    lookup.find('a');
    expect(asked).toEqual(['a']);
    lookup.forget('a');
    lookup.find('a');
    now = 1_000;
    lookup.find('a');
    expect(asked).toEqual(['a', 'a', 'a']);
    for (let count = 0; count < 10_000; count++) lookup.find(`host${count}`);
    expect(lookup.size()).toBe(4_096);
  });
});

describe('the way to a private name', () => {
  const routes = (account: string | null): Hono<RacEnv> =>
    visitRoutes({
      tickets: { pass: ({ session: who, host }) => `${who}@${host}` },
      rights: {
        pull: (who) =>
          who.kind === 'account' && who.account === 'alice' ? { ok: true } : { ok: false, message: 'no' },
      },
      find: (host) =>
        host === 'secret.localhost'
          ? { ok: true, name: 'secret', release: 1, app: APP }
          : { ok: false, name: null, reason: 'none' },
      visitorOf: () =>
        account === null
          ? null
          : {
              who: { kind: 'account', account, admin: false, by: 'session', scope: null, address: '' },
              session: account,
            },
      originOf: (host) => `http://${host}:8080`,
    });
  const path = '/visit/go?host=SECRET.localhost:1234&to=%2Fpage';

  it('leads through a page of its own, so that the session’s cookie comes along', async () => {
    const answer = await routes('alice').request('/visit?host=secret.localhost&to=%2F%22%3E');
    expect(await answer.text()).toContain('content="0;url=/visit/go?host=secret.localhost&#38;to=%2F%22%3E"');
  });

  it('gives a pass to who may see it, for the place where names are served', async () => {
    const answer = await routes('alice').request(path);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(
      'http://secret.localhost:8080/.well-known/rac/enter?pass=alice%40secret.localhost&to=%2Fpage',
    );
  });

  it('gives none to others, and tells them the same of every name', async () => {
    const mallory = await routes('mallory').request(path);
    const nothing = await routes('alice').request('/visit/go?host=evil.example&to=/');
    expect([mallory.status, nothing.status]).toEqual([404, 404]);
    expect(await mallory.text()).toBe(await nothing.text());
    expect(await (await routes(null).request(path)).text()).toContain('<a href="/">Sign in</a>');
  });
});
