import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { RegistryClient } from '../../../src/rac/registry/client.js';
import { type Collector, openCollector } from '../../../src/rac/registry/collector.js';
import { openStore } from '../../../src/rac/store/store.js';
import type { RacEnv } from '../../../src/rac/web/request.js';
import { handClock, settle } from '../../support/hand-clock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SAID = 'me/app\n12 blobs marked, 3 blobs and 0 manifests eligible for deletion';

const no = (what: string) => () => Promise.reject(new Error(`unexpected: ${what}`));

// The registry is a test's: `collections` counts, `end` lets one that is under way end.
async function room(collect?: () => Promise<string>) {
  const clock = handClock();
  const store = await openStore(':memory:');
  const log: string[] = [];
  const write = (event: string, fields: object = {}): void => void log.push(`${event} ${JSON.stringify(fields)}`);
  const counted = { collections: 0, removed: [] as string[] };
  const collector = openCollector({
    registry: {
      collect: () => {
        counted.collections += 1;
        return collect === undefined ? Promise.reject(new Error('unexpected collection')) : collect();
      },
    },
    store,
    clock,
    log: { info: write, warn: write },
  });
  const client: RegistryClient = {
    host: '127.0.0.1:5100',
    names: no('names'),
    tags: no('tags'),
    image: no('image'),
    digestOf: no('digestOf'),
    pullAuth: no('pullAuth'),
    remove: (name, digest) => {
      if (digest === 'gone') return Promise.reject(new Error('the registry is away'));
      counted.removed.push(`${name} ${digest}`);
      return Promise.resolve();
    },
  };
  return { clock, store, log, counted, collector, client: collector.watching(client), token: tokens(collector) };
}

// The token endpoint behind the gate.
function tokens(collector: Collector): () => Promise<string> {
  const app = new Hono<RacEnv>();
  app.use(collector.gate);
  app.get('/token', (context) => context.text('a token'));
  return async () => (await app.request('/token')).text();
}

describe('collecting layers that nothing needs', () => {
  it('never happens while nothing was removed', async () => {
    const { clock, counted, collector } = await room();
    collector.start();
    await clock.pass(HOUR);
    await collector.stop();
    expect(counted.collections).toBe(0);
  });

  it('follows a removal once nobody has asked for a token for longer than one is good for, and only once', async () => {
    const { clock, counted, collector, client, token, log } = await room(() => Promise.resolve(SAID));
    collector.start();
    await client.remove('me/app', 'sha256:aa');
    expect(counted.removed).toEqual(['me/app sha256:aa']);
    await clock.pass(MINUTE);
    await token();
    // Five minutes and one for clocks: an upload may still go on, and its layers are nobody's yet.
    await clock.pass(6 * MINUTE);
    expect(counted.collections).toBe(0);
    await clock.pass(MINUTE);
    expect(counted.collections).toBe(1);
    await clock.pass(HOUR);
    await collector.stop();
    expect(counted.collections).toBe(1);
    expect(log).toEqual(['layers-collected {"gone":3}']);
  });

  it('is not due when the registry did not remove', async () => {
    const { clock, counted, collector, client } = await room();
    collector.start();
    await expect(client.remove('me/app', 'gone')).rejects.toThrow('the registry is away');
    await clock.pass(HOUR);
    await collector.stop();
    expect(counted.collections).toBe(0);
  });

  it('comes after six hours where pushes never end, counted from the first removal', async () => {
    const { clock, counted, collector, client, token } = await room(() => Promise.resolve(SAID));
    collector.start();
    await client.remove('me/app', 'sha256:aa');
    for (let minute = 0; minute < 6 * 60 - 1; minute += 1) {
      await token();
      await clock.pass(MINUTE);
      // Later ones do not put it off.
      if (minute === 200) await client.remove('me/app', 'sha256:bb');
    }
    expect(counted.collections).toBe(0);
    await token();
    await clock.pass(MINUTE);
    expect(counted.collections).toBe(1);
    await collector.stop();
  });

  it('is still due after a restart', async () => {
    const first = await room();
    await first.client.remove('me/app', 'sha256:aa');
    const clock = handClock();
    let collections = 0;
    const collect = (): Promise<string> => {
      collections += 1;
      return Promise.resolve(SAID);
    };
    const quiet = { info: () => undefined, warn: () => undefined };
    const second = openCollector({ registry: { collect }, store: first.store, clock, log: quiet });
    second.start();
    await clock.pass(8 * MINUTE);
    await second.stop();
    expect(collections).toBe(1);
  });

  it('is tried again when it failed', async () => {
    let broken = true;
    const { clock, counted, collector, client, log } = await room(() =>
      broken ? Promise.reject(new Error('no space left')) : Promise.resolve(SAID),
    );
    collector.start();
    await client.remove('me/app', 'sha256:aa');
    await clock.pass(7 * MINUTE);
    expect(log).toEqual(['not-collected {"problem":"no space left"}']);
    broken = false;
    await clock.pass(MINUTE);
    await collector.stop();
    expect([counted.collections, log.at(-1)]).toEqual([2, 'layers-collected {"gone":3}']);
  });
});

describe('while layers are collected', () => {
  it('no token is given until that has ended', async () => {
    let end = (): void => undefined;
    const { collector, token } = await room(() => new Promise((resolve) => (end = () => resolve(SAID))));
    const work = collector.collect();
    let answer = '';
    const asked = token().then((text) => (answer = text));
    await settle();
    expect(answer).toBe('');
    end();
    expect(await work).toBe(3);
    expect(await asked).toBe('a token');
  });

  it('a second one waits for the first', async () => {
    const ends: (() => void)[] = [];
    const { counted, collector } = await room(() => new Promise((resolve) => ends.push(() => resolve('nothing'))));
    const both = [collector.collect(), collector.collect()];
    await settle();
    expect(counted.collections).toBe(1);
    ends[0]?.();
    await settle();
    expect(counted.collections).toBe(2);
    ends[1]?.();
    expect(await Promise.all(both)).toEqual([0, 0]);
  });

  it('one that failed is told to who asked, and closes no door', async () => {
    const { collector, token } = await room(() => Promise.reject(new Error('no space left')));
    await expect(collector.collect()).rejects.toThrow('no space left');
    expect(await token()).toBe('a token');
  });

  it('stop waits for its end', async () => {
    let end = (): void => undefined;
    const { collector } = await room(() => new Promise((resolve) => (end = () => resolve(SAID))));
    const work = collector.collect();
    await settle();
    let stopped = false;
    const stop = collector.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).toBe(false);
    end();
    await stop;
    expect(await work).toBe(3);
  });
});
