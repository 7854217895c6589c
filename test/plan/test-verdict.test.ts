import { describe, expect, it } from 'vitest';
import {
  type ContainerEnd,
  deadServices,
  interferenceWith,
  judgeTest,
  type TestFacts,
  withExpectations,
} from '../../src/plan/test-verdict.js';

const END: ContainerEnd = {
  started: true,
  running: false,
  exitCode: 0,
  oomKilled: false,
  finishedAt: '2026-01-02T03:04:05.500000001Z',
};
const FACTS: TestFacts = {
  engine: 'docker',
  end: END,
  clientCode: 0,
  stopped: null,
  interference: 'none',
  dead: [],
};

function ended(parts: Partial<ContainerEnd>): Partial<TestFacts> {
  return { end: { ...END, ...parts } };
}

const DB = { name: 'db', exitCode: 1, oomKilled: false };

describe('a run of tests', () => {
  it.each<[what: string, facts: Partial<TestFacts>, outcome: string, exitCode: number, message: string]>([
    ['ended by itself with 0', {}, 'passed', 0, 'the tests passed'],
    ['ended by itself with 1', ended({ exitCode: 1 }), 'failed', 1, 'the tests failed with exit code 1'],
    ['ended by itself with 143', ended({ exitCode: 143 }), 'failed', 143, 'the tests failed with exit code 143'],
    [
      'ended with 5 after a child of it ran out of memory',
      ended({ exitCode: 5, oomKilled: true }),
      'failed',
      5,
      'the tests failed with exit code 5',
    ],
    [
      'passed although a child of it ran out of memory',
      ended({ exitCode: 0, oomKilled: true }),
      'passed',
      0,
      'the tests passed',
    ],
    ['ran out of memory', ended({ exitCode: 137, oomKilled: true }), 'out-of-memory', 71, 'killed: out of memory'],
    [
      'ended with 137, nobody knows why',
      { ...ended({ exitCode: 137 }), engine: 'podman' },
      'killed',
      137,
      'killed (possibly out of memory), or ended by itself with 137: podman does not tell which',
    ],
    [
      'was killed by others',
      { ...ended({ exitCode: 137 }), interference: { signal: 'SIGKILL' } },
      'killed',
      137,
      'killed: somebody ended the test container with SIGKILL',
    ],
    [
      'was told to end by others, and said that all is well',
      { ...ended({ exitCode: 0 }), interference: { signal: 'SIGTERM' } },
      'killed',
      137,
      'killed: somebody ended the test container with SIGTERM; it then ended with 0',
    ],
    [
      'was killed, and the engine does not say how',
      { ...ended({ exitCode: 137 }), interference: { signal: null } },
      'killed',
      137,
      'killed: somebody ended the test container',
    ],
    ['was removed by others', { end: null }, 'killed', 137, 'killed: somebody removed the test container'],
    [
      "runs on without the engine's program",
      { ...ended({ running: true, exitCode: null, finishedAt: null }), clientCode: 1 },
      'killed',
      137,
      "killed: the engine's program ended before the tests did",
    ],
    [
      'took too long',
      { ...ended({ exitCode: 143 }), stopped: { by: 'timeout', limit: 90_000 } },
      'timed-out',
      124,
      'the tests took longer than 1m30s and were stopped',
    ],
    [
      'took too long, and ended with 0 when it was stopped',
      { stopped: { by: 'timeout', limit: 1_000 } },
      'timed-out',
      124,
      'the tests took longer than 1s and were stopped',
    ],
    [
      'was interrupted, and ended with 0',
      { stopped: { by: 'signal', signal: 'SIGINT' } },
      'interrupted',
      130,
      'interrupted by SIGINT',
    ],
    [
      'was interrupted before it began',
      { end: null, stopped: { by: 'signal', signal: 'SIGTERM' } },
      'interrupted',
      143,
      'interrupted by SIGTERM',
    ],
    [
      'lost a service, and passed all the same',
      { dead: [DB] },
      'service-died',
      76,
      'the service `db` died before the tests had ended (exit code 1)',
    ],
    [
      'lost two services, one out of memory, and was killed for it',
      {
        ...ended({ exitCode: 137 }),
        stopped: { by: 'service', name: 'db' },
        dead: [
          { name: 'db', exitCode: 137, oomKilled: true },
          { name: 'queue', exitCode: null, oomKilled: false },
        ],
      },
      'service-died',
      76,
      'the service `db` died before the tests had ended (exit code 137, out of memory); so did `queue`',
    ],
    [
      'never began because a service ended',
      { end: null, stopped: { by: 'service', name: 'db' } },
      'service-died',
      76,
      'the service `db` died before the tests had ended (it is gone)',
    ],
    [
      'has no such program',
      { ...ended({ started: false, exitCode: null }), clientCode: 127 },
      'not-started',
      127,
      'the test container did not start: its program was not found or may not be run',
    ],
    [
      'was refused by the engine',
      { ...ended({ started: false, exitCode: null }), clientCode: 125 },
      'not-started',
      73,
      'the test container did not start: the engine says why above',
    ],
    ['gave way to a change', { stopped: { by: 'change' } }, 'stopped-for-change', 143, 'stopped: a file changed'],
  ])('%s', (_what, facts, outcome, exitCode, message) => {
    expect(judgeTest({ ...FACTS, ...facts })).toEqual({ outcome, exitCode, message });
  });
});

describe('expectations', () => {
  const passed = judgeTest(FACTS);
  const failed = judgeTest({ ...FACTS, ...ended({ exitCode: 3 }) });
  it.each([
    ['hold, nothing was run', null, 0, 0, 'the image is as the profile expects'],
    ['do not hold, nothing was run', null, 2, 65, '2 expectations do not hold for the image'],
    ['hold', passed, 0, 0, 'the tests passed'],
    ['do not hold', passed, 1, 65, 'the tests passed, but one expectation does not hold for the image'],
    ['do not hold either', failed, 1, 3, 'the tests failed with exit code 3'],
  ])('%s', (_what, verdict, unmet, exitCode, message) => {
    expect(withExpectations(verdict, unmet)).toMatchObject({ exitCode, message });
  });
});

describe('what others did', () => {
  const kill = (signal: string | null, container = 'test') => ({ container, action: 'kill', signal });
  it.each([
    ['nothing', [], true, 'none'],
    ['nothing that was heard of', [], false, 'unknown'],
    ['a signal that tells something', [kill('SIGUSR1')], true, 'none'],
    ['a kill of another container', [kill('SIGKILL', 'db')], true, 'none'],
    ['a kill', [kill('SIGTERM'), kill('SIGKILL')], true, { signal: 'SIGKILL' }],
    ['a kill, and then the events were lost', [kill(null)], false, { signal: null }],
  ])('%s', (_what, events, works, expected) => {
    expect(interferenceWith('test', events, works)).toEqual(expected);
  });
});

describe('services that died', () => {
  const end = (parts: Partial<ContainerEnd>): ContainerEnd => ({ ...END, exitCode: 1, ...parts });
  it.each<[what: string, end: ContainerEnd | null, expected: readonly unknown[]]>([
    ['one that runs', end({ running: true, exitCode: null, finishedAt: null }), []],
    ['one that ended before', end({ finishedAt: '2026-01-02T03:04:04.9Z' }), [DB]],
    ['one that ended after the tests', end({ finishedAt: '2026-01-02T03:04:06Z' }), []],
    ['one that is gone', null, [{ ...DB, exitCode: null }]],
  ])('%s', (_what, service, expected) => {
    expect(deadServices(END, [{ name: 'db', end: service }])).toEqual(expected);
  });

  it('count whenever they ended when the tests have no end of their own', () => {
    expect(deadServices(null, [{ name: 'db', end: end({}) }])).toEqual([DB]);
  });
});
