import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askRac } from '../../../src/io/net-rac.js';
import type { ExecSession, Releases } from '../../../src/rac/deploy/releases.js';
import { listen } from '../../../src/rac/listen.js';
import type { WebDeps } from '../../../src/rac/web/deps.js';
import { FRAME, type Frame, frameOf, framesIn } from '../../../src/rac/web/exec-frames.js';
import { freePort } from '../../support/machine.js';
import { addAccount, addName, SETTINGS, webRoom } from '../../support/rac-web.js';

type Program = { readonly exec: Releases['exec']; readonly sizes: number[][]; readonly stopped: Promise<void> };

/** A program with a terminal that greets, answers each line, and ends with 5 when its input does. */
function program(): Program {
  const sizes: number[][] = [];
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return {
    sizes,
    stopped,
    exec: (_, { signal }) => {
      const [input, output] = [new PassThrough(), new PassThrough()];
      output.write('name? ');
      input.on('data', (chunk) => output.write(`hello ${String(chunk)}`));
      input.on('end', () => output.end());
      signal?.addEventListener('abort', () => {
        output.end();
        stop();
      });
      const session: ExecSession = {
        stream: Duplex.from({ readable: output, writable: input }),
        resize: (columns, rows) => Promise.resolve(void sizes.push([columns, rows])),
        exitCode: () => Promise.resolve(5),
      };
      return Promise.resolve(session);
    },
  };
}

async function begin({ exec }: Program, parts: Partial<WebDeps> = {}) {
  const port = await freePort();
  const base = await webRoom();
  const room = await webRoom({
    settings: { ...SETTINGS, apiPort: port },
    releases: { ...base.releases, exec },
    ...parts,
  });
  addAccount(room.store, 'ann');
  addName(room.store, 'ann/shop', { owner: 'ann' });
  const server = await listen(room.app, '127.0.0.1', port);
  const body = new PassThrough();
  const ended = new AbortController();
  body.write(frameOf(FRAME.control, JSON.stringify({ argv: ['sh'], tty: true, columns: 80, rows: 24 })));
  const answer = await askRac({
    method: 'POST',
    url: `http://127.0.0.1:${port}/api/v1/names/ann%2Fshop/exec`,
    headers: { authorization: 'Bearer token-ann' },
    body,
    signal: ended.signal,
  });
  const frames = framesIn(answer.body);
  const next = async (): Promise<Frame> => {
    const { value } = await frames.next();
    return value ?? { kind: -1, data: Buffer.alloc(0) };
  };
  return { body, next, ended, close: server.close, status: answer.status };
}

describe('exec over a real connection', () => {
  it('goes both ways at the same time, to the exit code', async () => {
    const made = program();
    const { body, next, close, status } = await begin(made);
    expect(status).toBe(200);
    // The answer begins while the question is still being asked.
    expect((await next()).data.toString()).toBe('name? ');
    body.write(frameOf(FRAME.input, 'ann\n'));
    expect((await next()).data.toString()).toBe('hello ann\n');
    body.write(frameOf(FRAME.control, JSON.stringify({ columns: 100, rows: 30 })));
    body.write(frameOf(FRAME.control, JSON.stringify({ columns: -1, rows: 1e9 })));
    body.write(frameOf(FRAME.input, 'bob\n'));
    expect((await next()).data.toString()).toBe('hello bob\n');
    expect(made.sizes).toEqual([
      [80, 24],
      [100, 30],
    ]);
    body.write(frameOf(FRAME.control, JSON.stringify({ end: true })));
    const end = await next();
    expect([end.kind, end.data.toString()]).toEqual([FRAME.end, '{"code":5}']);
    body.end();
    await close();
  });

  it('ends the program when the client goes away', async () => {
    const made = program();
    const { next, ended, close } = await begin(made);
    await next();
    ended.abort();
    await expect(made.stopped).resolves.toBeUndefined();
    await close();
  });

  it('ends the program when the token is revoked', async () => {
    const made = program();
    let good = true;
    let look = (): void => undefined;
    const ann = { kind: 'account', account: 'ann', admin: false, by: 'access', scope: null, address: '' } as const;
    const { next, close } = await begin(made, {
      identity: { byToken: () => (good ? ann : null), bySession: () => null },
      sleep: (_, signal) =>
        new Promise((resolve) => {
          look = resolve;
          signal.addEventListener('abort', () => resolve());
        }),
    });
    await next();
    good = false;
    look();
    await expect(made.stopped).resolves.toBeUndefined();
    await close();
  });
});
