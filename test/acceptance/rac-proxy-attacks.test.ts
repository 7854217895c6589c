import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, connected, raw, until, type WakeBed, wakeBed } from '../support/wake-bed.js';

// Rows of the attack table that belong to the proxy. Each is sent as bytes, as no client library would.

let bed: WakeBed;
/** Requests as the application saw them: line and headers. */
const seen: string[] = [];

beforeAll(async () => {
  bed = await wakeBed({
    private: ['secret'],
    deps: { bounds: { headers: 400, rest: 400, connections: 60, headerSize: 16_384 } },
    settings: { trustedProxies: ['192.0.2.0/24'] },
  });
  bed.served.set('secret.localhost', { ...appServed(), name: 'secret' });
  bed.answers.set('wake secret', async () => undefined);
  bed.app.handle = (req, res) => {
    seen.push([`${req.method} ${req.url}`, ...req.rawHeaders].join('\n'));
    req.resume();
    req.on('end', () => res.end('from the application'));
  };
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(() => bed.close());

function appServed() {
  const served = bed.served.get('app.localhost');
  if (served?.ok !== true) throw new Error('no app');
  return served;
}

const HOST = 'Host: app.localhost\r\n';
const CLOSE = 'Connection: close\r\n';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: app.localhost\r\n\r\n';

/** Requests that two servers in a row could read in two ways: each is refused, its connection closed, and nothing reaches the application. */
const REFUSED: readonly (readonly [string, string])[] = [
  [
    'length and chunks',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'chunks and length',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['two lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0\r\nContent-Length: 50\r\n\r\n${SMUGGLED}`],
  ['two equal lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`],
  ['a list of lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 3, 3\r\n\r\nabc`],
  ['a signed length', `POST / HTTP/1.1\r\n${HOST}Content-Length: +3\r\n\r\nabc`],
  ['a length in hexadecimal', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0x3\r\n\r\nabc`],
  ['an immense length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 99999999999999999999\r\n\r\nabc`],
  ['xchunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['chunked twice', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'two encodings',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['gzip, chunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['a space before the colon', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'a vertical tab in the encoding',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['a folded header', `GET / HTTP/1.1\r\n${HOST}X-A: 1\r\n  folded\r\n\r\n`],
  ['a folded first header', `GET / HTTP/1.1\r\n Host: app.localhost\r\n\r\n`],
  ['bare line feeds', `GET / HTTP/1.1\n${HOST.replace('\r', '')}\n`],
  ['a bare line feed that hides a header', `GET / HTTP/1.1\r\n${HOST}X-A: 1\nTransfer-Encoding: chunked\r\n\r\n`],
  ['a bare carriage return', `GET / HTTP/1.1\r\n${HOST}X-A: 1\rX-B: 2\r\n\r\n`],
  ['a NUL in a header', `GET / HTTP/1.1\r\n${HOST}X-A: \0\r\n\r\n`],
  ['a header without a name', `GET / HTTP/1.1\r\n${HOST}: x\r\n\r\n`],
  [
    'a chunk size that is none',
    `POST / HTTP/1.1\r\n${HOST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n`,
  ],
  ['chunks of HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\nX-A: 1\r\n\r\n'],
  ['two hosts', `GET / HTTP/1.1\r\n${HOST}Host: other.localhost\r\n\r\n`],
  ['two equal hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`],
  ['an empty host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n'],
  ['a host with a user', 'GET / HTTP/1.1\r\nHost: app.localhost@evil.localhost\r\n\r\n'],
  ['a host with a path', 'GET / HTTP/1.1\r\nHost: app.localhost/x\r\n\r\n'],
  ['a list of hosts', 'GET / HTTP/1.1\r\nHost: app.localhost, evil.localhost\r\n\r\n'],
  ['a host with an underscore', 'GET / HTTP/1.1\r\nHost: a_b.localhost\r\n\r\n'],
  ['a host with a percent sign', 'GET / HTTP/1.1\r\nHost: app%2elocalhost\r\n\r\n'],
  ['a host with two dots', 'GET / HTTP/1.1\r\nHost: app..localhost\r\n\r\n'],
  ['a host with two dots at its end', 'GET / HTTP/1.1\r\nHost: app.localhost..\r\n\r\n'],
  ['a port that is none', 'GET / HTTP/1.1\r\nHost: app.localhost:99999\r\n\r\n'],
  ['a port of words', 'GET / HTTP/1.1\r\nHost: app.localhost:80evil\r\n\r\n'],
  ['another host in the request line', `GET http://other.localhost/ HTTP/1.1\r\n${HOST}\r\n`],
  ['a user in the request line', `GET http://me@app.localhost/ HTTP/1.1\r\n${HOST}\r\n`],
  ['another scheme', `GET file:///etc/passwd HTTP/1.1\r\n${HOST}\r\n`],
  ['a target without a slash', `GET evil HTTP/1.1\r\n${HOST}\r\n`],
  ['a target with a fragment', `GET /#x HTTP/1.1\r\n${HOST}\r\n`],
  ['* for a method that has none', `GET * HTTP/1.1\r\n${HOST}\r\n`],
  ['CONNECT', 'CONNECT evil.localhost:443 HTTP/1.1\r\nHost: evil.localhost:443\r\n\r\n'],
  [
    'a WebSocket with a body',
    `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 40\r\n\r\n${SMUGGLED}`,
  ],
  ['a WebSocket by POST', `POST / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
  ['an unknown expectation', `POST / HTTP/1.1\r\n${HOST}Expect: the-unexpected\r\nContent-Length: 3\r\n\r\nabc`],
  ['headers that are too large', `GET / HTTP/1.1\r\n${HOST}X-A: ${'a'.repeat(20_000)}\r\n\r\n`],
  ['too many headers', `GET / HTTP/1.1\r\n${HOST}${'X-A: 1\r\n'.repeat(3_000)}\r\n`],
  ['a request line that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`],
];

describe('refused, and never seen by the application:', () => {
  it.each(REFUSED)('%s', async (_name, bytes) => {
    const answers = await raw(bed.port, bytes);
    expect(answers).toMatch(/^HTTP\/1\.1 (400|404|405|408|417|431|505) /);
    // One answer: what came behind was not read as a request.
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    // Bad framing inside a body is found while it is being sent: that request never ends there.
    const endless = _name.startsWith('a chunk size');
    expect(seen.filter((text) => !endless || text.includes('smuggled'))).toEqual([]);
  });
});

/** Well-formed, and yet an attempt: what the application gets is harmless. */
const TAMED: readonly (readonly [string, string, RegExp])[] = [
  [
    'a host in upper case is the same host',
    `GET / HTTP/1.1\r\nHost: APP.LocalHost\r\n${CLOSE}\r\n`,
    /^GET \/\nHost\nAPP\.LocalHost/,
  ],
  [
    'a dot at the end of a host is the same host',
    `GET / HTTP/1.1\r\nHost: app.localhost.\r\n${CLOSE}\r\n`,
    /^GET \/\n/,
  ],
  ['Connection names Host', `GET / HTTP/1.1\r\n${HOST}Connection: close, host\r\n\r\n`, /\nHost\napp\.localhost\n/],
  [
    'Connection names X-Forwarded-For',
    `GET / HTTP/1.1\r\n${HOST}Connection: close, x-forwarded-for\r\n\r\n`,
    /\nX-Forwarded-For\n127\.0\.0\.1\n/,
  ],
  [
    'Connection names Content-Length',
    `POST / HTTP/1.1\r\n${HOST}Connection: close, content-length\r\nContent-Length: 3\r\n\r\nabc`,
    /\nContent-Length\n3\n/,
  ],
  [
    'a forged client address',
    `GET / HTTP/1.1\r\n${HOST}${CLOSE}X-Forwarded-For: 10.0.0.1\r\nX_Forwarded_For: 10.0.0.1\r\n\r\n`,
    /^(?!.*10\.0\.0\.1)/s,
  ],
  [
    'a forged scheme',
    `GET / HTTP/1.1\r\n${HOST}${CLOSE}X-Forwarded-Proto: https\r\n\r\n`,
    /\nX-Forwarded-Proto\nhttp\n/,
  ],
  [
    'a request id with a line in it',
    `GET / HTTP/1.1\r\n${HOST}${CLOSE}X-Request-Id: {"level":"lie"}\r\n\r\n`,
    /\nX-Request-Id\n[0-9a-f-]{36}(\n|$)/,
  ],
  ['a proxy for CGI programs', `GET / HTTP/1.1\r\n${HOST}${CLOSE}Proxy: http://evil\r\n\r\n`, /^(?!.*evil)/s],
  [
    'a path that begins with two slashes stays a path',
    `GET //evil.localhost/x HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
    /^GET \/\/evil\.localhost\/x\n/,
  ],
  ['dots in a path are left to the application', `GET /a/../b HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, /^GET \/a\/\.\.\/b\n/],
];

describe('let through, and harmless:', () => {
  it.each(TAMED)('%s', async (_name, bytes, wanted) => {
    expect(await raw(bed.port, bytes)).toContain('from the application');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(wanted);
  });
});

describe('clients that are slow:', () => {
  it('headers that come by drops are not waited for', async () => {
    const socket = await connected(bed.port);
    socket.write('GET / HTTP/1.1\r\nHost: app');
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close');
    clearInterval(timer);
    expect(seen).toEqual([]);
  });

  it('a connection that says nothing is closed, and so is one that says nothing more', async () => {
    for (const text of ['', `GET / HTTP/1.1\r\n${HOST}\r\n`]) {
      const socket = await connected(bed.port);
      if (text !== '') socket.write(text);
      socket.on('error', () => undefined);
      socket.resume();
      await once(socket, 'close');
    }
    expect(seen).toHaveLength(1);
  });
});

describe('names that are private:', () => {
  it('are told from names that do not exist by nothing', async () => {
    const [hidden, none] = await Promise.all(
      ['secret.localhost', 'nobody.localhost'].map((host) => ask(bed.port, { host })),
    );
    const same = (answer: typeof hidden): unknown => [
      answer?.status,
      answer?.text.replaceAll(/secret|nobody/g, 'NAME'),
      Object.keys(answer?.headers ?? {}),
    ];
    expect(same(hidden)).toEqual(same(none));
    expect(hidden?.status).toBe(404);
    expect(seen).toEqual([]);
  });

  it('open by a token that may pull, which the application does not get', async () => {
    for (const header of ['Authorization', 'X-RAC-Authorization']) {
      const answer = await ask(bed.port, { host: 'secret.localhost', headers: { [header]: 'Bearer alice-token' } });
      expect(answer.status).toBe(200);
    }
    expect(seen.join('\n')).not.toContain('alice-token');
    const wrong = await ask(bed.port, { host: 'secret.localhost', headers: { Authorization: 'Bearer guess' } });
    expect(wrong.status).toBe(404);
  });

  it('open by a ticket of that host, got for a pass that is good once', async () => {
    const pass = bed.wake.tickets.pass({ session: 'alice', host: 'secret.localhost' });
    const path = `/.well-known/rac/enter?${new URLSearchParams({ pass, to: '/page?x=1' }).toString()}`;
    const entered = await ask(bed.port, { host: 'secret.localhost', path });
    expect(entered).toMatchObject({ status: 303, headers: { location: '/page?x=1' } });
    const cookie = entered.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(/^rac-ticket=[^;]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/);
    const ticket = cookie.split(';')[0] ?? '';
    const answer = await ask(bed.port, { host: 'secret.localhost', headers: { Cookie: `a=1; ${ticket}; b=2` } });
    expect(answer.status).toBe(200);
    expect(seen[0]).toMatch(/\nCookie\na=1; b=2\n/);
    expect(await ask(bed.port, { host: 'secret.localhost', path })).toMatchObject({ status: 404 });
    const other = bed.wake.tickets.pass({ session: 'alice', host: 'other.localhost' });
    expect(
      await ask(bed.port, { host: 'secret.localhost', path: `/.well-known/rac/enter?pass=${other}` }),
    ).toMatchObject({ status: 404 });
    const forged = `${ticket.slice(0, -2)}AA`;
    expect(await ask(bed.port, { host: 'secret.localhost', headers: { Cookie: forged } })).toMatchObject({
      status: 404,
    });
    // A pass is no ticket.
    const again = bed.wake.tickets.pass({ session: 'alice', host: 'secret.localhost' });
    expect(await ask(bed.port, { host: 'secret.localhost', headers: { Cookie: `rac-ticket=${again}` } })).toMatchObject(
      { status: 404 },
    );
    const mallory = bed.wake.tickets.redeem(
      bed.wake.tickets.pass({ session: 'mallory', host: 'secret.localhost' }),
      'secret.localhost',
    );
    expect(
      await ask(bed.port, { host: 'secret.localhost', headers: { Cookie: `rac-ticket=${mallory}` } }),
    ).toMatchObject({ status: 404 });
  });

  it.each(['//evil.localhost/', 'https://evil.localhost/', '/\\evil.localhost', '/\r\nSet-Cookie: x=1'])(
    'do not lead on to %j',
    async (to) => {
      const pass = bed.wake.tickets.pass({ session: 'alice', host: 'secret.localhost' });
      const path = `/.well-known/rac/enter?${new URLSearchParams({ pass, to }).toString()}`;
      expect(await ask(bed.port, { host: 'secret.localhost', path })).toMatchObject({
        status: 303,
        headers: { location: '/' },
      });
    },
  );

  it('an expired ticket sends a browser for another one, and nobody else', async () => {
    const ticket = bed.wake.tickets.redeem(
      bed.wake.tickets.pass({ session: 'alice', host: 'secret.localhost' }),
      'secret.localhost',
    );
    bed.clock.now += 3_600_001;
    const headers = { Cookie: `rac-ticket=${ticket}` };
    expect(await ask(bed.port, { host: 'secret.localhost', headers })).toMatchObject({ status: 404 });
    const browser = await ask(bed.port, {
      host: 'secret.localhost',
      path: '/a?b',
      headers: { ...headers, Accept: 'text/html' },
    });
    expect(browser.status).toBe(303);
    expect(browser.headers.location).toBe('http://127.0.0.1:5090/visit?host=secret.localhost&to=%2Fa%3Fb');
  });
});

it('a name with markup in it is text on the pages of the proxy', async () => {
  bed.served.set('odd.localhost', { ok: false, name: 'odd', reason: '<script>alert(1)</script>' });
  const { text, headers } = await ask(bed.port, { host: 'odd.localhost', headers: { Accept: 'text/html' } });
  expect(text).not.toContain('<script');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
});

it('no label of a metric comes from outside', async () => {
  for (let index = 0; index < 50; index++) await ask(bed.port, { host: `n${index}.localhost` });
  const text = await bed.wake.metrics.registry.metrics();
  expect(text).not.toMatch(/n\d+\.localhost/);
  expect(text.split('\n').length).toBeLessThan(150);
});

// The last one: what it opens takes a moment to close.
it('more connections than there may be are turned away, and the others served', async () => {
  const idle = await Promise.all(Array.from({ length: 60 }, () => connected(bed.port)));
  const late = await connected(bed.port);
  late.on('error', () => undefined);
  await once(late, 'close');
  idle[0]?.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
  await until(() => seen.length === 1);
  for (const socket of idle) socket.destroy();
  expect(seen).toHaveLength(1);
});
