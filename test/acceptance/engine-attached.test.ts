import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { executePlan } from '../../src/engine/execute.js';
import { leaseOf } from '../../src/engine/lease.js';
import type { Step } from '../../src/plan/step.js';
import { buffers } from '../engine/fakes.js';
import {
  apiRun,
  bench,
  cliRun,
  type Desk,
  fileStep,
  LABEL,
  openDesk,
  planOf,
  type RunOptions,
  uniqueName,
} from '../engine/real.js';
import { describeEngines } from '../support/engines.js';
import { until } from '../support/machine.js';
import { inTurn, only, SOAK, shareOf, type Via } from '../support/soak.js';
import { hasContainer } from '../support/what-is-there.js';

describeEngines('attached runs', (engine) => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await openDesk(engine);
  });
  afterAll(async () => {
    desk.clear();
    await engine.clear(LABEL);
  });

  const exists = (name: string): Promise<boolean> => hasContainer(engine, name);

  type Ways = { steps: (run: Omit<RunOptions, 'engine'>, create?: object) => readonly Step[] };
  const ways: [Via, Ways][] = [
    ['cli', { steps: (run) => [cliRun({ engine, ...run })] }],
    ['api', { steps: (run, create) => apiRun({ engine, ...run }, create) }],
  ];

  describe.each(ways)('--via %s', (via, { steps }) => {
    it.each(inTurn(engine, via, 0).flatMap(() => (SOAK ? [0, 3, 143] : [3])))(
      'exit code %i arrives, with both outputs apart',
      async (code) => {
        const name = uniqueName();
        const { deps, terminal } = bench(desk);
        const script = `echo to stdout; echo to stderr >&2; exit ${code}`;
        const result = await executePlan(planOf(engine, steps({ name, script })), deps);
        expect([result, terminal.out(), terminal.err()]).toEqual([
          { exitCode: code, stdout: '' },
          'to stdout\n',
          'to stderr\n',
        ]);
        expect(await exists(name)).toBe(false);
      },
    );

    it.each(inTurn(engine, via, 1))('output is whole and in order', async () => {
      const { deps, terminal } = bench(desk);
      const script = 'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done';
      await executePlan(planOf(engine, steps({ name: uniqueName(), script })), deps);
      const lines = terminal.out().split('\n');
      expect([lines.length, lines[0], lines[19_999]]).toEqual([20_001, 'line 0', 'line 19999']);
    });

    it.each(inTurn(engine, via, 2))('stdin arrives, and its end too', async () => {
      const { deps, terminal } = bench(desk);
      const run = { name: uniqueName(), script: 'cat; echo over', options: ['--interactive'] };
      const plan = planOf(engine, steps(run, { OpenStdin: true, StdinOnce: true, AttachStdin: true }));
      const running = executePlan(plan, deps);
      terminal.stdin.write('hello\n');
      terminal.stdin.end('world\n');
      expect(await running).toEqual({ exitCode: 0, stdout: '' });
      expect(terminal.out()).toBe('hello\nworld\nover\n');
    });

    const passed = [
      ['SIGINT', 'INT', 22],
      ['SIGHUP', 'HUP', 23],
    ] as const;
    const signalled = [['SIGTERM', 'TERM', 21] as const, ...shareOf(engine, passed)];
    it.each(inTurn(engine, via, 3).flatMap(() => signalled))('%s reaches the container', async (signal, trap, code) => {
      const name = uniqueName();
      const { deps, terminal, signals } = bench(desk);
      const script = `trap 'exit ${code}' ${trap}; echo up; while :; do sleep 0.1; done`;
      const running = executePlan(planOf(engine, steps({ name, script })), deps);
      await until(() => terminal.out().includes('up'));
      expect(await leaseOf(name, { ...deps })).toBe('held');
      signals.send(signal);
      expect((await running).exitCode).toBe(code);
      expect(await exists(name)).toBe(false);
      expect(await leaseOf(name, { ...deps })).toBe('none');
      expect(signals.listeners()).toBe(0);
    });

    it.each(only(engine, 'podman').flatMap(() => inTurn(engine, via, 4)))(
      'a container that does not heed the signal is killed when its stop timeout is over',
      async () => {
        const name = uniqueName();
        const { deps, terminal, signals } = bench(desk);
        const script = "trap '' TERM; echo up; while :; do sleep 0.1; done";
        const plan = planOf(engine, steps({ name, script, container: { stopTimeout: 500 } }));
        const running = executePlan(plan, deps);
        await until(() => terminal.out().includes('up'));
        const begin = Date.now();
        signals.send('SIGTERM');
        expect((await running).exitCode).toBe(137);
        expect(Date.now() - begin).toBeGreaterThanOrEqual(500);
        expect(await exists(name)).toBe(false);
      },
    );

    it.each(inTurn(engine, via, 5))('a second SIGINT kills at once', async () => {
      const name = uniqueName();
      const { deps, terminal, signals } = bench(desk);
      const script = "trap '' INT; echo up; while :; do sleep 0.1; done";
      const plan = planOf(engine, steps({ name, script, container: { stopTimeout: 60_000 } }));
      const running = executePlan(plan, deps);
      await until(() => terminal.out().includes('up'));
      signals.send('SIGINT');
      signals.send('SIGINT');
      expect((await running).exitCode).toBe(137);
      expect(await exists(name)).toBe(false);
    });

    it.each(inTurn(engine, via, 6).flatMap(() => (SOAK ? [5, 30, 80, 160] : shareOf(engine, [5, 80]))))(
      'a signal after %i ms, while the container is being made, leaves none behind',
      async (after) => {
        const name = uniqueName();
        const { deps, signals } = bench(desk);
        const running = executePlan(
          planOf(
            engine,
            steps({ name, script: 'trap "exit 143" TERM; sleep 60 & wait', container: { stopTimeout: 500 } }),
          ),
          deps,
        );
        setTimeout(() => signals.send('SIGTERM'), after);
        // A shell that is process 1 ignores what comes before its trap; then its stop timeout ends it.
        expect([143, 137]).toContain((await running).exitCode);
        expect(await exists(name)).toBe(false);
        expect(await leaseOf(name, { ...deps })).toBe('none');
      },
    );

    it.each(inTurn(engine, via, 8))(
      'secret files go away as soon as the container exists, and the container has what they held',
      async () => {
        const name = uniqueName();
        const path = join(desk.folder, `${name}.env`);
        const { deps, terminal, signals } = bench(desk);
        const script = "trap 'exit 0' TERM; echo token is $TOKEN; while :; do sleep 0.1; done";
        const run = steps({ name, script, options: ['--env-file', path] }, { Env: [new Secret('TOKEN=s3cr3t')] });
        const plan = planOf(engine, [
          fileStep({ path, mode: 0o600, content: new Secret('TOKEN=s3cr3t\n') }),
          ...run,
          fileStep({ action: 'remove', path, always: true }),
        ]);
        const running = executePlan(plan, deps);
        await until(() => terminal.out().includes('token is s3cr3t'));
        // Through the API no step reads the file; it then stays until the end, as the plan says.
        await until(() => via === 'api' || !existsSync(path));
        signals.send('SIGTERM');
        await running;
        expect(existsSync(path)).toBe(false);
      },
    );

    it.each(inTurn(engine, via, 9))(
      'a container that cannot start fails with the words of the engine and leaves nothing',
      async () => {
        const name = uniqueName();
        const { deps, terminal } = bench(desk);
        const run = { name, script: 'true', options: ['--workdir', '/proc/none', '--entrypoint', '/none'] };
        const plan = planOf(engine, steps(run, { Entrypoint: ['/none'] }));
        const outcome = await executePlan(plan, deps).catch((error: unknown) => error);
        const told = outcome instanceof Error ? outcome.message : terminal.err();
        expect(told).toMatch(/none/);
        expect(await exists(name)).toBe(false);
      },
    );
  });

  describe('with a terminal, --via api', () => {
    const terminalBody = { Tty: true, OpenStdin: true, StdinOnce: true, AttachStdin: true };

    it('raw mode is set and given back, the window has the size of the terminal, input arrives as typed', async () => {
      const raw: boolean[] = [];
      const { deps, terminal, signals } = bench(desk, buffers({ isTTY: true, raw }));
      const script =
        'until [ "$(stty size)" = "31 97" ]; do sleep 0.05; done; stty size; read line; echo got $line; exit 5';
      const plan = planOf(
        engine,
        apiRun({ engine, name: uniqueName(), script, container: { tty: true } }, terminalBody),
      );
      const running = executePlan(plan, deps);
      await until(() => terminal.out().includes('31 97'));
      signals.send('SIGWINCH');
      terminal.stdin.write('typed\n');
      expect((await running).exitCode).toBe(5);
      expect(terminal.out()).toContain('got typed\r\n');
      expect(raw).toEqual([true, false]);
    });

    it('raw mode is given back after a failed start', async () => {
      const raw: boolean[] = [];
      const { deps } = bench(desk, buffers({ isTTY: true, raw }));
      const body = { ...terminalBody, Entrypoint: ['/none'] };
      const plan = planOf(
        engine,
        apiRun({ engine, name: uniqueName(), script: 'true', container: { tty: true } }, body),
      );
      await expect(executePlan(plan, deps)).rejects.toMatchObject({ code: 'CANNOT_CREATE' });
      // Podman refuses already when it is asked to attach, before the terminal is touched.
      expect(raw.at(-1) ?? false).toBe(false);
    });
  });

  it('a container with a terminal gets SIGTERM also where the program passes none on', async () => {
    const name = uniqueName();
    const { deps, terminal, signals } = bench(desk);
    const script = "trap 'exit 31' TERM; echo up; while :; do sleep 0.1; done";
    const run = cliRun({ engine, name, script, options: ['--tty'], container: { tty: true } });
    const running = executePlan(planOf(engine, [run]), deps);
    await until(() => terminal.out().includes('up'));
    signals.send('SIGTERM');
    expect((await running).exitCode).toBe(31);
  });

  it.each(only(engine, 'docker'))('without a socket the same rules hold', async () => {
    const name = uniqueName();
    const own = await openDesk(engine, 'program');
    const path = join(own.folder, 'env');
    const { deps, terminal, signals } = bench(own);
    const script = "trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done";
    const plan = planOf(engine, [
      fileStep({ path, mode: 0o600, content: 'A=1\n' }),
      cliRun({ engine, name, script, options: ['--env-file', path] }),
      fileStep({ action: 'remove', path, always: true }),
    ]);
    const running = executePlan(plan, deps);
    await until(() => terminal.out().includes('up') && !existsSync(path));
    signals.send('SIGTERM');
    expect((await running).exitCode).toBe(3);
    expect(await exists(name)).toBe(false);
    own.clear();
  });
});
