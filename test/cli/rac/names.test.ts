import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ExecSession } from '../../../src/rac/deploy/releases.js';
import { frameOf } from '../../../src/rac/web/exec-frames.js';
import { addAccount, addName, addRelease, ORIGIN, racOf, type WebRoom, webRoom } from '../../support/rac-web.js';
import { type CliRun, runCli } from '../../support/run-cli.js';
import type { MemoryOptions } from '../../support/world.js';

type How = MemoryOptions & { readonly as?: string };

/** `podctl rac WORDS`, with the command line's own client against RAC's own routes. */
function rac(room: WebRoom, words: readonly string[], { as = 'ann', ...options }: How = {}): Promise<CliRun> {
  const env = { PODCTL_RAC_TOKEN: `token-${as}`, PODCTL_RAC_SERVER: ORIGIN };
  return runCli(['rac', ...words], { ...options, host: { env }, engine: { rac: racOf(room) } });
}

async function annsRoom(parts: Parameters<typeof webRoom>[0] = {}): Promise<WebRoom> {
  const room = await webRoom(parts);
  for (const account of ['ann', 'bob']) addAccount(room.store, account);
  addName(room.store, 'ann/shop', { owner: 'ann' });
  return room;
}

describe('what can be seen of names', () => {
  it('names', async () => {
    const room = await annsRoom();
    addName(room.store, 'free');
    const { code, stdout } = await rac(room, ['names']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'NAME       OWNER   STATE   TIER     RELEASE   PUSHED             URL',
        'ann/shop   ann     on      holder   1 1       2026-01-02 03:04   http://ann--shop.localhost:8080/',
        'free       -       on      holder   2 1       2026-01-02 03:04   http://free.localhost:8080/',
        '',
      ].join('\n'),
    );
    expect((await rac(room, ['names', 'sho'])).stdout).not.toContain('free');
  });

  it('more names than one answer holds, as JSON', async () => {
    const room = await annsRoom();
    for (let index = 0; index < 250; index += 1) addName(room.store, `n${index}`);
    const { stdout } = await rac(room, ['names', '--json']);
    const document = JSON.parse(stdout);
    expect([document.podctl, document.names.length]).toEqual([1, 251]);
  });

  it('releases, with nothing in them that a terminal obeys', async () => {
    const room = await annsRoom();
    addRelease(room.store, 'ann/shop', { tag: 'v2\u001b[2J', state: 'failed' });
    const { stdout } = await rac(room, ['releases', 'ann/shop']);
    expect(stdout).toContain('2         v2\\x1b[2J   sha256:bbbbbbbbbbbb   failed   2026-01-02 03:04   -');
    expect(stdout).not.toContain('\u001b');
  });

  it('status: warnings of labels, and why the last push failed', async () => {
    const problem = 'it never answered on port 80\nlistening on 8080';
    const room = await annsRoom({ releases: { ...(await webRoom()).releases, state: () => ({ ...STATE, problem }) } });
    addRelease(room.store, 'ann/shop', { tag: '2', state: 'failed', warnings: ['`rac.prot` is no label of RAC'] });
    const { code, stdout } = await rac(room, ['status', 'ann/shop']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'name       ann/shop',
        'url        http://ann--shop.localhost:8080/',
        'state      on, asleep',
        'owner      ann',
        `release    1 1 sha256:${'b'.repeat(64)}`,
        'pushed     2026-01-02 03:04',
        'warning    `rac.prot` is no label of RAC',
        'problem    it never answered on port 80',
        '  | listening on 8080',
        '',
      ].join('\n'),
    );
  });

  it('logs, each line to its own output', async () => {
    const room = await annsRoom();
    const { code, stdout, stderr } = await rac(room, ['logs', '--tail', '20', 'ann/shop']);
    expect([code, stdout, stderr]).toEqual([0, 'listening\n', '']);
    expect(room.calls).toEqual(['logs ann/shop 20']);
  });

  it('logs -f ends with an error when the server goes away', async () => {
    // The first look whether it is awake again fails; heartbeats never come.
    const sleep = (milliseconds: number): Promise<void> =>
      milliseconds < 1000 ? Promise.reject(new Error('stopping')) : new Promise(() => undefined);
    const room = await annsRoom({ sleep });
    const { code, stdout, stderr } = await rac(room, ['logs', '-f', 'ann/shop']);
    expect([code, stdout]).toEqual([69, 'listening\n']);
    expect(stderr).toContain('it sleeps');
  });
});

const STATE = {
  name: 'ann/shop',
  tier: 'holder',
  wanted: 'on',
  current: null,
  pinned: null,
  warnings: [],
  problem: null,
  disk: null,
} as const;

describe('what owners do', () => {
  it.each([
    [['rollback', 'ann/shop'], 'rollback ann/shop null', 'ann/shop: release 7 serves\n'],
    [['rollback', 'ann/shop', '3'], 'rollback ann/shop 3', 'ann/shop: release 7 serves\n'],
    [['pin', 'ann/shop'], 'pin ann/shop null', 'ann/shop: stays with release 7\n'],
    [['unpin', 'ann/shop'], 'unpin ann/shop', 'ann/shop: release 7 serves, and the next push takes over\n'],
    [['stop', 'ann/shop'], 'stop ann/shop', 'ann/shop: stopped; its data stay\n'],
    [['start', 'ann/shop'], 'start ann/shop', 'ann/shop: serves again\n'],
  ])('%j', async (words, call, told) => {
    const room = await annsRoom();
    const { code, stdout } = await rac(room, words);
    expect([code, stdout, room.calls]).toEqual([0, told, [call]]);
  });

  it.each([['rollback'], ['pin'], ['unpin'], ['stop'], ['start'], ['logs'], ['env', 'list'], ['rm']])(
    '%s of others is refused',
    async (...words) => {
      const room = await annsRoom();
      const { code, stderr } = await rac(room, [...words, 'ann/shop'], { as: 'bob' });
      expect([code, room.calls]).toEqual([77, []]);
      expect(stderr).toContain('`ann/shop` is claimed by ann');
    },
  );

  it("a stranger's image needs --adopt", async () => {
    const room = await annsRoom();
    room.store.run("UPDATE name SET wanted = 'held'");
    const refused = await rac(room, ['start', 'ann/shop']);
    expect(refused.code).toBe(77);
    expect(refused.stderr).toContain('podctl rac start ann/shop --adopt');
    expect((await rac(room, ['start', '--adopt', 'ann/shop'])).code).toBe(0);
  });

  it.each(['0', 'one', '-1', '1.5'])('release %s is none', async (word) => {
    const room = await annsRoom();
    expect((await rac(room, ['rollback', 'ann/shop', '--', word])).code).toBe(64);
    expect(room.calls).toEqual([]);
  });

  it('a name that is not there', async () => {
    const { code, stderr } = await rac(await annsRoom(), ['stop', 'ann/none']);
    expect(code).toBe(66);
    expect(stderr).toContain('there is no such name here');
  });
});

describe('rm', () => {
  it('lists what goes, and takes nothing without the name', async () => {
    const room = await annsRoom();
    const { code, stderr } = await rac(room, ['rm', 'ann/shop']);
    expect([code, room.calls]).toEqual([77, []]);
    expect(stderr).toContain('its container and all its images (up to release 1)');
    expect(stderr).toContain('the variables KEY');
    expect(stderr).toContain('in scripts: --confirm ann/shop');
  });

  it('another name is no confirmation', async () => {
    const room = await annsRoom();
    expect((await rac(room, ['rm', 'ann/shop', '--confirm', 'ann'])).code).toBe(77);
    expect(room.calls).toEqual([]);
  });

  it('--confirm', async () => {
    const room = await annsRoom();
    const { code, stdout } = await rac(room, ['rm', 'ann/shop', '--confirm', 'ann/shop']);
    expect([code, stdout, room.calls]).toEqual([0, 'ann/shop: removed\n', ['remove ann/shop']]);
  });

  it('the typed name', async () => {
    const room = await annsRoom();
    const type = (shown: string): string | undefined => (shown.includes('type the name') ? 'ann/shop\r' : undefined);
    expect((await rac(room, ['rm', 'ann/shop'], { tty: true, type })).code).toBe(0);
    expect(room.calls).toEqual(['remove ann/shop']);
  });
});

describe('env', () => {
  it('set: values on the line, in files, in the pipe; none is printed', async () => {
    const room = await annsRoom();
    const files = { '/home/ann/sky/shop.env': 'FROM_FILE="hunter 3"\n' };
    const { code, stdout, stderr } = await rac(
      room,
      ['env', 'set', 'ann/shop', 'A=hunter1', 'B', '--env-file', 'shop.env'],
      { files, input: 'hunter2\n' },
    );
    expect([code, stdout]).toEqual([0, 'ann/shop: set FROM_FILE, A, B\n']);
    expect(stderr).not.toContain('hunter');
    expect(room.values).toEqual({ FROM_FILE: 'hunter 3', A: 'hunter1', B: 'hunter2' });
  });

  it('set: asks for a value where there is a terminal', async () => {
    const room = await annsRoom();
    const type = (shown: string): string | undefined => (shown.includes('value of B') ? 'hunter2\r' : undefined);
    const { code, stderr } = await rac(room, ['env', 'set', 'ann/shop', 'B'], { tty: true, type });
    expect([code, room.values]).toEqual([0, { B: 'hunter2' }]);
    expect(stderr).not.toContain('hunter2');
  });

  it('set: one pipe is one value', async () => {
    const room = await annsRoom();
    expect((await rac(room, ['env', 'set', 'ann/shop', 'A', 'B'], { input: 'x' })).code).toBe(64);
    expect(room.calls).toEqual([]);
  });

  it('unset and list', async () => {
    const room = await annsRoom();
    expect((await rac(room, ['env', 'unset', 'ann/shop', 'KEY'])).stdout).toBe('ann/shop: unset KEY\n');
    expect((await rac(room, ['env', 'list', 'ann/shop'])).stdout).toBe(
      'KEY   SET                BY\nKEY   2026-01-02 03:04   ann\n',
    );
  });

  it.each([[['env', 'show', 'ann/shop']], [['env', 'set', 'ann/shop']], [['env', 'unset', 'ann/shop']]])(
    '%j is no use of it',
    async (words) => {
      expect((await rac(await annsRoom(), words)).code).toBe(64);
    },
  );
});

describe('exec', () => {
  /** A program that writes what it gets to stdout, in upper case, and one line to stderr; then ends with 3. */
  function upperCase(asked: unknown[]): (name: string, request: unknown) => Promise<ExecSession> {
    return (name, request) => {
      asked.push({ name, request });
      const output = new PassThrough();
      const input = new PassThrough();
      output.write(frameOf(2, 'ready\n'));
      input.on('data', (chunk) => output.write(frameOf(1, String(chunk).toUpperCase())));
      input.on('end', () => output.end());
      const stream = Duplex.from({ readable: output, writable: input });
      return Promise.resolve({ stream, resize: () => Promise.resolve(), exitCode: () => Promise.resolve(3) });
    };
  }

  it('carries both outputs, the input and the exit code', async () => {
    const asked: unknown[] = [];
    const room = await annsRoom();
    const other = await annsRoom({ releases: { ...room.releases, exec: upperCase(asked) } });
    const { code, stdout, stderr } = await rac(other, ['exec', 'ann/shop', '--', 'tr', '-d', 'a b'], {
      input: 'hello\n',
    });
    expect([code, stdout, stderr]).toEqual([3, 'HELLO\n', 'ready\n']);
    expect(asked).toMatchObject([{ name: 'ann/shop', request: { argv: ['tr', '-d', 'a b'], tty: false } }]);
  });

  it('is for the owner', async () => {
    const { code, stderr } = await rac(await annsRoom(), ['exec', 'ann/shop', '--', 'sh'], { as: 'bob', input: '' });
    expect(code).toBe(77);
    expect(stderr).toContain('claimed by ann');
  });
});
