import { expect, it } from 'vitest';
import { openEvents } from '../../../src/rac/events/events.js';
import { openStore } from '../../../src/rac/store/store.js';
import { until } from '../../support/machine.js';
import { NOW, push } from './samples.js';

const QUIET = { info: () => undefined, warn: () => undefined };

it('what comes before the start is kept, and deployed after it', async () => {
  const deployed: string[] = [];
  const events = openEvents({
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
