import { describe, expect, it } from 'vitest';
import { decideLifecycle, type LifecycleInput, type LifecycleWish } from '../../src/plan/decide-lifecycle.js';
import { formatPlan } from '../../src/plan/print.js';
import type { ContainerFacts } from '../../src/spec/facts.js';
import { container, ENGINE } from './plan-fixtures.js';

const up = container({ name: 'up' });
const paused = container({ name: 'paused', state: 'paused' });
const done = container({ name: 'done', state: 'exited' });

function input(wish: LifecycleWish, containers: readonly ContainerFacts[]): LifecycleInput {
  return {
    profile: null,
    mode: null,
    engine: ENGINE,
    connection: { program: 'podman', globals: [], address: null },
    project: 'app-1234',
    wish,
    containers,
  };
}

function names(wish: LifecycleWish): readonly string[] {
  const decision = decideLifecycle(input(wish, [up, done]));
  return decision.kind === 'plan' ? decision.containers.map(({ name }) => name) : [];
}

const LOGS = { verb: 'logs', follow: false, tail: null, since: null, timestamps: false } as const;
const EXEC = {
  verb: 'exec',
  command: ['ls', '-l', 'a b'],
  interactive: true,
  tty: true,
  workdir: null,
  user: null,
} as const;

describe('a lifecycle verb', () => {
  const rows: readonly {
    readonly name: string;
    readonly wish: LifecycleWish;
    readonly there: readonly ContainerFacts[];
    readonly plan: string;
  }[] = [
    {
      name: 'stop: the ones that run',
      wish: { verb: 'stop', timeout: null },
      there: [up, paused, done],
      plan: 'podman stop up paused\n',
    },
    { name: 'stop: with a time', wish: { verb: 'stop', timeout: 3000 }, there: [up], plan: 'podman stop -t 3 up\n' },
    { name: 'stop: nothing runs', wish: { verb: 'stop', timeout: null }, there: [done], plan: '' },
    {
      name: 'start: the ones that do not run',
      wish: { verb: 'start' },
      there: [up, done],
      plan: 'podman start done\n',
    },
    {
      name: 'restart: all',
      wish: { verb: 'restart', timeout: null },
      there: [up, done],
      plan: 'podman restart up done\n',
    },
    {
      name: 'down: stop what runs, then remove exactly the list',
      wish: { verb: 'down', timeout: null },
      there: [up, done],
      plan: 'podman stop up\npodman rm --force up done\n',
    },
    {
      name: 'down: nothing runs',
      wish: { verb: 'down', timeout: null },
      there: [done],
      plan: 'podman rm --force done\n',
    },
    { name: 'down: nothing there', wish: { verb: 'down', timeout: null }, there: [], plan: '' },
    {
      name: 'logs',
      wish: { ...LOGS, follow: true, tail: 10, since: '5m', timestamps: true },
      there: [done],
      plan: 'podman logs --follow --tail 10 --since 5m --timestamps done\n',
    },
    {
      name: 'exec',
      wish: { ...EXEC, workdir: '/w', user: '1000' },
      there: [up],
      plan: "podman exec --interactive --tty --workdir /w --user 1000 up ls -l 'a b'\n",
    },
  ];

  it.each(rows)('$name', ({ wish, there, plan }) => {
    const decision = decideLifecycle(input(wish, there));
    if (decision.kind !== 'plan') throw new Error(decision.message);
    expect(formatPlan(decision.plan, 'sh')).toBe(plan);
    for (const step of decision.plan.steps) expect(step.why).not.toBe('');
  });

  it('lists exactly what it touches', () => {
    expect(names({ verb: 'stop', timeout: null })).toEqual(['up']);
    expect(names({ verb: 'start' })).toEqual(['done']);
    expect(names({ verb: 'down', timeout: null })).toEqual(['up', 'done']);
  });

  it.each([
    [
      'a container of another project',
      { verb: 'down', timeout: null } as const,
      [container({ labels: { 'podctl.project': 'else-1' } })],
      'REFUSED',
    ],
    [
      'a container without labels',
      { verb: 'stop', timeout: null } as const,
      [up, container({ labels: {} })],
      'REFUSED',
    ],
    ['logs of two', LOGS, [up, done], 'USAGE'],
    ['exec without any', EXEC, [], 'USAGE'],
    ['exec in one that ended', EXEC, [done], 'UNAVAILABLE'],
  ])('refuses %s', (_, wish, there, code) => {
    const decision = decideLifecycle(input(wish, there));
    expect(decision).toMatchObject({ kind: 'refused', code, hint: expect.stringMatching(/./) });
  });

  it('shares the terminal with logs and exec, and keeps the words of the others for errors', () => {
    const outputs = [LOGS, EXEC, { verb: 'stop', timeout: null } as const].map((wish) => {
      const decision = decideLifecycle(input(wish, [up]));
      return decision.kind === 'plan' ? decision.plan.steps.map((step) => (step.do === 'exec' ? step.output : '')) : [];
    });
    expect(outputs).toEqual([['attached'], ['attached'], ['quiet']]);
  });
});
