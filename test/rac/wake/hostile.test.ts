import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, connected, raw, until, type WakeBed, wakeBed } from '../../support/wake-bed.js';

let bed: WakeBed;
let bare: Server | null = null;
beforeEach(async () => {
  bed = await wakeBed();
});
afterEach(async () => {
  await bed.close();
  bare?.close();
  bare = null;
});

/** An application that says exactly these bytes, whatever it is asked; gives its connections. */
async function says(answer: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  bare = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(answer, 'latin1'));
  });
  await new Promise<void>((resolve) => bare?.listen(0, '127.0.0.1', resolve));
  const address = bare.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  bed.change('app', { ...bed.upstream, port, release: 2 });
  return sockets;
}

const alive = async (): Promise<boolean> => (await ask(bed.port, { host: 'nobody.localhost' })).status === 404;

describe('nothing ends RAC', () => {
  it('trailers that are announced where none can come', async () => {
    const text = await raw(
      bed.port,
      'GET / HTTP/1.1\r\nHost: app.localhost\r\nTrailer: X\r\nConnection: close\r\n\r\n',
    );
    expect(text).toContain('hello');
    const post =
      'POST / HTTP/1.1\r\nHost: app.localhost\r\nTrailer: X\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1';
    expect(await raw(bed.port, post)).toContain('hello');
    expect(await alive()).toBe(true);
  });

  it('an answer that announces trailers where none can come', async () => {
    await says('HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 2\r\n\r\n');
    expect((await ask(bed.port, { method: 'HEAD' })).status).toBe(200);
    expect(await alive()).toBe(true);
  });

  it.each(['200 O\x01K', '200 O\x7fK', '099 Low', '000 None', '101 Switching', '999 High'])(
    'an answer with the status line `%s`',
    async (line) => {
      await says(`HTTP/1.1 ${line}\r\nContent-Length: 2\r\n\r\nok`);
      const { status } = await ask(bed.port);
      expect([502, 999]).toContain(status);
      expect(await alive()).toBe(true);
    },
  );

  it('a connection that is reset right after CONNECT', async () => {
    for (let count = 0; count < 50; count++) {
      const socket = await connected(bed.port);
      socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n');
      await new Promise<void>((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
    expect(await alive()).toBe(true);
  });
});

describe('an upload that is answered early', () => {
  it('leaves no connection behind whose body is still open', async () => {
    const sockets = await says('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
    const client = await connected(bed.port);
    client.write('POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 10\r\n\r\n12345');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toContain('413');
    client.write('67890');
    await until(() => bed.wake.tiers.open('app') === 0);
    const next = await ask(bed.port);
    expect(next.status).toBe(413);
    // The second request is on a connection of its own: the first one still waits for a body there.
    expect(sockets).toHaveLength(2);
    client.destroy();
  });

  it('does not keep its connection open for ever', async () => {
    await bed.close();
    bed = await wakeBed({ deps: { bounds: { rest: 300 } } });
    await says('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
    const client = await connected(bed.port);
    client.write('POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 10\r\n\r\n12345');
    await once(client, 'data');
    client.resume();
    client.write('67890');
    const [hadError] = await once(client, 'close');
    expect(hadError).toBe(false);
  });
});

describe('who has gone', () => {
  it('is not inside any more, though requests stood in line on one connection', async () => {
    bed.app.handle = () => undefined;
    const client = await connected(bed.port);
    client.write('GET /1 HTTP/1.1\r\nHost: app.localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
    await until(() => bed.wake.tiers.open('app') === 2);
    client.destroy();
    await until(() => bed.wake.tiers.open('app') === 0);
    expect(await alive()).toBe(true);
  });

  it('is not inside any more when its WebSocket was refused, though it holds its side open', async () => {
    await says('HTTP/1.1 403 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
    const client = connect({ port: bed.port, host: '127.0.0.1', allowHalfOpen: true });
    client.write(
      'GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toContain('403');
    client.resume();
    await until(() => bed.wake.tiers.open('app') === 0);
    client.destroy();
  });

  it.runIf(process.platform === 'linux')('without a word is found out by the system', async () => {
    const client = await connected(bed.port);
    const port = bed.port.toString(16).toUpperCase().padStart(4, '0');
    const timers = (): string[] =>
      readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = '', , state]) => local.endsWith(`:${port}`) && state === '01')
        .map(([, , , , , timer = '']) => timer.slice(0, 2));
    await until(() => timers().length > 0);
    await ask(bed.port);
    // 02: a keep-alive timer.
    expect(timers()).toEqual(['02']);
    client.destroy();
  });

  it('has not sent more than a bounded number of requests at once', async () => {
    let most = 0;
    bed.app.handle = () => {
      most += 1;
    };
    const text = await raw(bed.port, 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n'.repeat(500));
    expect(text).toBe('');
    await until(() => bed.wake.tiers.open('app') === 0);
    expect(most).toBeLessThan(100);
  });

  it('is not inside any more after another protocol was asked for', async () => {
    const client = await connected(bed.port);
    client.write('GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toContain('hello');
    client.end();
    await until(() => bed.wake.tiers.open('app') === 0);
    expect(await alive()).toBe(true);
  });

  it('is not inside any more while another protocol’s answer is waited for', async () => {
    bed.app.handle = () => undefined;
    const client = await connected(bed.port);
    client.write('GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    await until(() => bed.wake.tiers.open('app') === 1);
    client.destroy();
    await until(() => bed.wake.tiers.open('app') === 0);
    expect(await alive()).toBe(true);
  });
});
