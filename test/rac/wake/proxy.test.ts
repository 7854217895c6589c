import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Ask,
  ask,
  connected,
  listening,
  portOf,
  raw,
  until,
  type WakeBed,
  wakeBed,
} from '../../support/wake-bed.js';

let bed: WakeBed;
beforeEach(async () => {
  bed = await wakeBed();
});
afterEach(() => bed.close());

/** What the application sees of a request. */
async function seenBy(what: Ask): Promise<Record<string, unknown>> {
  bed.app.handle = (req, res) => res.end(JSON.stringify({ url: req.url, raw: req.rawHeaders, ...req.headers }));
  const { text, status } = await ask(bed.port, what);
  expect(status).toBe(200);
  return JSON.parse(text) as Record<string, unknown>;
}

describe('a request', () => {
  it('reaches the application, its answer the client, and the first one says that it woke it', async () => {
    const first = await ask(bed.port);
    expect(first).toMatchObject({ status: 200, text: 'hello' });
    expect(first.headers['x-rac-cold-start']).toBe('removed;dur=0');
    expect(first.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    const second = await ask(bed.port);
    expect(second.headers['x-rac-cold-start']).toBeUndefined();
    expect(bed.calls).toEqual(['wake app']);
  });

  it('loses its hop-by-hop headers, also those that Connection names, and RAC’s own', async () => {
    const seen = await seenBy({
      headers: {
        Connection: 'close, X-Secret-Hop, Content-Length',
        'X-Secret-Hop': '1',
        'Keep-Alive': 'timeout=1',
        'Proxy-Connection': 'close',
        'Proxy-Authorization': 'Basic x',
        TE: 'gzip',
        Proxy: 'http://evil',
        'X-RAC-Anything': '1',
        'X-Kept': 'yes',
      },
    });
    for (const gone of [
      'x-secret-hop',
      'keep-alive',
      'proxy-connection',
      'proxy-authorization',
      'te',
      'proxy',
      'x-rac-anything',
    ])
      expect(seen[gone]).toBeUndefined();
    expect(seen['x-kept']).toBe('yes');
  });

  it('says where it comes from, and believes no stranger about that', async () => {
    const seen = await seenBy({
      headers: {
        'X-Forwarded-For': '6.6.6.6',
        X_Forwarded_For: '6.6.6.6',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'evil',
        'X-Forwarded-Port': '1',
        Forwarded: 'for=6.6.6.6',
        'X-Real-IP': '6.6.6.6',
        'X-Request-Id': 'mine',
      },
    });
    expect(seen).toMatchObject({
      host: 'app.localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'app.localhost',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1;host="app.localhost";proto=http',
    });
    expect(seen['x-request-id']).not.toBe('mine');
    expect(JSON.stringify(seen)).not.toContain('6.6.6.6');
  });

  it('may be written in absolute form for the same host, and keeps its query', async () => {
    bed.app.handle = (req, res) => res.end(req.url);
    const text = await raw(
      bed.port,
      'GET http://APP.localhost/a%2Fb?c=d HTTP/1.1\r\nHost: app.localhost:80\r\nConnection: close\r\n\r\n',
    );
    expect(text).toContain('/a%2Fb?c=d');
  });

  it('with a body arrives whole, by length and in chunks, with its trailers', async () => {
    bed.app.handle = (req, res) => {
      let text = '';
      req.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      req.on('end', () =>
        res.end(`${req.method} ${text} ${JSON.stringify(req.trailers)} ${req.headers['content-length']}`),
      );
    };
    expect((await ask(bed.port, { method: 'POST', body: 'abc' })).text).toBe('POST abc {} 3');
    const chunked = await raw(
      bed.port,
      'POST / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\nHost: evil\r\n\r\n',
    );
    expect(chunked).toContain('POST abc {"x-sum":"7"} undefined');
    expect((await ask(bed.port, { method: 'POST' })).text).toBe('POST  {} 0');
  });

  it('that expects 100-continue gets it from the application, or is refused before it sends', async () => {
    bed.backend.on('checkContinue', (req, res) => {
      if (req.url === '/no') {
        res.writeHead(413, { Connection: 'close' });
        res.end();
        return;
      }
      res.writeContinue();
      req.on('data', () => undefined).on('end', () => res.end('taken'));
    });
    const head = (path: string): string =>
      `PUT ${path} HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`;
    const socket = await connected(bed.port);
    socket.write(head('/yes'));
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('abc');
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect(second.toString()).toContain('taken');
    socket.destroy();
    const refused = await connected(bed.port);
    refused.write(head('/no'));
    const [answer] = (await once(refused, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    refused.destroy();
  });
});

describe('an answer', () => {
  it('of HEAD, 204 and 304 has no body and keeps its headers', async () => {
    bed.app.handle = (req, res) => {
      if (req.url === '/204') res.writeHead(204).end();
      else if (req.url === '/304') res.writeHead(304, { ETag: '"a"', 'Content-Length': 5 }).end();
      else res.writeHead(200, { 'Content-Length': 5 }).end(req.method === 'HEAD' ? undefined : 'abcde');
    };
    const head = await ask(bed.port, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe('5');
    expect(await ask(bed.port, { path: '/204' })).toMatchObject({ status: 204, text: '' });
    const unchanged = await ask(bed.port, { path: '/304' });
    expect(unchanged).toMatchObject({ status: 304, text: '' });
    expect(unchanged.headers.etag).toBe('"a"');
  });

  it('of any bytes and any size arrives byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (const copies of [1, 64, 65, 4096]) {
      const body = Buffer.concat(Array.from({ length: copies }, () => bytes));
      bed.app.handle = (_req, res) => res.writeHead(200, { 'Content-Length': body.length, 'X-Sign': 'ä' }).end(body);
      const text = await raw(bed.port, 'GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\n\r\n');
      expect(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1').equals(body)).toBe(true);
      expect(text).toContain('X-Sign: ä');
    }
  });

  it('keeps several headers of one name and trailers, and speaks neither for RAC nor for other hosts', async () => {
    bed.app.handle = (_req, res) => {
      res.writeHead(200, [
        ['Set-Cookie', 'a=1; Domain=localhost; Path=/'],
        ['Set-Cookie', 'b=2; Path=/; domain=.APP.localhost'],
        ['X-RAC-Cold-Start', 'lie'],
        ['Keep-Alive', 'timeout=77'],
        ['Trailer', 'X-Sum'],
      ] as unknown as string[]);
      res.write('body');
      res.addTrailers({ 'X-Sum': '9' });
      res.end();
    };
    await ask(bed.port);
    const answer = await ask(bed.port);
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Path=/; domain=.APP.localhost']);
    expect(answer.headers['x-rac-cold-start']).toBeUndefined();
    expect(answer.rawHeaders.join()).not.toContain('timeout=77');
    expect(answer.trailers).toEqual({ 'x-sum': '9' });
  });

  it('of events is passed on at once, headers and each event', async () => {
    let send: (text: string) => void = () => undefined;
    bed.app.handle = (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.flushHeaders();
      send = (text) => res.write(text);
    };
    const out = request({ port: bed.port, agent: false, headers: { Host: 'app.localhost' } });
    out.end();
    const [answer] = (await once(out, 'response')) as [IncomingMessage];
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      send(event);
      const [chunk] = (await once(answer, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(event);
    }
    out.destroy();
  });

  it('that breaks off is broken off for the client too, and one that is no HTTP becomes 502', async () => {
    bed.app.handle = (req, res) => {
      if (req.url === '/bad') {
        req.socket.end('HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n');
        return;
      }
      res.writeHead(200, { 'Content-Length': 100 });
      res.write('half', () => req.socket.destroy());
    };
    await expect(ask(bed.port)).rejects.toThrow(/aborted|hang up/);
    expect(await ask(bed.port, { path: '/bad' })).toMatchObject({ status: 502 });
  });
});

describe('a connection', () => {
  it('serves several requests, and the application’s connections are used again', async () => {
    let connections = 0;
    bed.backend.on('connection', () => {
      connections += 1;
    });
    const text = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
    const answers = await raw(bed.port, `${text}${text}${text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`);
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    await ask(bed.port);
    await ask(bed.port);
    // Three that waited for the start, and one of the quick way.
    expect(connections).toBeLessThanOrEqual(4);
  });

  it('at rest that the application has closed is no failure: nothing was answered there', async () => {
    let count = 0;
    bed.app.handle = (req, res) => {
      count += 1;
      // The second request on a connection finds it closed, without a word; the first of all came another way, with the start.
      if (count === 3) req.socket.destroy();
      else res.end('hello');
    };
    for (let asked = 0; asked < 3; asked++) expect(await ask(bed.port)).toMatchObject({ status: 200 });
    expect(count).toBe(4);
  });

  it('at rest that was closed does not make a POST happen twice', async () => {
    let posts = 0;
    bed.app.handle = (req, res) => {
      if (req.method !== 'POST') {
        res.end('hello');
        return;
      }
      posts += 1;
      req.socket.destroy();
    };
    await ask(bed.port);
    expect(await ask(bed.port, { method: 'POST', body: 'x' })).toMatchObject({ status: 502 });
    expect(posts).toBe(1);
  });

  it('that the client gives up ends the application’s request too', async () => {
    const ended = new Promise<void>((resolve) => {
      bed.app.handle = (req, res) => {
        res.write('begun');
        req.socket.once('close', () => resolve());
      };
    });
    const out = request({ port: bed.port, agent: false, headers: { Host: 'app.localhost' } });
    out.on('error', () => undefined);
    out.end();
    await once(out, 'response');
    out.destroy();
    await ended;
    await until(() => bed.wake.tiers.open('app') === 0);
    expect(bed.wake.tiers.open('app')).toBe(0);
  });

  it('with a large upload to a slow application is held back, not kept in memory', async () => {
    let release: () => void = () => undefined;
    let taken = 0;
    bed.app.handle = (req, res) => {
      release = () => {
        req.on('data', (chunk: Buffer) => {
          taken += chunk.length;
        });
        req.on('end', () => res.end(String(taken)));
      };
    };
    const size = 64 * 1024 * 1024;
    const out = request({
      port: bed.port,
      agent: false,
      method: 'PUT',
      headers: { Host: 'app.localhost', 'Content-Length': size },
    });
    const piece = Buffer.alloc(256 * 1024);
    let sent = 0;
    const answered = once(out, 'response');
    const push = (): void => {
      while (sent < size) {
        sent += piece.length;
        if (!out.write(piece)) {
          out.once('drain', push);
          return;
        }
      }
      out.end();
    };
    push();
    // It stands still far from the end: what is on the way lies in the buffers of four sockets.
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 300);
      });
    }
    expect(sent).toBeLessThan(size / 2);
    release();
    const [answer] = (await answered) as [IncomingMessage];
    answer.setEncoding('utf8');
    const [text] = (await once(answer, 'data')) as [string];
    expect(Number(text)).toBe(size);
  });
});

describe('a WebSocket', () => {
  it('is joined both ways, with the bytes that came along, and counts as use until it ends', async () => {
    bed.backend.on('upgrade', (req, socket, head) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: k\r\n\r\nfirst',
      );
      socket.write(head);
      socket.on('data', (chunk: Buffer) => socket.write(`<${chunk.toString()}>`));
    });
    const socket = await connected(bed.port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: app.localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: x\r\n\r\nearly',
    );
    await until(() => text.includes('firstearly') || text.includes('first<early>'));
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text).toMatch(/\r\nSec-WebSocket-Accept: k\r\n/);
    expect(bed.wake.tiers.open('app')).toBe(1);
    socket.write('ping');
    await until(() => text.endsWith('<ping>'));
    socket.destroy();
    await until(() => bed.wake.tiers.open('app') === 0);
    expect(bed.wake.tiers.open('app')).toBe(0);
  });

  it('that the application refuses gets its answer', async () => {
    bed.backend.on('upgrade', (_req, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    });
    const text = await raw(
      bed.port,
      'GET /ws HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[^]*\r\n\r\nno$/);
    await until(() => bed.wake.tiers.open('app') === 0);
  });

  it('is the only upgrade: who asks for another protocol is answered as if not', async () => {
    const seen: string[] = [];
    bed.app.handle = (req, res) => {
      seen.push(req.rawHeaders.join());
      res.end('plain');
    };
    const text = await raw(
      bed.port,
      'GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(seen.join().toLowerCase()).not.toMatch(/upgrade|http2/);
  });
});

describe('where nothing is', () => {
  it('an unknown name is told so; one that cannot be served says why', async () => {
    expect(await ask(bed.port, { host: 'none.localhost' })).toMatchObject({ status: 404 });
    bed.served.set('held.localhost', {
      ok: false,
      name: 'held',
      reason: 'a stranger’s image: its owner has to adopt it',
    });
    const held = await ask(bed.port, { host: 'held.localhost' });
    expect(held).toMatchObject({ status: 503, text: 'a stranger’s image: its owner has to adopt it\n' });
    const page = await ask(bed.port, { host: 'none.localhost', headers: { Accept: 'text/html' } });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(await ask(bed.port, { host: '127.0.0.1' })).toMatchObject({
      status: 404,
      text: expect.stringContaining('not addresses'),
    });
  });

  it('an application that has gone is woken again for a request that was not sent', async () => {
    await ask(bed.port);
    const other = createServer((_req, res) => res.end('second'));
    await listening(other);
    const gone = portOf(bed.backend);
    bed.backend.closeAllConnections();
    bed.backend.close();
    Object.assign(bed.upstream, { port: portOf(other) });
    bed.tiers.set('app', 'holder');
    bed.clock.now += 60_000;
    expect(gone).not.toBe(portOf(other));
    const answer = await ask(bed.port);
    expect(answer).toMatchObject({ status: 200, text: 'second' });
    expect(answer.headers['x-rac-cold-start']).toMatch(/^holder;/);
    other.closeAllConnections();
    other.close();
  });
});
