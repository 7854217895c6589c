import { describe, expect, it } from 'vitest';
import { untilDue } from '../../../src/plan/stack/health-due.js';
import { judgeStack, nextLook, type SeenContainer, STEADY_MS } from '../../../src/plan/stack/wait.js';

const RUNNING: SeenContainer = {
  service: 'web',
  name: 'demo-web-1',
  state: 'running',
  exitCode: null,
  oomKilled: false,
  health: 'none',
  restart: 'no',
  restarts: 0,
  ranFor: 0,
  ports: [],
};
const port = (answers: boolean, at = '127.0.0.1:80') => ({ at, answers });
const verdictOf = (...seen: readonly Partial<SeenContainer>[]) => {
  const containers = Math.max(1, seen.length);
  const [verdict] = judgeStack(
    [{ service: 'web', containers }],
    seen.map((one) => ({ ...RUNNING, ...one })),
  );
  return verdict?.kind === 'done' ? verdict.by : `${verdict?.kind}: ${verdict?.state}`;
};

describe('a service', () => {
  it.each<readonly [string, Partial<SeenContainer>, string]>([
    ['a healthy one is up, whatever its ports say', { health: 'healthy', ports: [port(false)] }, 'health'],
    [
      'one that is not healthy yet is waited for',
      { health: 'starting', ports: [port(true)], ranFor: 1e9 },
      'waiting: is not healthy yet',
    ],
    ['an unhealthy one has failed', { health: 'unhealthy' }, 'failed: is unhealthy'],
    ['without a check all its ports must answer', { ports: [port(true), port(true, '127.0.0.1:81')] }, 'ports'],
    [
      'the silent ones are named',
      { ports: [port(true), port(false, '127.0.0.1:81')], ranFor: 1e9 },
      'waiting: does not answer on 127.0.0.1:81',
    ],
    ['with neither it must run for a while', { ranFor: STEADY_MS - 1 }, 'waiting: has just started'],
    ['and has then', { ranFor: STEADY_MS }, 'running'],
    [
      'after a second start that takes longer',
      { ranFor: STEADY_MS, restarts: 1 },
      'waiting: was started again by the engine',
    ],
    ['a job that ended with 0 is done', { state: 'exited', exitCode: 0 }, 'ended'],
    ['also where a failure would start it again', { state: 'exited', exitCode: 0, restart: 'on-failure' }, 'ended'],
    ['one with another code has failed', { state: 'exited', exitCode: 3 }, 'failed: ended with code 3'],
    ['memory is told', { state: 'exited', exitCode: 137, oomKilled: true }, 'failed: ended for want of memory'],
    [
      'what the engine starts again is waited for',
      { state: 'exited', exitCode: 1, restart: 'on-failure' },
      'waiting: ended with code 1',
    ],
    [
      'a server that must run always is not done with 0',
      { state: 'exited', exitCode: 0, restart: 'always' },
      'waiting: ended with code 0',
    ],
    [
      'a loop is found while it waits to be started again',
      { state: 'restarting', exitCode: 2, restart: 'always', restarts: 3 },
      'failed: ends again and again, the last time with code 2',
    ],
    [
      'and before that it is waited for',
      { state: 'restarting', exitCode: 2, restart: 'always', restarts: 2 },
      'waiting: is being started again, it ended with code 2',
    ],
    ['also while it runs for a moment', { restart: 'always', restarts: 3, ranFor: 10 }, 'failed: ends again and again'],
    ['one that is healthy at last is up', { restart: 'always', restarts: 7, health: 'healthy' }, 'health'],
    ['one that was made and not started', { state: 'created' }, 'waiting: was not started yet'],
    ['a paused one', { state: 'paused' }, 'waiting: is paused'],
    ['a dead one', { state: 'dead' }, 'failed: is dead'],
  ])('%s', (_name, seen, verdict) => {
    expect(verdictOf(seen)).toBe(verdict);
  });

  it('needs all its containers, and the worst speaks for it', () => {
    expect(verdictOf({ health: 'healthy' }, { health: 'starting' })).toBe('waiting: is not healthy yet');
    expect(verdictOf({ health: 'starting' }, { health: 'unhealthy' })).toBe('failed: is unhealthy');
    const missing = judgeStack([{ service: 'web', containers: 2 }], [{ ...RUNNING, health: 'healthy' }]);
    expect(missing).toEqual([{ service: 'web', kind: 'waiting', container: null, state: 'has 1 of 2 containers' }]);
    expect(judgeStack([{ service: 'web', containers: 1 }], [])[0]).toMatchObject({ state: 'has no container' });
    expect(judgeStack([{ service: 'web', containers: 0 }], [])[0]).toMatchObject({ kind: 'done', by: 'none' });
  });

  it('is looked at again when time alone may change the verdict', () => {
    expect(nextLook([{ ...RUNNING, ranFor: 400 }])).toBe(600);
    expect(nextLook([{ ...RUNNING, ranFor: 400, restarts: 1 }])).toBe(9600);
    expect(
      nextLook([
        { ...RUNNING, health: 'starting' },
        { ...RUNNING, ranFor: STEADY_MS },
      ]),
    ).toBeNull();
  });
});

describe('a health check that podctl runs', () => {
  it('is due at once, then an interval after the last one ended', () => {
    const check = { container: 'web', interval: 5_000, timeout: 1_000, lastEnd: null };
    expect(untilDue(check, 100)).toBe(0);
    expect(untilDue({ ...check, lastEnd: 100 }, 2_100)).toBe(3_000);
    expect(untilDue({ ...check, lastEnd: 100 }, 9_000)).toBe(0);
    // An interval of 0 is the engine's own.
    expect(untilDue({ ...check, interval: 0, lastEnd: 0 }, 10_000)).toBe(20_000);
  });
});
