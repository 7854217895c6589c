import { describe, expect, it } from 'vitest';
import type { Deploy, Push } from '../../../src/rac/deploy/push.js';
import { openInbox } from '../../../src/rac/events/inbox.js';
import { openProcessor } from '../../../src/rac/events/processor.js';
import { openStore, type Store } from '../../../src/rac/store/store.js';
import { NOW, push } from './samples.js';

const QUIET = { info: () => undefined, warn: () => undefined };

// The clock stands until a test moves it; timers are kept, and run when it does.
async function room(deploy: Deploy, store?: Store) {
  let now = NOW;
  const timers = new Map<() => void, number>();
  const database = store ?? (await openStore(':memory:'));
  const inbox = openInbox(database, () => now);
  const later = (work: () => void, ms: number) => {
    timers.set(work, now + ms);
    return () => void timers.delete(work);
  };
  const processor = openProcessor({ inbox, deploy, now: () => now, log: QUIET, later });
  const give = (...pushes: Push[]): void => {
    inbox.accept(pushes);
    processor.look();
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    for (const [work, at] of timers) {
      if (at > now) continue;
      timers.delete(work);
      work();
    }
    await settle();
  };
  return { inbox, processor, give, pass, store: database, timers };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

// Deployments that a test ends by hand.
function byHand() {
  const begun: string[] = [];
  const ends = new Map<string, { done: () => void; fail: () => void }>();
  const deploy: Deploy = ({ name, tag }) =>
    new Promise((resolve, reject) => {
      begun.push(`${name}:${tag}`);
      ends.set(`${name}:${tag}`, { done: resolve, fail: () => reject(new Error('the engine is away')) });
    });
  const end = async (what: string, how: 'done' | 'fail' = 'done'): Promise<void> => {
    ends.get(what)?.[how]();
    await settle();
  };
  return { begun, deploy, end };
}

describe('deploying what waits', () => {
  it('goes in order for one name', async () => {
    const { begun, deploy, end } = byHand();
    const { give } = await room(deploy);
    give(push('a', '1'), push('a', '2'), push('a', '3'));
    expect(begun).toEqual(['a:1']);
    await end('a:1');
    await end('a:2');
    expect(begun).toEqual(['a:1', 'a:2', 'a:3']);
  });

  it('has four names under way at a time', async () => {
    const { begun, deploy, end } = byHand();
    const { give } = await room(deploy);
    give(...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => push(name)));
    expect(begun).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
    await end('c:1');
    expect(begun.at(-1)).toBe('e:1');
  });

  it('tries a failed one again, later each time, and holds up no other name', async () => {
    const { begun, deploy, end } = byHand();
    const { give, pass } = await room(deploy);
    give(push('a', '1'), push('a', '2'), push('b', '1'));
    await end('a:1', 'fail');
    await end('b:1');
    expect(begun).toEqual(['a:1', 'b:1']);
    await pass(499);
    expect(begun).toHaveLength(2);
    await pass(1);
    expect(begun).toEqual(['a:1', 'b:1', 'a:1']);
    await end('a:1', 'fail');
    await pass(999);
    expect(begun).toHaveLength(3);
    await pass(1);
    await end('a:1');
    expect(begun).toEqual(['a:1', 'b:1', 'a:1', 'a:1', 'a:2']);
  });

  it('keeps its pauses over a restart, and what was under way', async () => {
    const first = byHand();
    const before = await room(first.deploy);
    before.give(push('a'), push('b'));
    await first.end('a:1', 'fail');
    // b was under way when the process was killed.
    const second = byHand();
    const after = await room(second.deploy, before.store);
    after.processor.look();
    expect(second.begun).toEqual(['b:1']);
    await after.pass(500);
    expect(second.begun).toEqual(['b:1', 'a:1']);
  });

  it('deploys nothing twice that ended well', async () => {
    const { begun, deploy, end } = byHand();
    const { give, inbox } = await room(deploy);
    give(push('a'));
    await end('a:1');
    give(push('a'));
    expect([begun, inbox.waiting()]).toEqual([['a:1'], 0]);
  });

  it('begins nothing more once it is stopped, and waits for what it began', async () => {
    const { begun, deploy, end } = byHand();
    const { give, processor, inbox } = await room(deploy);
    give(push('a', '1'), push('a', '2'));
    let stopped = false;
    const stopping = (async () => {
      await processor.stop();
      stopped = true;
    })();
    await settle();
    expect(stopped).toBe(false);
    await end('a:1');
    await stopping;
    expect([begun, inbox.waiting()]).toEqual([['a:1'], 1]);
  });

  it('gives one up after very many tries, as if it had never been heard of', async () => {
    const { give, inbox, pass, store } = await room(() => Promise.reject(new Error('the registry is away')));
    give(push('a'));
    store.run('UPDATE event SET tries = 999');
    await pass(1);
    await pass(600_000);
    expect([inbox.waiting(), inbox.heard('a', '1')]).toEqual([0, null]);
  });

  it('rests where the end of one cannot be written down, and deploys it again later', async () => {
    let begun = 0;
    const { give, pass, store } = await room(() => Promise.resolve(void (begun += 1)));
    store.run("CREATE TRIGGER full BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'disk is full'); END");
    give(push('a'));
    await pass(1_000);
    await pass(60_000);
    expect(begun).toBe(1);
    store.run('DROP TRIGGER full');
    await pass(120_000);
    await pass(1);
    expect(begun).toBe(2);
  });

  it('holds nothing back because the clock was ahead for a moment', async () => {
    const { give, inbox, pass, store } = await room(() => Promise.resolve());
    store.run(
      "INSERT INTO event (id, name, tag, digest, pushed_at, received_at, next_try_at) VALUES ('x', 'b', '1', 'd', 1, 1, 9e14)",
    );
    give(push('a'));
    await pass(1);
    expect(inbox.waiting()).toBe(0);
  });
});
