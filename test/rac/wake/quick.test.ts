import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPeers } from '../../../src/rac/wake/peers.js';
import { readAnswer } from '../../../src/rac/wake/quick-answer.js';
import { bodyReader } from '../../../src/rac/wake/quick-body.js';
import { peerOf, readQuick } from '../../../src/rac/wake/quick-request.js';
import { ask, connected, until, type WakeBed, wakeBed } from '../../support/wake-bed.js';

const stranger = peerOf('::ffff:192.0.2.7', { peers: openPeers([]), secure: false });
const HEAD = 'GET /a?b HTTP/1.1\r\nHost: app.localhost\r\nX-A: 1\r\n\r\n';
const quick = (text: string, peer = stranger) => readQuick(Buffer.from(text, 'latin1'), peer, null);

describe('a plain request', () => {
  it('is read whole, with what the application gets', () => {
    const read = quick(HEAD.replace('X-A', 'X-Forwarded-For: 6.6.6.6\r\nConnection: close\r\nX-RAC-B: 1\r\nX-A'));
    expect(read).toMatchObject({ target: '/a?b', plan: { last: true, toldId: undefined } });
    expect(read?.plan.headers).toBe(
      'Host: app.localhost\r\nX-A: 1\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app.localhost\r\n' +
        'X-Real-IP: 192.0.2.7\r\nForwarded: for=192.0.2.7;host="app.localhost";proto=http\r\nConnection: keep-alive\r\nX-Request-Id: ',
    );
  });

  it('of a trusted proxy keeps its id and its scheme', () => {
    const trusted = peerOf('192.0.2.7', { peers: openPeers(['192.0.2.0/24']), secure: false });
    const text = HEAD.replace(
      'X-A: 1',
      'X-Request-Id: mine\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.100.1',
    );
    expect(quick(text, trusted)?.plan.toldId).toBe('mine');
    expect(quick(text, trusted)?.plan.headers).toContain(
      'X-Forwarded-For: 198.51.100.1, 192.0.2.7\r\nX-Forwarded-Proto: https\r\n',
    );
    expect(quick(text)?.plan.toldId).toBeUndefined();
  });

  it('with the headers of the one before it is not read again', () => {
    const first = quick(HEAD);
    const second = readQuick(Buffer.from(HEAD.replace('/a?b', '/c')), stranger, first?.plan ?? null);
    expect(second?.target).toBe('/c');
    expect(second?.plan).toBe(first?.plan);
  });

  it.each([
    ['another method', HEAD.replace('GET', 'POST')],
    ['another version', HEAD.replace('1.1', '1.0')],
    ['a part of it', HEAD.slice(0, -1)],
    ['something behind it', `${HEAD}x`],
    ['another one behind it', HEAD + HEAD],
    ['a length', HEAD.replace('X-A: 1', 'content-length: 0')],
    ['chunks', HEAD.replace('X-A: 1', 'Transfer-Encoding: chunked')],
    ['an expectation', HEAD.replace('X-A: 1', 'Expect: 100-continue')],
    ['another protocol', HEAD.replace('X-A: 1', 'Upgrade: websocket')],
    ['headers that Connection names', HEAD.replace('X-A: 1', 'Connection: keep-alive, X-A')],
    ['a fold', HEAD.replace('X-A: 1', 'X-A: 1\r\n 2')],
    ['a bare line feed', HEAD.replace('X-A: 1', 'X-A: 1\nX-B: 2')],
    ['a bare carriage return', HEAD.replace('X-A: 1', 'X-A: 1\rX-B: 2')],
    ['a NUL', HEAD.replace('X-A: 1', 'X-A: \0')],
    ['a space before a colon', HEAD.replace('X-A: 1', 'X-A : 1')],
    ['no host', HEAD.replace('Host: app.localhost\r\n', '')],
    ['two hosts', HEAD.replace('X-A: 1', 'Host: app.localhost')],
    ['a host that is none', HEAD.replace('app.localhost', 'a_b')],
    ['a space in the target', HEAD.replace('/a?b', '/a b')],
    ['a fragment', HEAD.replace('/a?b', '/a#b')],
    ['another host in the target', HEAD.replace('/a?b', 'http://app.localhost/')],
    ['a path of RAC', HEAD.replace('/a?b', '/.well-known/rac/ready')],
    ['a head that is long', HEAD.replace('X-A: 1', `X-A: ${'a'.repeat(9_000)}`)],
  ])('is not one with %s', (_what, text) => {
    expect(quick(text)).toBeNull();
  });
});

describe('the head of an answer', () => {
  const read = (text: string) => readAnswer(text.replaceAll('\n', '\r\n'), 'app.localhost', null);

  it.each([
    ['HTTP/1.1 200 OK\nContent-Length: 5', { body: 5, stays: true }],
    ['HTTP/1.1 200 OK\nContent-Length: 5\nConnection: Close', { body: 5, stays: false }],
    ['HTTP/1.0 200 OK\nContent-Length: 5', { body: 5, stays: false }],
    ['HTTP/1.1 200 OK\nTransfer-Encoding: chunked', { body: 'chunked', stays: true }],
    ['HTTP/1.1 200 OK', { body: 'close', stays: false }],
    ['HTTP/1.1 304 \nContent-Length: 5', { body: 'none', stays: true, status: 304 }],
  ])('%j tells where its body ends', (text, what) => {
    expect(read(text)).toMatchObject(what);
  });

  it.each([
    'HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 5',
    'HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked',
    'HTTP/1.1 200 OK\nContent-Length: +5',
    'HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked',
    'HTTP/1.1 200 OK\nX-A : 1',
    'HTTP/1.1 200 OK\nX-A: 1\n 2',
    'HTTP/1.1 200 OK\nX-A: \x01',
    'HTTP/1.1 200 O\x7fK',
    'HTTP/1.1 101 Switching',
    'HTTP/2 200 OK',
    'hello',
  ])('%j is none', (text) => {
    expect(read(text)).toBeNull();
  });
});

describe('a body in chunks', () => {
  const WHOLE = '5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 7\r\n\r\n';

  it('is the same wherever it is cut', () => {
    for (let size = 1; size <= WHOLE.length; size++) {
      const body = bodyReader('chunked');
      let text = '';
      let done = false;
      for (let at = 0; at < WHOLE.length; at += size) {
        const read = body.read(Buffer.from(WHOLE.slice(at, at + size)));
        text += read?.pieces.join('') ?? 'wrong';
        done = read?.done ?? false;
        expect(read?.excess).toBe(false);
      }
      expect([text, done, body.trailers()]).toEqual(['hello!', true, ['X-Sum', '7']]);
    }
    expect(bodyReader('chunked').read(Buffer.from(`${WHOLE}HTTP/1.1`))).toMatchObject({ done: true, excess: true });
  });

  it.each(['x\r\n', '5\nhello', '-1\r\n', '5\r\nhelloo\r\n', '0\r\nX : 1\r\n', '\r\n', `${'1'.repeat(13)}\r\n`])(
    '%j is none',
    (text) => {
      expect(bodyReader('chunked').read(Buffer.from(text))).toBeNull();
    },
  );
});

describe('the quick way', () => {
  let bed: WakeBed;
  let bare: Server | null = null;
  beforeEach(async () => {
    bed = await wakeBed({ deps: { bounds: { headers: 300, rest: 300 } } });
    await ask(bed.port);
  });
  afterEach(async () => {
    await bed.close();
    bare?.close();
    bare = null;
  });

  /** An application that answers each request with the next of these, in two pieces with `|` between them; gives its connections. */
  async function says(...answers: readonly string[]): Promise<Socket[]> {
    const sockets: Socket[] = [];
    let count = 0;
    bare = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => {
        const answer = answers[count++ % answers.length] ?? '';
        const [head = '', rest] = answer.split('|');
        if (answer.startsWith('END ')) socket.end(answer.slice(4), 'latin1');
        else if (rest !== undefined)
          socket.write(head, 'latin1', () => setTimeout(() => socket.end(rest, 'latin1'), 20));
        else socket.write(answer, 'latin1');
      });
    });
    await new Promise<void>((resolve) => bare?.listen(0, '127.0.0.1', resolve));
    const address = bare.address();
    bed.change('app', {
      ...bed.upstream,
      port: typeof address === 'object' && address !== null ? address.port : 0,
      release: 2,
    });
    return sockets;
  }

  /** Sends a plain request, and gives all that has come when `end` is there. */
  async function get(client: Socket, end: string, text = HEAD): Promise<string> {
    let got = '';
    const listen = (chunk: Buffer): void => {
      got += chunk.toString('latin1');
    };
    client.on('data', listen);
    client.write(text);
    await until(() => got.endsWith(end) || client.destroyed);
    client.off('data', listen);
    return got;
  }

  it('keeps the connections of both sides', async () => {
    const sockets = await says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-RAC-A: 1\r\n\r\nok');
    const client = await connected(bed.port);
    for (let count = 0; count < 3; count++) {
      const text = await get(client, 'ok');
      expect(text).toMatch(
        /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\nDate: [^\r]+ GMT\r\nX-Request-Id: [0-9a-f-]{36}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=0\r\n\r\nok$/,
      );
    }
    expect(sockets).toHaveLength(1);
    expect(bed.wake.usage.of('app').requests).toBe(4);
    expect(await bed.wake.metrics.registry.metrics()).toContain('rac_requests_total{class="2xx"} 4');
    client.destroy();
  });

  it('carries chunks with their trailers, and gives chunks to what ends with its connection', async () => {
    await says(
      'HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nHost: evil\r\n\r\n',
      'END HTTP/1.0 200 OK\r\n\r\nall',
      'HTTP/1.0 200 OK\r\n\r\n|later',
    );
    const client = await connected(bed.port);
    expect(await get(client, '0\r\nX-Sum: 7\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n$/,
    );
    expect(await get(client, '0\r\n\r\n')).toMatch(
      /\r\nTransfer-Encoding: chunked\r\n[^]*\r\n\r\n3\r\nall\r\n0\r\n\r\n$/,
    );
    expect(await get(client, '\r\n0\r\n\r\n')).toMatch(/\r\n\r\n5\r\nlater\r\n0\r\n\r\n$/);
    client.destroy();
  });

  it('gives no client what came behind the answer of another one', async () => {
    const sockets = await says(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
    );
    const client = await connected(bed.port);
    for (let count = 0; count < 2; count++) expect(await get(client, 'ok')).not.toContain('evil');
    expect(sockets).toHaveLength(2);
    sockets[1]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    client.destroy();
  });

  it('says 502 for an answer that is none, and cuts one that breaks off', async () => {
    await says('HTTP/1.1 200 OK\r\nX-A : 1\r\n\r\n', 'END HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'END ');
    for (const answer of [/^HTTP\/1\.1 502 Bad Gateway\r\n/, /^HTTP\/1\.1 200 OK\r\n[^]*half$/, /^HTTP\/1\.1 502 /]) {
      const client = await connected(bed.port);
      expect(await get(client, 'never')).toMatch(answer);
    }
    expect(bed.log.filter((line) => line.startsWith('no-answer'))).toHaveLength(2);
    await until(() => bed.wake.tiers.open('app') === 0);
  });

  it('leads to the library whatever comes that is not plain, and what stands in line is answered in its order', async () => {
    bed.app.handle = (req, res) => {
      req.on('data', () => undefined).on('end', () => setTimeout(() => res.end(`<${req.method} ${req.url}>`), 20));
    };
    const client = await connected(bed.port);
    let text = '';
    client.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    client.write(HEAD);
    await until(() => bed.wake.tiers.open('app') === 1);
    client.write(
      'POST /2 HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: app.local',
    );
    client.write('host\r\n\r\n');
    await until(() => text.includes('</3>') || text.includes('/3>'));
    expect(text.match(/<[^>]+>/g)).toEqual(['<GET /a?b>', '<POST /2>', '<GET /3>']);
    client.destroy();
  });

  it('waits for a client that reads slowly', async () => {
    const body = 'x'.repeat(32 * 1024 * 1024);
    let sent = 0;
    bed.app.handle = (_req, res) => {
      res.writeHead(200, { 'Content-Length': body.length });
      res.end(body, () => {
        sent = body.length;
      });
    };
    const client = await connected(bed.port);
    client.pause();
    client.write(HEAD);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 300);
    });
    expect(sent).toBe(0);
    expect(bed.wake.tiers.open('app')).toBe(1);
    let got = 0;
    client.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    client.resume();
    await until(() => got > body.length);
    await until(() => bed.wake.tiers.open('app') === 0);
    client.destroy();
  });

  it('ends the application’s request when the client goes', async () => {
    const sockets = await says('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    const client = await connected(bed.port);
    await get(client, 'half');
    const closed = once(sockets[0] ?? client, 'close');
    expect(bed.wake.tiers.open('app')).toBe(1);
    client.destroy();
    await closed;
    await until(() => bed.wake.tiers.open('app') === 0);
  });

  it('ends who says nothing', async () => {
    const silent = await connected(bed.port);
    expect(await get(silent, 'never', '')).toMatch(/^HTTP\/1\.1 408 /);
    const client = await connected(bed.port);
    await get(client, 'hello');
    expect(await get(client, 'never', '')).toBe('');
  });

  it('wakes the name again when nobody listens any more', async () => {
    await says('END HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    bare?.close();
    bed.tiers.set('app', 'holder');
    bed.clock.now += 60_000;
    const client = await connected(bed.port);
    expect(await get(client, 'hello')).toContain('\r\nX-RAC-Cold-Start: holder;');
    client.destroy();
  });
});
