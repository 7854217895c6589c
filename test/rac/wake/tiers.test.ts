import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { WakeRecord } from '../../../src/rac/wake/gate.js';
import { openTiers, type Served, type Tiers, type TiersDeps } from '../../../src/rac/wake/tiers.js';
import type { Refusal, Visit } from '../../../src/rac/wake/waiting-line.js';
import { APP, fakeLifecycle } from '../../support/wake-bed.js';

const UPSTREAM = { address: '127.0.0.1', port: 1, release: 1 };

function bench(deps: Partial<TiersDeps> = {}, canPause = true) {
  const fake = fakeLifecycle(() => UPSTREAM, canPause);
  const clock = { now: 0 };
  const records: WakeRecord[] = [];
  const memory = { available: 100 };
  const tiers = openTiers({
    lifecycle: fake.lifecycle,
    now: () => clock.now,
    limits: { queue: 2000, startTimeout: 60_000 },
    onWake: (record) => void records.push(record),
    warn: () => undefined,
    memory: () => ({ ...memory, total: 100 }),
    rules: { holders: 2, holderIdle: 3_600_000 },
    servedOf: (name) => app(name),
    ...deps,
  });
  return { ...fake, at: fake.tiers, tiers, clock, records, memory };
}

function app(name: string, more: Partial<Served['app']> = {}): Served {
  return { ok: true, name, release: 1, app: { ...APP, ...more } };
}

const STAYS = new AbortController().signal;
setMaxListeners(0, STAYS);

async function inside(tiers: Tiers, served: Served): Promise<Visit> {
  const result = await tiers.enter(served, STAYS);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

/** A call that is answered when the test says so. */
function held(): {
  readonly wait: () => Promise<void>;
  readonly go: () => void;
  readonly fail: (error: Error) => void;
} {
  let go: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    go = resolve;
    fail = reject;
  });
  promise.catch(() => undefined);
  return { wait: () => promise, go: () => go(), fail: (error) => fail(error) };
}

describe('a start', () => {
  it('serves all who wait, once', async () => {
    const { tiers, answers, calls, records, clock, at } = bench();
    const start = held();
    at.set('app', 'holder');
    answers.set('wake app', start.wait);
    const all = Array.from({ length: 1000 }, () => tiers.enter(app('app'), STAYS));
    expect(tiers.starting('app')).toBe(true);
    clock.now = 59;
    start.go();
    const results = await Promise.all(all);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(results[999]).toMatchObject({ cold: { from: 'holder', ms: 59 } });
    expect(calls).toEqual(['wake app']);
    expect(records).toEqual([{ name: 'app', from: 'holder', ms: 59, at: 0, problem: null }]);
    expect(tiers.tryEnter(app('app'))).toMatchObject({ cold: null });
  });

  it('that fails is told to all who wait, not tried again before its time, and longer each time', async () => {
    const { tiers, answers, calls, clock } = bench();
    const problems = [{ message: 'line 1' }, { message: 'cannot open /data' }];
    answers.set('wake app', () => Promise.reject(new PodctlError('UNAVAILABLE', '`app` ended with 1', { problems })));
    const [first, second] = await Promise.all([tiers.enter(app('app'), STAYS), tiers.enter(app('app'), STAYS)]);
    const refusal: Refusal = {
      ok: false,
      status: 502,
      reason: '`app` ended with 1\nline 1\ncannot open /data',
      retryAfter: 1,
    };
    expect(first).toEqual(refusal);
    expect(second).toEqual(refusal);
    expect(await tiers.enter(app('app'), STAYS)).toEqual(refusal);
    expect(calls).toHaveLength(1);
    const waits: number[] = [];
    for (let round = 0; round < 11; round++) {
      clock.now += 1_000_000;
      const result = await tiers.enter(app('app'), STAYS);
      if (!result.ok) waits.push(result.retryAfter);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    expect(calls).toHaveLength(12);
  });

  it('of a new release is tried at once, whatever the old one did', async () => {
    const { tiers, answers, calls, change } = bench();
    answers.set('wake app', () => Promise.reject(new Error('secret words of an engine')));
    expect(await tiers.enter(app('app'), STAYS)).toMatchObject({ status: 502, reason: 'RAC could not start it' });
    answers.set('wake app', async () => undefined);
    expect(await tiers.enter(app('app'), STAYS)).toMatchObject({ ok: false });
    expect(await tiers.enter({ ...app('app'), release: 2 }, STAYS)).toMatchObject({ ok: true });
    expect(calls).toHaveLength(2);
    void tiers.changed('app', { ...UPSTREAM, release: 3 });
    change('app', null);
    expect(tiers.tryEnter(app('app'))).toMatchObject({ pool: { upstream: { release: 3 } } });
  });

  it('is waited for by a bounded number, and for a bounded time', async () => {
    const { tiers, answers, clock } = bench({ limits: { queue: 2, startTimeout: 1000 } });
    answers.set('wake app', held().wait);
    const waiting = [tiers.enter(app('app'), STAYS), tiers.enter(app('app'), STAYS)];
    expect(await tiers.enter(app('app'), STAYS)).toMatchObject({ status: 503, retryAfter: 2 });
    clock.now = 1001;
    await tiers.sweep();
    expect(await Promise.all(waiting)).toMatchObject([{ status: 503 }, { status: 503 }]);
  });

  it('goes on without who has gone, who leaves room in the queue', async () => {
    const { tiers, answers, calls } = bench({ limits: { queue: 1, startTimeout: 1000 } });
    const start = held();
    answers.set('wake app', start.wait);
    const gone = new AbortController();
    void tiers.enter(app('app'), gone.signal);
    gone.abort();
    const next = tiers.enter(app('app'), STAYS);
    start.go();
    expect(await next).toMatchObject({ ok: true });
    expect(tiers.open('app')).toBe(1);
    expect(calls).toHaveLength(1);
  });

  it('that crashes soon counts as one that failed', async () => {
    const { tiers, answers, clock, at } = bench();
    answers.set('wake app', async () => undefined);
    const visit = await inside(tiers, app('app'));
    clock.now += 500;
    at.set('app', 'holder');
    tiers.lost('app', visit);
    expect(await tiers.enter(app('app'), STAYS)).toMatchObject({
      status: 502,
      reason: 'it ended soon after its start',
    });
  });
});

describe('a limit of requests at a time', () => {
  it('lets the others wait their turn', async () => {
    const { tiers, answers } = bench();
    answers.set('wake app', async () => undefined);
    const one = app('app', { concurrency: 1 });
    const first = await inside(tiers, one);
    expect(tiers.tryEnter(one)).toBeNull();
    let entered = false;
    const second = inside(tiers, one).then((visit) => {
      entered = true;
      return visit;
    });
    await Promise.resolve();
    expect(entered).toBe(false);
    first.leave();
    first.leave();
    expect(await second).toMatchObject({ cold: null });
    expect(tiers.open('app')).toBe(1);
  });
});

describe('sleep', () => {
  it('comes by idle times, step by step, and only when nobody is inside', async () => {
    const { tiers, answers, calls, clock, at } = bench();
    for (const call of ['wake app', 'pause app', 'stop app', 'remove app']) answers.set(call, async () => undefined);
    const visit = await inside(tiers, app('app'));
    clock.now += 10_000_000;
    await tiers.sweep();
    expect(at.get('app')).toBe('running');
    visit.leave();
    clock.now += 29_999;
    await tiers.sweep();
    expect(at.get('app')).toBe('running');
    clock.now += 1;
    await tiers.sweep();
    expect(at.get('app')).toBe('paused');
    clock.now += 270_000;
    await tiers.sweep();
    expect(at.get('app')).toBe('holder');
    expect(tiers.counts()).toEqual({ running: 0, paused: 0, holder: 1 });
    clock.now += 3_600_000;
    await tiers.sweep();
    expect(at.get('app')).toBe('removed');
    expect(tiers.size()).toBe(0);
    expect(tiers.counts()).toEqual({ running: 0, paused: 0, holder: 0 });
    expect(calls).toEqual(['wake app', 'pause app', 'stop app', 'remove app']);
  });

  it('is no pause where the engine cannot, and never comes for who is always on', async () => {
    const { tiers, answers, calls, clock, at } = bench({}, false);
    for (const call of ['wake app', 'wake on', 'stop app']) answers.set(call, async () => undefined);
    tiers.adopt(app('on', { alwaysOn: true }));
    await tiers.sweep();
    (await inside(tiers, app('app'))).leave();
    clock.now += 40_000;
    await tiers.sweep();
    expect(calls).toEqual(['wake on', 'wake app']);
    clock.now += 300_000;
    await tiers.sweep();
    expect([...at]).toEqual([
      ['on', 'running'],
      ['app', 'holder'],
    ]);
  });

  it('that is being entered is waited for, and the request wakes it again', async () => {
    const { tiers, answers, calls, clock } = bench();
    const pause = held();
    answers.set('wake app', async () => undefined);
    answers.set('pause app', pause.wait);
    (await inside(tiers, app('app'))).leave();
    clock.now += 30_000;
    const sweeping = tiers.sweep();
    expect(tiers.tryEnter(app('app'))).toBeNull();
    const entering = tiers.enter(app('app'), STAYS);
    pause.go();
    expect(await entering).toMatchObject({ ok: true, cold: { from: 'paused' } });
    await sweeping;
    expect(calls).toEqual(['wake app', 'pause app', 'wake app']);
  });

  it('does not come to the release that takes over while the name is on its way there', async () => {
    const { tiers, answers, calls, clock, at } = bench();
    const turn = held();
    answers.set('wake app', async () => undefined);
    answers.set('pause app', turn.wait);
    (await inside(tiers, app('app'))).leave();
    clock.now += 30_000;
    const sweeping = tiers.sweep();
    await tiers.changed('app', { ...UPSTREAM, release: 2 });
    turn.go();
    await sweeping;
    expect(at.get('app')).toBe('running');
    expect(tiers.tryEnter({ ...app('app'), release: 2 })).toMatchObject({ ok: true });
    expect(calls).toEqual(['wake app', 'pause app', 'drained app']);
  });

  it('comes sooner when memory is short, to the least recently used first', async () => {
    const { tiers, answers, calls, clock, memory } = bench({ rules: { holders: 99, holderIdle: 3_600_000 } });
    const names = Array.from({ length: 12 }, (_, index) => `app${index}`);
    for (const name of names) {
      answers.set(`wake ${name}`, async () => undefined);
      answers.set(`stop ${name}`, async () => undefined);
      clock.now += 10;
      (await inside(tiers, app(name))).leave();
    }
    const busy = await inside(tiers, app('app0'));
    clock.now += 6_000;
    memory.available = 9;
    calls.length = 0;
    await tiers.sweep();
    expect(calls).toEqual(names.slice(1, 9).map((name) => `stop ${name}`));
    expect(tiers.counts()).toEqual({ running: 4, paused: 0, holder: 8 });
    busy.leave();
  });

  it('removes the holders that are too many, the longest unused first', async () => {
    const { tiers, answers, at, calls, clock } = bench();
    for (const name of ['a', 'b', 'c']) {
      at.set(name, 'holder');
      answers.set(`remove ${name}`, async () => undefined);
      clock.now += 10;
      tiers.adopt(app(name));
    }
    await tiers.sweep();
    expect(calls).toEqual(['remove a']);
  });

  it('of somebody else’s doing is noticed', async () => {
    const { tiers, answers, at } = bench();
    answers.set('wake app', async () => undefined);
    (await inside(tiers, app('app'))).leave();
    at.set('app', 'removed');
    await tiers.sweep();
    expect(tiers.tryEnter(app('app'))).toBeNull();
  });
});

describe('a release that takes over', () => {
  it('gets the new requests; the old ones end where they are, and then the old one is told', async () => {
    const { tiers, answers, calls } = bench();
    answers.set('wake app', async () => undefined);
    const old = await inside(tiers, app('app'));
    const changed = tiers.changed('app', { ...UPSTREAM, port: 2, release: 2 });
    const next = await inside(tiers, { ...app('app'), release: 2 });
    expect([old.pool.upstream.release, next.pool.upstream.release]).toEqual([1, 2]);
    expect(calls).toEqual(['wake app']);
    old.leave();
    await changed;
    expect(calls).toEqual(['wake app', 'drained app']);
  });

  it('is told of every container of an older one that is in use, also when that one came back meanwhile', async () => {
    const { tiers, answers, calls } = bench();
    answers.set('wake app', async () => undefined);
    const first = await inside(tiers, app('app'));
    void tiers.changed('app', { ...UPSTREAM, port: 2, release: 2 });
    // A rollback: another container of the first release.
    void tiers.changed('app', { ...UPSTREAM, port: 3 });
    const second = await inside(tiers, app('app'));
    const changed = tiers.changed('app', { ...UPSTREAM, port: 4, release: 4 });
    second.leave();
    await changed;
    expect(calls.at(-1)).toBe(`drained app but release 1 on ${UPSTREAM.port}`);
    first.leave();
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(calls.at(-1)).toBe('drained app');
  });

  it('sleeps by the usual rules though nobody has asked for it', async () => {
    const { tiers, answers, clock, at } = bench();
    at.set('app', 'running');
    answers.set('pause app', async () => undefined);
    await tiers.changed('app', UPSTREAM);
    clock.now += 30_000;
    await tiers.sweep();
    expect(at.get('app')).toBe('paused');
  });
});

describe('a change while it is woken or waited for', () => {
  it('leaves the last word to the change, whatever the start still says', async () => {
    const { tiers, answers, calls } = bench();
    const start = held();
    answers.set('wake app', start.wait);
    const waits = tiers.enter(app('app'), STAYS);
    const second = { ...UPSTREAM, port: 2, release: 2 };
    start.go();
    void tiers.changed('app', second);
    expect(await waits).toMatchObject({ ok: true, pool: { upstream: second } });
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(tiers.tryEnter(app('app'))).toMatchObject({ pool: { upstream: second } });
    expect(calls).toEqual(['wake app', 'drained app']);
  });

  it('loses nobody who waits while one release ends before the next begins', async () => {
    const { tiers, answers, calls } = bench();
    const start = held();
    answers.set('wake app', start.wait);
    const waits = tiers.enter(app('app'), STAYS);
    // The push had waited for this start, and goes on before whoever waits hears of it.
    start.go();
    void tiers.changed('app', null);
    const second = { ...UPSTREAM, port: 2, release: 2 };
    answers.set('wake app', held().wait);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(tiers.tryEnter(app('app'))).toBeNull();
    void tiers.changed('app', second);
    expect(await waits).toMatchObject({ ok: true, pool: { upstream: second } });
    expect(calls).toEqual(['wake app', 'wake app', 'drained app']);
  });

  it('loses nobody who waits for room', async () => {
    const { tiers, answers } = bench();
    answers.set('wake app', async () => undefined);
    const one = app('app', { concurrency: 1 });
    const visit = await inside(tiers, one);
    const waits = tiers.enter(one, STAYS);
    void tiers.changed('app', null);
    visit.leave();
    expect(await waits).toMatchObject({ ok: true });
  });

  it('sends away who waits for what is stopped, and starts it no more', async () => {
    let served: Served | null = app('app', { alwaysOn: true });
    const { tiers, answers, calls, at, clock } = bench({ servedOf: () => served });
    answers.set('wake app', async () => undefined);
    await inside(tiers, { ...served, app: { ...served.app, concurrency: 1 } }).then(({ leave }) => leave());
    served = null;
    at.set('app', 'removed');
    void tiers.changed('app', null);
    for (let second = 0; second < 3; second++) {
      clock.now += 1000;
      await tiers.sweep();
    }
    expect(calls).toEqual(['wake app']);
    expect(tiers.size()).toBe(0);
  });
});
