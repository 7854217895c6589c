import { beforeEach, describe, expect, it } from 'vitest';
import { openTestRoom, PASSWORD, signedUp, type TestRoom } from '../../support/rac-room.js';
import { type TokenEndpoint, tokenEndpoint } from '../../support/rac-token.js';

const ANN = ['ann', PASSWORD] as const;
const BOB = ['bob', PASSWORD] as const;
const PUSH = 'scope=repository:free/app:push,pull&service=rac-registry';
let room: TestRoom;
let endpoint: TokenEndpoint;

beforeEach(async () => {
  room = await openTestRoom();
  const ann = await signedUp(room, 'ann');
  await signedUp(room, 'bob');
  await room.claims.claim(ann, 'team/app', { adopt: false });
  await room.claims.claim(ann, 'team/secret', { adopt: false });
  room.claims.setVisibility(ann, 'team/secret', 'private');
  endpoint = await tokenEndpoint(room);
});

describe('what real clients ask', () => {
  it('docker push, nobody logged in: GET with push,pull', async () => {
    const answer = await endpoint.get(PUSH);
    expect(answer).toMatchObject({ status: 200, access: ['free/app:push,pull'], subject: '', refresh: null });
    expect(answer.body).toMatchObject({ expires_in: 300, access_token: answer.body['token'] });
    expect(answer.body['issued_at']).toBe(new Date(room.clock.now()).toISOString());
  });

  it('docker login: no scope, offline_token gives a refresh token that later stands for the password', async () => {
    const login = await endpoint.get('account=ann&client_id=docker&offline_token=true&service=rac-registry', ANN);
    expect(login).toMatchObject({ status: 200, access: [], subject: 'ann' });
    const form = { grant_type: 'refresh_token', refresh_token: login.refresh ?? '', service: 'rac-registry' };
    const later = await endpoint.post({ ...form, scope: 'repository:team/app:pull,push' });
    expect(later).toMatchObject({
      status: 200,
      access: ['team/app:pull,push'],
      subject: 'ann',
      refresh: login.refresh,
    });
  });

  it('podman: pull,push, twice at the same time', async () => {
    const query = 'account=ann&scope=repository:team/app:pull,push&service=rac-registry';
    const answers = await Promise.all([endpoint.get(query, ANN), endpoint.get(query, ANN)]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, access: ['team/app:pull,push'] });
  });

  it('podman with a refresh token: two scope fields', async () => {
    const { refresh } = await endpoint.get('offline_token=true', ANN);
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh ?? '' });
    form.append('scope', 'repository:team/app:pull,push');
    form.append('scope', 'repository:team/secret:pull');
    expect((await endpoint.post(form.toString())).access).toEqual(['team/app:pull,push', 'team/secret:pull']);
  });

  it('containerd: both pull and pull,push of one name are one question', async () => {
    const answer = await endpoint.get('scope=repository:free/app:pull&scope=repository:free/app:pull,push');
    expect(answer.access).toEqual(['free/app:pull,push']);
  });

  it('BuildKit: POST with name and password, scopes in one field', async () => {
    const form = { grant_type: 'password', username: 'ann', password: PASSWORD, client_id: 'buildkit-client' };
    const scope = 'repository:team/app:pull,push repository:team/secret:pull';
    expect(await endpoint.post({ ...form, scope })).toMatchObject({
      access: ['team/app:pull,push', 'team/secret:pull'],
      refresh: null,
    });
    expect((await endpoint.post({ ...form, access_type: 'offline' })).refresh).toMatch(/^racr_/);
  });

  it('a mount from a name that may not be pulled is left out, and the push goes on', async () => {
    const query = 'scope=repository:free/app:pull,push&scope=repository:team/secret:pull';
    expect(await endpoint.get(query)).toMatchObject({ status: 200, access: ['free/app:pull,push'] });
    const visible = 'scope=repository:free/app:pull,push&scope=repository:team/app:pull';
    expect((await endpoint.get(visible)).access).toEqual(['free/app:pull,push', 'team/app:pull']);
  });

  it('repository(plugin) keeps its class, other types are nothing', async () => {
    const { body, access } = await endpoint.get('scope=repository(plugin):free/app:pull,push&scope=bucket:x:read');
    expect(access).toEqual(['free/app:pull,push']);
    const [claims] = String(body['token']).split('.').slice(1);
    expect(Buffer.from(claims ?? '', 'base64url').toString()).toContain('"class":"plugin"');
  });

  it('the catalog is for administrators, and not for their limited tokens', async () => {
    const query = 'scope=registry:catalog:*';
    expect((await endpoint.get(query)).access).toEqual([]);
    expect((await endpoint.get(query, ANN)).access).toEqual([]);
    room.accounts.setAdmin('ann', true);
    expect((await endpoint.get(query, ANN)).access).toEqual(['catalog:*']);
    const ann = await room.identity.byPassword('ann', PASSWORD, '192.0.2.1');
    if (ann?.kind !== 'account') throw new Error('no login');
    const token = room.accounts.createToken(ann, {
      label: 'ci',
      scope: { names: null, actions: ['push'] },
      lives: 1e6,
    });
    expect((await endpoint.get(query, ['ann', token.secret.reveal()])).access).toEqual([]);
  });
});

describe('denials', () => {
  const denied = [
    [
      'a claimed name, as nobody',
      'team/app:push,pull',
      undefined,
      'team/app is claimed by ann: log in as one who may push there (docker login 127.0.0.1:5100), or push to another name',
    ],
    [
      'a claimed name, as another',
      'team/app:push,pull',
      BOB,
      'team/app is claimed by ann, and bob may not push there: ask ann, or push to another name',
    ],
    [
      'a private name',
      'team/secret:pull,push',
      BOB,
      'team/secret is taken: log in as one who may push there (docker login 127.0.0.1:5100), or push to another name',
    ],
    [
      "below an account's name",
      'ann/x:pull,push',
      BOB,
      'ann/x is kept for the account ann: log in as ann (docker login 127.0.0.1:5100), or push to another name',
    ],
    ['removing what nobody owns', 'free/app:delete', BOB, 'free/app is not known here'],
    ['removing what is claimed', 'team/app:delete', BOB, 'team/app is claimed by ann: only ann may do this'],
    [
      'all of a name',
      'team/app:*',
      BOB,
      'team/app is claimed by ann, and bob may not push there: ask ann, or push to another name',
    ],
  ] as const;
  it.each(denied)('%s: 401 with DENIED, no details', async (_what, scope, login, message) => {
    const answer = await endpoint.get(`scope=repository:${scope}`, login);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ errors: [{ code: 'DENIED', message }] });
  });

  it('one denied push among several scopes denies all', async () => {
    const query = 'scope=repository:free/app:push&scope=repository:team/app:push';
    expect(await endpoint.get(query, BOB)).toMatchObject({ status: 401, access: [] });
  });

  const names = [
    'a/../b',
    'UPPER/case',
    'ünïcode',
    'a//b',
    '/a',
    'a/',
    '.a',
    'a%2fb',
    'library/app',
    'library',
    'a b',
    `${'a/'.repeat(110)}a`,
    'host:5000/app',
    '',
  ];
  it.each(names)('a name that imitates: %j', async (name) => {
    const answer = await endpoint.get(new URLSearchParams({ scope: `repository:${name}:pull,push` }).toString());
    expect([400, 401]).toContain(answer.status);
    expect(answer.access).toEqual([]);
    expect((await endpoint.get(new URLSearchParams({ scope: `repository:${name}:pull` }).toString())).access).toEqual(
      [],
    );
  });

  it('a wrong password is no anonymous push', async () => {
    const answer = await endpoint.get(PUSH, ['ann', 'not her password']);
    expect(answer).toMatchObject({ status: 401, message: 'the name or the password is wrong', access: [] });
    expect((await endpoint.get(PUSH, ['nobody', PASSWORD])).message).toBe('the name or the password is wrong');
  });

  const bad = [
    { query: '?service=another' },
    { query: '?scope=repository' },
    { query: '?scope=repository:a' },
    { query: '?scope=repository:a:push;drop' },
    { query: `?${Array.from({ length: 65 }, (_, n) => `scope=repository:a${n}:pull`).join('&')}` },
    { headers: { authorization: 'Bearer abc' } },
    { headers: { authorization: 'Basic !!!' } },
    { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
    {
      method: 'POST',
      body: 'grant_type=client_credentials',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    {
      method: 'POST',
      body: 'grant_type=password&password=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
  ];
  it.each(bad)('what cannot be read gets 400 and no token: %j', async (request) => {
    expect(await endpoint.ask(request)).toMatchObject({ status: 400, subject: null });
  });

  it('a body that is too long gets 413', async () => {
    expect((await endpoint.post(`scope=${'a'.repeat(70_000)}`)).status).toBe(413);
  });
});

describe('refresh and access tokens', () => {
  it('end with logout, with a new password, and after 90 days without use', async () => {
    const refreshed = async (secret: string | null) =>
      endpoint.post({ grant_type: 'refresh_token', refresh_token: secret ?? '' });
    const login = async () => (await endpoint.get('offline_token=true', ANN)).refresh;
    const [first, ann] = [await login(), await room.identity.byPassword('ann', PASSWORD, '192.0.2.1')];
    if (ann?.kind !== 'account') throw new Error('no login');
    room.clock.pass(80 * 86_400_000);
    expect((await refreshed(first)).status).toBe(200);
    room.clock.pass(80 * 86_400_000);
    expect((await refreshed(first)).status).toBe(200);
    room.clock.pass(91 * 86_400_000);
    expect(await refreshed(first)).toMatchObject({
      status: 401,
      message: 'this login has ended: log in again with docker login',
    });
    const second = await login();
    room.accounts.logoutEverywhere(ann);
    expect((await refreshed(second)).status).toBe(401);
    const third = await login();
    await room.accounts.changePassword(ann, { old: PASSWORD, new: 'another good one' });
    expect((await refreshed(third)).status).toBe(401);
  });

  it('an access token pushes what it is for, gives no refresh token, and is no refresh token itself', async () => {
    const ann = await room.identity.byPassword('ann', PASSWORD, '192.0.2.1');
    if (ann?.kind !== 'account') throw new Error('no login');
    const { secret } = room.accounts.createToken(ann, {
      label: 'ci',
      scope: { names: ['team/app'], actions: ['push'] },
      lives: 60_000,
    });
    const login = ['ann', secret.reveal()] as const;
    const query = 'scope=repository:team/app:pull,push&offline_token=true';
    expect(await endpoint.get(query, login)).toMatchObject({
      status: 200,
      access: ['team/app:pull,push'],
      refresh: null,
    });
    expect((await endpoint.get('scope=repository:team/secret:pull', login)).access).toEqual([]);
    expect((await endpoint.get('scope=repository:free/x:push', login)).message).toBe(
      'this token may not push free/x: make one that may',
    );
    expect((await endpoint.get(query, ['bob', secret.reveal()])).status).toBe(401);
    expect((await endpoint.post({ grant_type: 'refresh_token', refresh_token: secret.reveal() })).status).toBe(401);
    room.clock.pass(60_001);
    expect((await endpoint.get(query, login)).status).toBe(401);
  });
});

describe('limits', () => {
  it('of pushes within an hour, for each address, collapsing what one push asks', async () => {
    endpoint = await tokenEndpoint(room, { anonymousPushes: 3 });
    const push = (name: string, address = '192.0.2.9') =>
      endpoint.get(`scope=repository:${name}:push`, undefined, address);
    for (const name of ['p1', 'p1', 'p1', 'p2', 'p3']) expect((await push(name)).status).toBe(200);
    expect(await push('p4')).toMatchObject({
      status: 401,
      message: expect.stringContaining('has pushed 3 times within an hour: wait'),
    });
    expect((await push('p4', '192.0.2.10')).status).toBe(200);
    room.clock.pass(21 * 60_000);
    expect((await push('p4')).status).toBe(200);
  });

  it('of unclaimed names, for each address, also before the first push has come', async () => {
    endpoint = await tokenEndpoint(room, { anonymousNames: 2 });
    const push = (name: string, address?: string) => endpoint.get(`scope=repository:${name}:push`, undefined, address);
    expect((await push('n1')).status).toBe(200);
    expect((await push('n2')).status).toBe(200);
    expect((await push('n1')).status).toBe(200);
    expect(await push('n3')).toMatchObject({
      status: 401,
      message: expect.stringContaining('holds 2 names that nobody has claimed'),
    });
    // The /64 of an IPv6 line is one address.
    expect((await push('n4', '2001:db8:1:2::1')).status).toBe(200);
    expect((await push('n5', '2001:db8:1:2:ffff::7')).status).toBe(200);
    expect((await push('n6', '2001:db8:1:2:3::')).status).toBe(401);
    // What never came is forgotten after an hour; what came counts on.
    room.claims.pushed({ name: 'n1', actor: null, at: room.clock.now() });
    room.clock.pass(61 * 60_000);
    expect((await push('n3')).status).toBe(200);
    expect((await push('n7')).status).toBe(401);
  });

  it('of pushes cost nothing when the clock goes back', async () => {
    endpoint = await tokenEndpoint(room, { anonymousPushes: 3 });
    expect((await endpoint.get('scope=repository:p1:push')).status).toBe(200);
    room.clock.pass(-3_600_000);
    expect((await endpoint.get('scope=repository:p2:push')).status).toBe(200);
  });

  it('of pushes count one that goes on and on', async () => {
    endpoint = await tokenEndpoint(room, { anonymousPushes: 3 });
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      statuses.push((await endpoint.get('scope=repository:p1:push')).status);
      room.clock.pass(15_000);
    }
    expect(statuses).toContain(401);
  });

  it('of names count those that an account owns: what lies below its own name is claimed by pushing', async () => {
    endpoint = await tokenEndpoint(room, { accountNames: 4 });
    const push = async (name: string) => {
      const { status, message } = await endpoint.get(`scope=repository:${name}:push`, ANN);
      if (status === 200) room.claims.pushed({ name, actor: 'ann', at: room.clock.now() });
      return [status, message];
    };
    expect([await push('ann/a'), await push('ann/b')]).toEqual([
      [200, null],
      [200, null],
    ]);
    expect(await push('ann/c')).toEqual([401, expect.stringContaining('account ann holds 4 names')]);
    expect(await push('ann/a')).toEqual([200, null]);
  });

  it('of rows that refused pushes leave in the audit log', async () => {
    const denied = () => room.store.all("SELECT subject FROM audit WHERE action = 'push-denied'").length;
    for (let count = 0; count < 50; count += 1) await endpoint.get('scope=repository:team/app:push');
    expect(denied()).toBe(1);
    for (let count = 0; count < 100; count += 1) await endpoint.get(`scope=repository:A${count}:push`);
    expect(denied()).toBe(2);
    for (let count = 0; count < 100; count += 1) await endpoint.get(`scope=repository:ann/x${count}:push`);
    expect(denied()).toBe(30);
    room.clock.pass(3_600_000);
    await endpoint.get('scope=repository:team/app:push');
    expect(denied()).toBe(31);
  });
});
