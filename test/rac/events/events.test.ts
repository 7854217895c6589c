import { expect, it } from 'vitest';
import { openEvents } from '../../../src/rac/events/events.js';
import { openStore } from '../../../src/rac/store/store.js';
import { until } from '../../support/machine.js';
import { NOW, push } from './samples.js';

const QUIET = { info: () => undefined, warn: () => undefined };

it('what comes before the start is kept, and deployed after it', async () => {
  const deployed: string[] = [];
  const events = openEvents({
    tagsAsHeard: null,
    pusherSince: () => null,
    store: await openStore(':memory:'),
    registry: {
      names: () => Promise.resolve([]),
      tags: () => Promise.reject(new Error('unexpected')),
      digestOf: () => Promise.reject(new Error('unexpected')),
    },
    starts: () => 1,
    deploy: ({ name }) => Promise.resolve(void deployed.push(name)),
    clock: {
      now: () => NOW,
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve());
        }),
    },
    log: QUIET,
  });
  events.accept([push('a')]);
  await new Promise((resolve) => void setImmediate(resolve));
  expect([events.waiting(), deployed]).toEqual([1, []]);
  events.start();
  await until(() => events.waiting() === 0);
  expect(deployed).toEqual(['a']);
  await events.stop();
});

it('compares at once when the registry was away, and soon where a name could not be read', async () => {
  const pauses: number[] = [];
  let unreadable = false;
  const events = openEvents({
    tagsAsHeard: null,
    store: await openStore(':memory:'),
    starts: () => 1,
    pusherSince: () => null,
    registry: {
      names: () => Promise.resolve(['a']),
      tags: () => (unreadable ? Promise.reject(new Error('broken')) : Promise.resolve([])),
      digestOf: () => Promise.reject(new Error('unexpected')),
    },
    deploy: () => Promise.reject(new Error('unexpected')),
    clock: {
      now: () => NOW,
      sleep: (ms, signal) => {
        pauses.push(ms);
        return new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve());
        });
      },
    },
    log: QUIET,
  });
  events.start();
  await until(() => pauses.length === 1);
  unreadable = true;
  events.compare();
  await until(() => pauses.length === 2);
  await events.stop();
  expect(pauses).toEqual([60_000, 10_000]);
});
