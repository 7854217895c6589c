import { describe, expect, it } from 'vitest';
import { LONGEST_BODY } from '../../../src/rac/web/body.js';
import { type Ask, addAccount, addName, HOST, ORIGIN, SETTINGS, type WebRoom, webRoom } from '../../support/rac-web.js';

async function annsRoom(parts: Parameters<typeof webRoom>[0] = {}): Promise<WebRoom> {
  const room = await webRoom(parts);
  addAccount(room.store, 'ann');
  addName(room.store, 'ann/shop', { owner: 'ann' });
  return room;
}

const STOP = ['POST', '/api/v1/names/ann%2Fshop/stop'] as const;

describe('a foreign page asks for a change with the browser of who is signed in', () => {
  it.each<[string, NonNullable<Ask['headers']>]>([
    ['without the token', { 'x-rac-csrf': undefined }],
    ['with an empty token', { 'x-rac-csrf': '' }],
    ['with a made-up token', { 'x-rac-csrf': 'A'.repeat(43) }],
    ["with another session's token", { 'x-rac-csrf': 'GAj4AJEjEF0WE7ZHJdHqN1J1WgUDSwLIiIrlvZ0rpC0' }],
    ['from another origin, token and all', { origin: 'http://evil.example' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:8080' }],
    ['from an application under *.localhost', { origin: 'http://shop.localhost:8080' }],
    ['from the same host by TLS', { origin: `https://${HOST}` }],
    ['from a page without an origin', { origin: 'null' }],
    ['from another site, without Origin', { origin: undefined, 'sec-fetch-site': 'cross-site' }],
    ['from a neighbour of the same site', { origin: undefined, 'sec-fetch-site': 'same-site' }],
    ['typed, which no change is', { origin: undefined, 'sec-fetch-site': 'none' }],
    ['by the name of an attacker that points here', { host: 'evil.example:5090', origin: 'http://evil.example:5090' }],
    ['by an application name that points here', { host: 'shop.localhost:5090', origin: 'http://shop.localhost:5090' }],
  ])('%s', async (_, headers) => {
    const { ask, calls } = await annsRoom();
    expect((await ask(...STOP, { page: 'ann', headers })).status).toBe(403);
    expect(calls).toEqual([]);
    expect((await ask(...STOP, { page: 'ann' })).status).toBe(200);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'as a form: %s',
    async (type) => {
      const { ask, calls } = await annsRoom();
      const body = '{"confirm":"ann/shop"}';
      const answer = await ask('DELETE', '/api/v1/names/ann%2Fshop', {
        page: 'ann',
        body,
        headers: { 'content-type': type },
      });
      expect([answer.status, calls]).toEqual([400, []]);
    },
  );

  it('signs somebody in as the attacker: refused as well, without any session', async () => {
    const { ask } = await annsRoom();
    const body = { name: 'mallory', password: 'right horse' };
    const foreign = await ask('POST', '/api/v1/session', { body, headers: { origin: 'http://evil.example' } });
    const plain = await ask('POST', '/api/v1/session', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'text/plain' },
    });
    expect([foreign.status, plain.status]).toEqual([403, 400]);
    expect([foreign, plain].map(({ headers }) => headers.get('set-cookie'))).toEqual([null, null]);
  });

  it.each(['GET /api/v1/names', 'GET /api/v1/changes', 'GET /api/v1/names/ann%2Fshop/logs?follow=1'])(
    'reads %s',
    async (line) => {
      const [method = '', path = ''] = line.split(' ');
      const { ask, calls } = await annsRoom();
      const answer = await ask(method, path, {
        page: 'ann',
        headers: { origin: undefined, 'sec-fetch-site': 'cross-site' },
      });
      expect([answer.status, calls]).toEqual([403, []]);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('asks beforehand, as browsers do for foreign pages: nothing is allowed', async () => {
    const { ask } = await annsRoom();
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const answer = await ask('OPTIONS', '/api/v1/names/ann%2Fshop/stop', { headers });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});

describe('cookies and sessions', () => {
  const signIn = { body: { name: 'ann', password: 'right horse' }, headers: { origin: ORIGIN } };

  it('the cookie is for the page alone', async () => {
    const { ask } = await annsRoom();
    const { headers, json } = await ask('POST', '/api/v1/session', signIn);
    expect(headers.get('set-cookie')).toMatch(
      /^rac-session=session-ann; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(JSON.stringify(json)).not.toContain('session-ann');
  });

  it('behind TLS it is bound to the host and never sent in the clear', async () => {
    const room = await annsRoom();
    const settings = { ...SETTINGS, publicUrl: 'https://rac.example.com' };
    const { ask } = await annsRoom({ settings });
    const headers = { host: 'rac.example.com', origin: 'https://rac.example.com' };
    const answer = await ask('POST', '/api/v1/session', { ...signIn, headers });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-rac=session-ann; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    // A cookie that a neighbour of the domain planted has not the name that counts.
    const planted = await ask('GET', '/api/v1/session', {
      headers: { host: headers.host, cookie: 'rac-session=session-mallory' },
    });
    expect(planted.json).toMatchObject({ account: null });
    room.store.close();
  });

  it('a session that was planted before ends with signing in, and is not taken over', async () => {
    const { ask, calls } = await annsRoom();
    const planted = await ask('POST', '/api/v1/session', { ...signIn, page: 'mallory' });
    expect(planted.headers.get('set-cookie')).toContain('rac-session=session-ann;');
    expect(calls).toEqual(['logout session-mallory']);
  });

  it('signing out ends the session and takes the cookie away', async () => {
    const { ask, calls } = await annsRoom();
    const answer = await ask('DELETE', '/api/v1/session', { page: 'ann' });
    expect(answer.headers.get('set-cookie')).toMatch(/^rac-session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(calls).toEqual(['logout session-ann']);
  });

  it.each(['Bearer wrong', 'Bearer', 'Basic YW5uOnJpZ2h0', 'Bearer a b', 'Token token-ann'])(
    '`%s` is no login, and no stranger either',
    async (authorization) => {
      const { ask } = await annsRoom();
      expect((await ask('GET', '/api/v1/names', { headers: { authorization } })).status).toBe(401);
    },
  );

  it('a token is believed and not the cookie beside it', async () => {
    const { ask, calls } = await annsRoom();
    const answer = await ask(...STOP, { as: 'bob', page: 'ann' });
    expect([answer.status, calls]).toEqual([403, []]);
  });
});

describe('every answer', () => {
  it.each(['/', '/api/v1/names', '/nothing', '/api/v1/names/nobody', '/api/v1/names/ann%2Fshop/logs'])(
    '%s cannot be framed, sniffed or scripted',
    async (path) => {
      const { ask } = await annsRoom();
      const { headers } = await ask('GET', path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).not.toMatch(/unsafe|\*|http:|https:|data:/);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('an error that RAC did not mean tells nothing of itself, but to the log', async () => {
    const { ask, warnings } = await annsRoom({ trafficOf: () => fail('SELECT secret FROM /root/.rac') });
    const answer = await ask('GET', '/api/v1/names/ann%2Fshop');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/SELECT|root/);
    expect(warnings.join()).toContain('SELECT');
  });
});

function fail(message: string): never {
  throw new Error(message);
}

describe('bodies', () => {
  it('too long ones are refused before they are read', async () => {
    const { ask, calls } = await annsRoom();
    const body = { set: { KEY: 'x'.repeat(LONGEST_BODY) } };
    const answer = await ask('PATCH', '/api/v1/names/ann%2Fshop/variables', { as: 'ann', body });
    expect([answer.status, calls]).toEqual([413, []]);
  });

  it.each([
    '[]',
    'null',
    '"x"',
    '{',
    '{"confirm":["ann/shop"]}',
    '{"confirm":"ann/SHOP"}',
    '{"__proto__":{"confirm":"ann/shop"}}',
  ])('%s removes nothing', async (body) => {
    const { ask, calls } = await annsRoom();
    const answer = await ask('DELETE', '/api/v1/names/ann%2Fshop', { as: 'ann', body });
    expect(answer.status).toBeOneOf([400, 403]);
    expect(calls).toEqual([]);
  });

  it('no error repeats a value', async () => {
    const { ask } = await annsRoom();
    const body = { set: { KEY: { nested: 'hunter2' } } };
    const answer = await ask('PATCH', '/api/v1/names/ann%2Fshop/variables', { as: 'ann', body });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('hunter2');
  });

  it('values are secrets on their way, and are not in answers', async () => {
    const { ask, calls } = await annsRoom();
    const body = { set: { KEY: 'hunter2' } };
    const answer = await ask('PATCH', '/api/v1/names/ann%2Fshop/variables', { as: 'ann', body });
    expect(answer.json).toEqual({ podctl: 1, set: ['KEY'], unset: [] });
    expect(calls).toEqual(['set ann/shop KEY {"KEY":"[redacted]"}', 'settle ann/shop']);
  });

  it.each([0, -1, 1.5, '7', Number.MAX_VALUE, [7]])('release %s is none', async (release) => {
    const { ask, calls } = await annsRoom();
    const answer = await ask('POST', '/api/v1/names/ann%2Fshop/rollback', { as: 'ann', body: { release } });
    expect([answer.status, calls]).toEqual([400, []]);
  });
});

describe('paths', () => {
  it.each([
    '/api/v1/names/ann%2Fshop%2F..%2Fother',
    '/api/v1/names/..%2F..%2Fetc%2Fpasswd',
    '/api/v1/names/ann%2FShop',
    '/api/v1/names/ann%252Fshop%00',
    '/api/v1/names/%2Fann%2Fshop',
    "/api/v1/names/ann%2Fshop'%20OR%201=1--",
    '/api/v1/names/ann%E2%81%84shop',
    '/api/v1/names/%zz',
    `/api/v1/names/${'a'.repeat(5000)}`,
    '/page/../../package.json',
    '/page/..%2f..%2fpackage.json',
    '/page/%2e%2e/index.html',
    '//evil.example/%2e%2e',
    '/index.html',
  ])('%s leads nowhere', async (path) => {
    const { ask } = await annsRoom();
    const answer = await ask('GET', path, { as: 'ann' });
    expect(answer.status).toBe(404);
  });

  it.each([
    '/?next=//evil.example',
    '/api/v1/session?redirect=http://evil.example',
    '//evil.example',
    '/\\evil.example',
  ])('%s redirects nowhere', async (path) => {
    const { ask } = await annsRoom();
    const { status, headers } = await ask('GET', path);
    expect(status).not.toBeOneOf([301, 302, 303, 307, 308]);
    expect(headers.get('location')).toBeNull();
  });

  it.each(['limit=0', 'limit=201', 'limit=-1', 'limit=1e3', 'limit=all'])('%s is no number', async (query) => {
    const { ask } = await annsRoom();
    expect((await ask('GET', `/api/v1/names?${query}`)).status).toBe(400);
  });

  it.each(['DELETE', 'PUT', 'TRACE', 'CONNECT'].filter((method) => !['TRACE', 'CONNECT'].includes(method)))(
    '%s of a list is nothing',
    async (method) => {
      const { ask } = await annsRoom();
      expect((await ask(method, '/api/v1/names', { as: 'root' })).status).toBe(404);
    },
  );
});

describe('who asks is not what a header says', () => {
  const forwarded = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  };

  it('a stranger cannot choose its address, its host or its scheme', async () => {
    const seen: string[] = [];
    const { ask } = await annsRoom({
      identity: {
        byToken: (_, address) => {
          seen.push(address);
          return null;
        },
        bySession: () => null,
      },
    });
    await ask('GET', '/api/v1/names', { as: 'ann', headers: forwarded });
    const answer = await ask('POST', '/api/v1/session', {
      body: { name: 'ann', password: 'right horse' },
      headers: forwarded,
    });
    expect(seen).toEqual(['']);
    expect(answer.headers.get('set-cookie')).toMatch(/^rac-session=/);
  });
});
