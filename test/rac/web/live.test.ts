import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { LogLine } from '../../../src/rac/deploy/releases.js';
import { openChanges } from '../../../src/rac/web/changes.js';
import { plainLog } from '../../../src/rac/web/plain-log.js';
import { addAccount, addName, HOST, ORIGIN, type WebRoom, webRoom } from '../../support/rac-web.js';

const ANN = { kind: 'account', account: 'ann', admin: false, by: 'access', scope: null, address: '' } as const;

/** A clock that goes on when a test says so. */
function handClock() {
  const waiting = new Set<() => void>();
  return {
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const go = (): void => {
          waiting.delete(go);
          resolve();
        };
        waiting.add(go);
        signal.addEventListener('abort', go);
      }),
    tick: async () => {
      for (const go of waiting) go();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

async function* linesOf(...lines: readonly string[]): AsyncGenerator<LogLine> {
  for (const text of lines) yield await Promise.resolve({ stream: 'stdout', text });
}

async function opened(
  { app }: WebRoom,
  path: string,
): Promise<{ next: () => Promise<string>; close: () => Promise<void> }> {
  const headers = { host: HOST, authorization: 'Bearer token-ann' };
  const response = await app.fetch(new Request(`${ORIGIN}${path}`, { headers }), {});
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  return {
    next: async () => decoder.decode((await reader?.read())?.value),
    close: async () => reader?.cancel(),
  };
}

describe('a log that is followed', () => {
  it('goes on over sleep, with the whole log of the next container', async () => {
    const clock = handClock();
    const asked: number[] = [];
    const logs = [linesOf('one', 'two'), linesOf('three')];
    let tier: 'holder' | 'running' = 'holder';
    const releases = {
      ...FORBIDDEN,
      logs: (_: string, { tail }: { tail: number }) => {
        asked.push(tail);
        return logs.shift() ?? linesOf();
      },
    };
    const room = await webRoom({ sleep: clock.sleep, lifecycle: { tierOf: () => tier }, releases });
    addAccount(room.store, 'ann');
    addName(room.store, 'ann/shop', { owner: 'ann' });
    const log = await opened(room, '/api/v1/names/ann%2Fshop/logs?follow=1&lines=20');
    expect(await log.next()).toBe('event: line\ndata: {"stream":"stdout","text":"one"}\n\n');
    expect(await log.next()).toContain('two');
    expect(await log.next()).toBe('event: asleep\ndata: {"tier":"holder"}\n\n');
    await clock.tick();
    tier = 'running';
    await clock.tick();
    let seen = '';
    while (!seen.includes('three')) seen += await log.next();
    expect(asked.slice(0, 2)).toEqual([20, 5000]);
    await log.close();
  });

  it('waits where nothing stands yet', async () => {
    const clock = handClock();
    const room = await webRoom({ sleep: clock.sleep, releases: { ...FORBIDDEN, logs: () => none() } });
    addAccount(room.store, 'ann');
    addName(room.store, 'ann/shop', { owner: 'ann' });
    const log = await opened(room, '/api/v1/names/ann%2Fshop/logs?follow=1');
    expect(await log.next()).toContain('event: asleep');
    await log.close();
  });

  it('ends when the token that opened it is revoked', async () => {
    const clock = handClock();
    let good = true;
    const identity = { byToken: () => (good ? ANN : null), bySession: () => null };
    const releases = { ...FORBIDDEN, logs: () => none() };
    const room = await webRoom({ sleep: clock.sleep, releases, identity });
    addAccount(room.store, 'ann');
    addName(room.store, 'ann/shop', { owner: 'ann' });
    const log = await opened(room, '/api/v1/names/ann%2Fshop/logs?follow=1');
    expect(await log.next()).toContain('event: asleep');
    await clock.tick();
    expect(await log.next()).toContain(': ');
    good = false;
    await clock.tick();
    let rest = '';
    for (let text = 'begun'; text !== ''; rest += text) text = await log.next();
    expect(rest).not.toContain('event: line');
  });

  it('tells why it ends, but nothing of RAC itself', async () => {
    const clock = handClock();
    const room = await webRoom({ sleep: clock.sleep, releases: { ...FORBIDDEN, logs: () => broken() } });
    addAccount(room.store, 'ann');
    addName(room.store, 'ann/shop', { owner: 'ann' });
    const log = await opened(room, '/api/v1/names/ann%2Fshop/logs?follow=1');
    expect(await log.next()).toBe('event: problem\ndata: {"message":"RAC failed; its log has more"}\n\n');
    expect(room.warnings.join()).toContain('/var/run/docker.sock');
    await log.close();
  });
});

// oxlint-disable-next-line require-yield -- it only fails
async function* none(): AsyncGenerator<LogLine> {
  throw await Promise.resolve(new PodctlError('REFUSED', 'nothing stands'));
}

// oxlint-disable-next-line require-yield -- it only fails
async function* broken(): AsyncGenerator<LogLine> {
  throw await Promise.resolve(new Error('connect /var/run/docker.sock'));
}

const no = (): never => {
  throw new Error('nobody may ask for this');
};
const FORBIDDEN = {
  list: no,
  state: no,
  rollback: no,
  pin: no,
  unpin: no,
  stop: no,
  start: no,
  remove: no,
  settle: no,
  logs: no,
  exec: no,
};

describe('changes', () => {
  it('are looked for only while somebody waits, and told to all of them', async () => {
    const clock = handClock();
    let looks = 0;
    let now = new Map([
      ['a', '1'],
      ['b', '1'],
    ]);
    const signatures = (): ReadonlyMap<string, string> => {
      looks += 1;
      return now;
    };
    const changes = openChanges({ views: { signatures }, sleep: clock.sleep });
    expect(looks).toBe(0);
    const end = new AbortController();
    const [one, two] = [changes.next(end.signal), changes.next(end.signal)];
    await clock.tick();
    now = new Map([
      ['a', '2'],
      ['c', '1'],
    ]);
    await clock.tick();
    expect(await one).toEqual({ names: ['a', 'c'], gone: true });
    expect(await two).toEqual({ names: ['a', 'c'], gone: true });
    await clock.tick();
    const before = looks;
    await clock.tick();
    expect(looks).toBe(before);
    const three = changes.next(end.signal);
    end.abort();
    expect(await three).toBeNull();
  });

  it('of private names are nobody else’s', async () => {
    const clock = handClock();
    const room = await webRoom({ sleep: clock.sleep });
    for (const account of ['ann', 'bob']) addAccount(room.store, account);
    addName(room.store, 'bob/diary', { owner: 'bob', visibility: 'private' });
    addName(room.store, 'shop');
    const live = await opened(room, '/api/v1/changes');
    expect(await live.next()).toContain('event: ready');
    await clock.tick();
    room.store.run("UPDATE name SET wanted = 'off'");
    await clock.tick();
    let seen = '';
    while (!seen.includes('event: names')) seen += await live.next();
    expect(seen).toContain('data: {"names":["shop"],"gone":false}');
    await live.close();
  });
});

describe('lines of a log', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m text', 'red text'],
    ['a title of the terminal', '\u001b]0;evil\u0007done', 'done'],
    ['a link of the terminal', '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['a cleared screen', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a carriage return that writes over', 'real\rfake', 'real\\rfake'],
    ['a bell and a backspace', 'a\u0007b\u0008', 'a\\x07b\\x08'],
    ['text that runs backwards', 'a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['a sequence that never ends', '\u001b]0;abc', '\\x1b]0;abc'],
    ['the eight-bit form', '\u009b31mred', '\\x9b31mred'],
    ['a line of Windows', 'ok\r', 'ok'],
    ['markup', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['tabs', 'a\tb', 'a\tb'],
  ])('%s', (_, text, plain) => {
    expect(plainLog(text)).toBe(plain);
  });

  it('very long ones are cut', () => {
    expect(plainLog('x'.repeat(100_000)).length).toBeLessThan(20_000);
  });
});
