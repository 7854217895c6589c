import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/engine/probe.js';
import type { Captured } from '../../src/engine/process.js';
import { type ReadyTarget, waitReady } from '../../src/engine/ready.js';
import type { KnockAnswer } from '../../src/io/net-port.js';
import { disk, done, FOUND, HOST, reply, silent } from './fakes.js';

const TARGET: ReadyTarget = {
  container: 'web',
  address: '127.0.0.1',
  port: 5001,
  containerPort: 5000,
  path: null,
  timeout: 1_000,
};
const INSPECT = 'unix:///var/run/docker.sock /v1.50/containers/web/json';
const HEAD = '  sl  local_address rem_address   st\n';
const LOOPBACK = '   0: 0100007F:1388 00000000:0000 0A 0:0 0:0 0 0 0 1 1\n';

function running(more: object = {}): Reply {
  return reply({ Id: 'c1', State: { Status: 'running', Pid: 77 }, HostConfig: { NetworkMode: 'bridge' }, ...more });
}

type Setting = {
  readonly target?: Partial<ReadyTarget>;
  readonly knocks?: readonly KnockAnswer[];
  readonly http?: readonly (Reply | Error)[];
  readonly container?: Reply;
  readonly programs?: Record<string, Captured | Error>;
  readonly files?: Record<string, string>;
  readonly found?: typeof FOUND;
};

async function wait({
  target,
  knocks = [],
  http = [],
  container = running(),
  programs = {},
  files = {},
  found = FOUND,
}: Setting) {
  let now = 0;
  let turn = 0;
  const asked: string[] = [];
  const next = <T>(list: readonly T[]): T => {
    const answer = list[Math.min(turn++, list.length - 1)];
    if (answer === undefined) throw new Error('unexpected look at the port');
    return answer;
  };
  const readiness = await waitReady(
    { ...TARGET, ...target },
    {
      found,
      host: HOST,
      files: disk({ '/home/ann/x': '', ...files }),
      clock: {
        now: () => now,
        sleep: (milliseconds) => {
          now += milliseconds;
          return Promise.resolve();
        },
      },
      tools: {
        knock: ({ address, port }) => {
          asked.push(`knock ${address} ${port}`);
          return Promise.resolve(next(knocks));
        },
        probe: (address, { path }) => {
          const key = `${address} ${path}`;
          if (key === INSPECT) return Promise.resolve(container);
          asked.push(key);
          const answer = next(http);
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
        run: ({ file, args }) => {
          const key = [file, ...args].join(' ');
          const answer = programs[key];
          if (answer === undefined) throw new Error(`unexpected command: ${key}`);
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
      },
    },
  );
  return { readiness, asked };
}

const LOGS = 'docker logs --tail 10 web';
const CAT = 'docker exec web cat /proc/net/tcp /proc/net/tcp6';

describe('waiting', () => {
  it('a connection that stays is enough; one that closes at once is not', async () => {
    const { readiness, asked } = await wait({ knocks: ['refused', 'closed', 'open'] });
    expect(readiness).toMatchObject({ ready: true });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['0.0.0.0', 'knock 127.0.0.1 5001'],
    ['::', 'knock ::1 5001'],
    ['192.0.2.7', 'knock 192.0.2.7 5001'],
  ])('published on %s', async (address, expected) => {
    expect((await wait({ target: { address }, knocks: ['open'] })).asked).toEqual([expected]);
  });

  it.each([
    [200, true],
    [404, true],
    [302, true],
  ])('over HTTP status %i is an answer', async (status, ready) => {
    const { readiness, asked } = await wait({
      target: { path: '/health', address: '::1' },
      http: [silent('no'), reply('', { status })],
    });
    expect(readiness.ready).toBe(ready);
    expect(asked[0]).toBe('tcp://[::1]:5001 /health');
  });

  it('gives up after its time, and not before', async () => {
    const { readiness } = await wait({ knocks: ['refused'], programs: { [CAT]: done(HEAD), [LOGS]: done('') } });
    expect(readiness.waited).toBeGreaterThanOrEqual(1_000);
    expect(readiness).toMatchObject({ ready: false, diagnosis: { kind: 'not-listening', logs: [] } });
  });
});

describe('not waiting for what will not come', () => {
  const files = (tcp: string) => ({ '/proc/77/cgroup': '0::/docker/c1\n', '/proc/77/net/tcp': HEAD + tcp });
  const target = { timeout: 60_000 };

  it.each([
    ['only on 127.0.0.1', LOOPBACK, 'loopback-only', 5_000],
    ['on another port', LOOPBACK.replace('0100007F:1388', '00000000:1F90'), 'other-port', 20_000],
    ['nowhere yet', '', 'not-listening', 60_000],
    ['in the right place, but slowly', LOOPBACK.replace('0100007F', '00000000'), 'no-answer', 60_000],
  ])('a program that listens %s', async (_where, tcp, kind, after) => {
    const { readiness } = await wait({ target, knocks: ['closed'], files: files(tcp), programs: { [LOGS]: done() } });
    expect(readiness).toMatchObject({ ready: false, diagnosis: { kind } });
    expect(readiness.waited).toBeGreaterThanOrEqual(after);
    expect(readiness.waited).toBeLessThan(after + 4_000);
  });
});

describe('finding out why', () => {
  it('an ended container is not waited for', async () => {
    const container = reply({ Id: 'c1', State: { Status: 'exited', ExitCode: 3 } });
    const programs = { [LOGS]: done('starting', { stderr: 'no \u001b[31mdatabase\n' }) };
    const { readiness } = await wait({ knocks: ['refused'], container, programs });
    expect(readiness).toMatchObject({
      ready: false,
      waited: 0,
      diagnosis: { kind: 'exited', exitCode: 3, logs: ['starting', 'no \\x1b[31mdatabase'] },
    });
  });

  it('a container that was removed', async () => {
    const { readiness } = await wait({ knocks: ['refused'], container: reply({ message: 'none' }, { status: 404 }) });
    expect(readiness).toMatchObject({ ready: false, diagnosis: { kind: 'gone' } });
  });

  it('its sockets are read from the host, where the process is really its', async () => {
    const files = { '/proc/77/cgroup': '0::/docker/c1\n', '/proc/77/net/tcp': HEAD + LOOPBACK };
    const { readiness } = await wait({ knocks: ['closed'], files, programs: { [LOGS]: done() } });
    expect(readiness).toMatchObject({ diagnosis: { kind: 'loopback-only' } });
  });

  it('else from inside', async () => {
    const files = { '/proc/77/cgroup': '0::/another\n', '/proc/77/net/tcp': HEAD };
    const programs = { [CAT]: done(HEAD + LOOPBACK + HEAD, { exitCode: 1 }), [LOGS]: done() };
    const { readiness } = await wait({ knocks: ['closed'], files, programs });
    expect(readiness).toMatchObject({ diagnosis: { kind: 'loopback-only' } });
  });

  it('an image without cat, or an engine program that is missing, leaves it unknown', async () => {
    for (const answer of [done('', { exitCode: 127 }), silent('`docker` was not found')]) {
      const { readiness } = await wait({ knocks: ['closed'], programs: { [CAT]: answer, [LOGS]: answer } });
      expect(readiness).toMatchObject({ diagnosis: { kind: 'unknown' } });
    }
  });

  it("in a virtual machine the host's processes are others", async () => {
    const files = { '/proc/77/cgroup': '0::/docker/c1\n', '/proc/77/net/tcp': HEAD };
    const found = { ...FOUND, facts: { ...FOUND.facts, vm: true } };
    const programs = { [CAT]: done(HEAD + LOOPBACK), [LOGS]: done() };
    const { readiness } = await wait({ knocks: ['closed'], files, found, programs });
    expect(readiness).toMatchObject({ diagnosis: { kind: 'loopback-only' } });
  });

  it("on the host's network other programs' ports are no clue", async () => {
    const files = { '/proc/77/cgroup': '0::/docker/c1\n', '/proc/77/net/tcp': HEAD + LOOPBACK.replace('1388', '0016') };
    const container = running({ HostConfig: { NetworkMode: 'host' } });
    const { readiness } = await wait({ knocks: ['closed'], container, files, programs: { [LOGS]: done() } });
    expect(readiness).toMatchObject({ diagnosis: { kind: 'not-listening' } });
  });

  it('an error answer is told with its status', async () => {
    const { readiness } = await wait({
      target: { path: '/' },
      http: [reply('', { status: 503 })],
      programs: { [LOGS]: done('busy') },
    });
    expect(readiness).toMatchObject({
      diagnosis: { kind: 'bad-status', sentence: 'the port answers, but with status 503', logs: ['busy'] },
    });
  });
});
