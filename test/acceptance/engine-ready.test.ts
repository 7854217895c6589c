import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../../src/engine/probe.js';
import { realProcesses } from '../../src/engine/process.js';
import { type Readiness, type ReadyDeps, waitReady } from '../../src/engine/ready.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { knock } from '../../src/io/net-port.js';
import { type Desk, LABEL, openDesk, uniqueName } from '../engine/real.js';
import { describeEngines } from '../support/engines.js';
import { freePort, until } from '../support/machine.js';
import { inTurn, only, SOAK, shareOf } from '../support/soak.js';

type More = {
  readonly path?: string;
  readonly timeout?: number;
  readonly remove?: boolean;
  /** What its program says once it listens: only then the wait begins. */
  readonly says?: string;
  readonly deps?: Partial<ReadyDeps>;
};

/** For what is there, or ends, by itself: only what hangs gets there. */
const LONG = 120_000;
/** For what will not come. */
const SHORT = 400;

describeEngines('readiness', (engine) => {
  describe.each(['socket', 'program'] as const)('by %s', (way) => {
    const via = way === 'socket' ? 'api' : 'cli';
    let desk: Desk;

    beforeAll(async () => {
      desk = await openDesk(engine, way);
    });
    afterAll(async () => {
      desk.clear();
      await engine.clear(LABEL);
    });

    // A container that publishes its port 80, and the wait for it.
    const wait = async (script: string, more: More = {}) => {
      const name = uniqueName();
      const port = await freePort();
      const options = [
        '--name',
        name,
        '--label',
        LABEL,
        '-p',
        `127.0.0.1:${port}:80`,
        ...(more.remove ? ['--rm'] : []),
      ];
      const started = await engine.run(['run', '-d', ...options, engine.busybox, 'sh', '-c', script]);
      expect(started).toMatchObject({ code: 0 });
      const { path = null, timeout = SHORT, says } = more;
      if (says !== undefined) await until(async () => (await engine.run(['logs', name])).stdout.includes(says));
      const target = { container: name, address: '127.0.0.1', port, containerPort: 80, path, timeout };
      const deps = { found: desk.found, host: desk.host, files: realFiles(), clock: realClock, ...more.deps };
      try {
        return await waitReady(target, deps);
      } finally {
        await engine.run(['rm', '-f', name]);
      }
    };

    it.each(inTurn(engine, via, 0))('a process that ends: its exit code and last lines', async () => {
      const diagnosis = why(await wait('echo no database; exit 3', { timeout: LONG }));
      expect(diagnosis).toEqual({
        kind: 'exited',
        sentence: 'the container ended with exit code 3 before its port answered',
        hint: 'its last lines say why',
        exitCode: 3,
        logs: ['no database'],
      });
    });

    it.each(inTurn(engine, via, 1))('a server that listens only on 127.0.0.1 inside', async () => {
      const script = 'echo starting; httpd -p 127.0.0.1:80; echo listens; exec sleep 600';
      const diagnosis = why(await wait(script, { says: 'listens' }));
      expect(diagnosis).toMatchObject({
        kind: 'loopback-only',
        sentence: 'the program listens on 127.0.0.1:80 inside the container, where no published port can reach it',
        logs: ['starting', 'listens'],
      });
      expect(diagnosis?.hint).toContain('0.0.0.0');
    });

    it.each(only(engine, 'podman').flatMap(() => inTurn(engine, via, 2)))(
      'a server that listens on another port',
      async () => {
        const diagnosis = why(await wait('httpd -p 8080; echo listens; exec sleep 600', { says: 'listens' }));
        expect(diagnosis).toMatchObject({
          kind: 'other-port',
          sentence: 'nothing listens on port 80 inside the container; the program listens on 8080',
        });
      },
    );

    // What the way has no part in is asked by one of them; by both in long runs.
    if (way === 'program' && !SOAK) return;

    const waits: readonly (readonly [string, string | undefined])[] = [
      ['over HTTP', '/'],
      ['by a connection that stays', undefined],
    ];
    it.each(shareOf(engine, waits))('a server that starts late is waited for, %s', async (_how, path) => {
      const script = 'mkdir /w; echo hi > /w/index.html; sleep 0.5; exec httpd -f -p 80 -h /w';
      const readiness = await wait(script, { timeout: LONG, ...(path === undefined ? {} : { path }) });
      expect(readiness).toMatchObject({ ready: true });
    });

    it.each(only(engine, 'docker'))('a container that is gone', async () => {
      const diagnosis = why(await wait('exit 0', { timeout: LONG, remove: true }));
      expect(['gone', 'exited']).toContain(diagnosis?.kind);
    });

    it.each(only(engine, 'podman'))('nobody listens at all', async () => {
      expect(why(await wait('exec sleep 60'))?.kind).toBe('not-listening');
    });

    it.each(only(engine, 'docker'))('a server that answers with an error', async () => {
      const answer = "printf 'HTTP/1.0 503 no\\r\\n\\r\\n'";
      const script = `while :; do ${answer} | nc -l -p 80 >/dev/null; done`;
      // It is waited for until its first answer, however long that takes.
      const answered = new AbortController();
      const tools = {
        knock,
        run: realProcesses(desk.host).run,
        probe: async (...args: Parameters<typeof probe>) => {
          const reply = await probe(...args);
          answered.abort();
          return reply;
        },
      };
      const deps = { tools, signal: answered.signal };
      expect(why(await wait(script, { path: '/', timeout: LONG, deps }))).toMatchObject({
        kind: 'bad-status',
        sentence: 'the port answers, but with status 503',
      });
    });
  });
});

function why(readiness: Readiness) {
  return readiness.ready ? null : readiness.diagnosis;
}
