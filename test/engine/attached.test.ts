import { describe, expect, it } from 'vitest';
import { type AttachedDeps, runAttached } from '../../src/engine/attached.js';
import type { Connection } from '../../src/engine/engine.js';
import { leaseOf } from '../../src/engine/lease.js';
import type { Captured } from '../../src/engine/process.js';
import type { AttachedContainer, ExecStep } from '../../src/plan/step.js';
import {
  type ApiAnswers,
  buffers,
  DOCKER,
  disk,
  done,
  type FakeChild,
  fakeChild,
  fakeClock,
  fakeSignals,
  HOST,
  PODMAN,
  reply,
  settled,
  silent,
  strictProcesses,
  strictTools,
} from './fakes.js';

const INSPECT = 'podman container inspect web';
const RUNNING = done('[{"Id":"c1","State":{"Status":"running"},"Created":"1970-01-01T00:16:40Z"}]');
const MISSING = done('[]', { exitCode: 125, stderr: 'Error: no such container web' });

type Setting = {
  readonly container?: Partial<AttachedContainer>;
  readonly programs?: Record<string, Captured>;
  readonly isTTY?: boolean;
  readonly onCreated?: () => Promise<void>;
  readonly connection?: Connection;
  readonly api?: ApiAnswers;
  /** In place of an engine's program: one that itself ends what it started, and may take so long for it. */
  readonly patience?: number;
};

function begin({
  container,
  programs = {},
  isTTY = false,
  onCreated,
  connection = PODMAN,
  api = {},
  patience,
}: Setting) {
  const child: FakeChild = fakeChild();
  const answers: Record<string, Captured> = { [INSPECT]: RUNNING, ...programs };
  const processes = strictProcesses(answers, { child });
  const signals = fakeSignals();
  const clock = fakeClock();
  const terminal = buffers({ isTTY });
  const files = disk({ '/home/ann/x': '' });
  const deps: AttachedDeps = {
    connection,
    host: HOST,
    files,
    streams: terminal.streams,
    signals,
    clock,
    processes,
    probe: strictTools({ api }).probe,
    onCreated: onCreated ?? null,
  };
  const step: ExecStep = {
    do: 'exec',
    argv: ['podman', 'run', 'web'],
    env: {},
    output: 'attached',
    ...(patience === undefined
      ? { container: { name: 'web', remove: true, tty: false, stopTimeout: null, ...container } }
      : { patience, signalCode: true as const }),
    why: '',
    tokens: [],
  };
  const code = runAttached(step, deps);
  const lines = () => processes.commands.map(({ file, args }) => [file, ...args].join(' '));
  return { code, child, signals, clock, terminal, files, answers, lines, deps };
}

describe('signals', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s is passed to the engine program', async (signal) => {
    const run = begin({ programs: { 'podman kill c1': done(), 'podman rm --force --volumes c1': done() } });
    await settled();
    run.signals.send(signal);
    await settled();
    expect(run.child.received).toEqual([signal]);
    run.child.finish({ exitCode: 5 });
    expect(await run.code).toBe(5);
    expect(run.signals.listeners()).toBe(0);
  });

  it('SIGINT typed at a terminal is not sent a second time', async () => {
    const run = begin({
      isTTY: true,
      programs: { 'podman kill c1': done(), 'podman rm --force --volumes c1': done() },
    });
    await settled();
    run.signals.send('SIGINT');
    await settled();
    expect(run.child.received).toEqual([]);
    run.child.finish({ exitCode: 130 });
    expect(await run.code).toBe(130);
  });

  it('a container with a terminal of its own gets SIGTERM directly', async () => {
    const programs = {
      'podman kill --signal TERM web': done(),
      'podman kill c1': done(),
      'podman rm --force --volumes c1': done(),
    };
    const run = begin({ container: { tty: true }, programs });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    expect(run.child.received).toEqual([]);
    expect(run.lines()).toContain('podman kill --signal TERM web');
    run.child.finish({ exitCode: 143 });
    expect(await run.code).toBe(143);
  });

  it.each([
    ['its own', 3_000, 3_000],
    ["the engines'", null, 10_000],
  ])('after %s stop timeout the container is killed', async (_whose, stopTimeout, wait) => {
    const programs = {
      'podman kill --signal KILL web': done(),
      'podman kill c1': done(),
      'podman rm --force --volumes c1': done(),
    };
    const run = begin({ container: { stopTimeout }, programs });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    await run.clock.pass(wait - 1);
    expect(run.lines()).not.toContain('podman kill --signal KILL web');
    await run.clock.pass(1);
    expect(run.lines()).toContain('podman kill --signal KILL web');
    run.child.finish({ exitCode: 137 });
    expect(await run.code).toBe(137);
  });

  it('a second SIGINT kills at once, and the engine program itself where there is no container to kill', async () => {
    const programs = {
      'podman kill --signal KILL web': done('', { exitCode: 125, stderr: 'no such container' }),
      'podman kill c1': done(),
      'podman rm --force --volumes c1': done(),
    };
    const run = begin({ programs });
    await settled();
    run.signals.send('SIGINT');
    await settled();
    run.signals.send('SIGINT');
    await settled();
    expect(run.child.received).toEqual(['SIGINT', 'SIGKILL']);
    run.child.finish({ exitCode: 137, signal: 'SIGKILL' });
    expect(await run.code).toBe(137);
  });

  it('one that came before the container ran is sent again when it runs', async () => {
    const programs: Record<string, Captured> = {
      [INSPECT]: MISSING,
      'podman kill --signal TERM web': done(),
      'podman kill c1': done(),
      'podman rm --force --volumes c1': done(),
    };
    const run = begin({ programs });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    run.answers[INSPECT] = RUNNING;
    await run.clock.pass(100);
    expect(run.lines()).toContain('podman kill --signal TERM web');
    run.child.finish({ exitCode: 143 });
    expect(await run.code).toBe(143);
  });

  it('an engine program that ends with 0 before there was a container still means the signal', async () => {
    const run = begin({ programs: { [INSPECT]: MISSING } });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    run.child.finish({ exitCode: 0 });
    await settled();
    await run.clock.pass(2_000);
    expect(await run.code).toBe(143);
  });
});

describe('a program that itself ends what it started', () => {
  it('is not killed while it may take as long as it does', async () => {
    const run = begin({ patience: 90_000 });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    await run.clock.pass(89_999);
    expect(run.child.received).toEqual(['SIGTERM']);
    await run.clock.pass(1);
    expect(run.child.received).toEqual(['SIGTERM', 'SIGKILL']);
    run.child.finish({ exitCode: 137, signal: 'SIGKILL' });
    expect(await run.code).toBe(137);
  });

  it('gets a second Ctrl-C, on which it kills them, and is killed by a third', async () => {
    const run = begin({ patience: 90_000 });
    await settled();
    for (const _ of [1, 2, 3]) {
      run.signals.send('SIGINT');
      await settled();
    }
    expect(run.child.received).toEqual(['SIGINT', 'SIGINT', 'SIGKILL']);
    run.child.finish({ exitCode: 137, signal: 'SIGKILL' });
    expect(await run.code).toBe(137);
  });
});

it('the signal that ended a stack is its exit code, also when compose crashed over it', async () => {
  const run = begin({ patience: 90_000 });
  await settled();
  run.signals.send('SIGINT');
  await settled();
  run.child.finish({ exitCode: 2 });
  expect(await run.code).toBe(130);
  const undisturbed = begin({ patience: 90_000 });
  await settled();
  undisturbed.child.finish({ exitCode: 2 });
  expect(await undisturbed.code).toBe(2);
});

describe('after the end', () => {
  it('an undisturbed run asks the engine nothing', async () => {
    const run = begin({});
    await settled();
    run.child.finish({ exitCode: 3 });
    expect(await run.code).toBe(3);
    expect(run.lines()).toEqual(['podman run web']);
  });

  it('a container of that name that was there before is not removed', async () => {
    const old = done('[{"Id":"c0","State":{"Status":"running"},"Created":"1970-01-01T00:00:00Z"}]');
    const run = begin({ programs: { [INSPECT]: old } });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    run.child.finish({ exitCode: 125 });
    expect(await run.code).toBe(125);
  });

  it('one that is meant to stay is left', async () => {
    const run = begin({ container: { remove: false } });
    await settled();
    run.signals.send('SIGTERM');
    await settled();
    run.child.finish({ exitCode: 143 });
    expect(await run.code).toBe(143);
    expect(run.lines()).toEqual(['podman run web', INSPECT]);
  });

  it('a leftover that cannot be removed is told', async () => {
    const programs = {
      'podman kill c1': done(),
      'podman rm --force --volumes c1': done('', { exitCode: 1, stderr: 'device busy' }),
    };
    const run = begin({ programs });
    await settled();
    run.child.finish({ exitCode: 137, signal: 'SIGKILL' });
    expect(await run.code).toBe(137);
    expect(run.terminal.err()).toBe('podctl: container c1 was not removed: device busy\n');
  });

  it('one that the engine is removing by itself is waited for', async () => {
    const rm = 'podman rm --force --volumes c1';
    const removing = done('', { exitCode: 1, stderr: 'removal of container c1 is already in progress' });
    const run = begin({ programs: { 'podman kill c1': done(), [rm]: removing } });
    await settled();
    run.child.finish({ exitCode: 137, signal: 'SIGKILL' });
    await settled();
    run.answers[rm] = done('', { exitCode: 1, stderr: 'no such container' });
    await run.clock.pass(100);
    expect(await run.code).toBe(137);
    expect(run.lines().filter((line) => line === rm)).toHaveLength(2);
    expect(run.terminal.err()).toBe('');
  });
});

describe('secret files and the lease', () => {
  it('secrets go as soon as the container exists, and only once', async () => {
    let removed = 0;
    const programs: Record<string, Captured> = { [INSPECT]: MISSING };
    const onCreated = () => Promise.resolve(void (removed += 1));
    const run = begin({ programs, onCreated });
    await settled();
    await run.clock.pass(300);
    expect(removed).toBe(0);
    run.answers[INSPECT] = RUNNING;
    await run.clock.pass(450);
    await run.clock.pass(5_000);
    expect(removed).toBe(1);
    run.child.finish({});
    expect(await run.code).toBe(0);
  });

  it('the lease is held during the run and dropped after it', async () => {
    const run = begin({});
    await settled();
    const question = { connection: PODMAN, host: HOST, files: run.files, isAlive: () => true };
    expect(await leaseOf('web', question)).toBe('held');
    run.child.finish({});
    await run.code;
    expect(await leaseOf('web', question)).toBe('none');
  });
});

describe('killed by podctl', () => {
  it("the exit code says so, also where docker's client gave up by itself", async () => {
    const run = begin({
      programs: {
        'podman kill --signal KILL web': done(),
        'podman kill c1': done(),
        'podman rm --force --volumes c1': done(),
      },
    });
    await settled();
    run.signals.send('SIGINT');
    run.signals.send('SIGINT');
    await settled();
    run.child.finish({ exitCode: 1 });
    expect(await run.code).toBe(137);
  });
});

describe('out of memory', () => {
  const filters = encodeURIComponent('{"container":["web"],"event":["oom"]}');
  const question = `unix:///var/run/docker.sock /events?since=1000.000&until=1000.000&filters=${filters}`;

  it.each([
    ['docker saw it', reply('{"Action":"oom"}'), 71],
    ['docker saw nothing', reply(''), 137],
    ['docker does not say', reply('broken', { status: 500 }), 137],
    ['docker does not answer', silent('gone'), 137],
  ])('%s', async (_what, answer, expected) => {
    const run = begin({ connection: DOCKER, api: { [question]: answer } });
    await settled();
    run.child.finish({ exitCode: 137 });
    expect(await run.code).toBe(expected);
  });

  it('podman keeps no such events, so its 137 stays', async () => {
    const run = begin({});
    await settled();
    run.child.finish({ exitCode: 137 });
    expect(await run.code).toBe(137);
  });
});
