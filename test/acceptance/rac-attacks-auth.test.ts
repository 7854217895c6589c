import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeJwt, exportJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountPrincipal } from '../../src/rac/accounts/principal.js';
import { makeAuthority, makeSigner, type Pair } from '../../src/rac/auth/certificates.js';
import { projectFolder } from '../support/machine.js';
import { type GuardedRegistry, startGuardedRegistry } from '../support/rac-registry.js';

// Each row is an attack on the real registry with the real config, or on the token endpoint in front of it; none may get through.

const PASSWORD = 'four words make one';
const UPLOAD = '/v2/team/app/blobs/uploads/';
const folder = projectFolder('rac-attacks');
let rac: GuardedRegistry;
let ann: AccountPrincipal;
let annSession: string;

beforeAll(async () => {
  rac = await startGuardedRegistry(folder.path);
  const signedUp = await rac.accounts.signup({ name: 'ann', password: PASSWORD, address: '127.0.0.1', label: '' });
  ann = signedUp.account;
  annSession = signedUp.session.secret.reveal();
  await rac.accounts.signup({ name: 'bob', password: PASSWORD, address: '127.0.0.1', label: '' });
  await rac.claims.claim(ann, 'team/app', { adopt: false });
  await rac.claims.claim(ann, 'team/secret', { adopt: false });
  rac.claims.setVisibility(ann, 'team/secret', 'private');
});
afterAll(async () => {
  await rac.stop();
  folder.clear();
});

const seconds = () => Math.floor(Date.now() / 1000);
const GOOD = (): JWTPayload => ({
  iss: 'rac-auth',
  aud: 'rac-registry',
  sub: 'ann',
  iat: seconds(),
  nbf: seconds() - 10,
  exp: seconds() + 300,
  jti: randomUUID(),
  access: [{ type: 'repository', name: 'team/app', actions: ['push', 'pull'] }],
});
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed as RAC signs, with claims changed. */
async function ours(
  claims: Partial<Record<string, unknown>> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const { key, certificate } = await rac.keys.signer();
  return sign(key, { alg: 'ES256', typ: 'JWT', x5c: [certificate], ...header }, { ...GOOD(), ...claims });
}

function sign(key: KeyObject, header: Record<string, unknown>, claims: JWTPayload): Promise<string> {
  const known = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(known).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
}

async function der(): Promise<string> {
  return (await rac.keys.signer()).certificate;
}

function unsigned(header: Record<string, unknown>, signature = ''): string {
  return `${base64(header)}.${base64(GOOD())}.${signature}`;
}

async function hmac(secret: string | Buffer): Promise<string> {
  const text = `${base64({ alg: 'HS256', typ: 'JWT', x5c: [await der()] })}.${base64(GOOD())}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const span = () => ({ from: Date.now(), to: Date.now() + 3_600_000 });
const rawDer = (pem: string) => new X509Certificate(pem).raw.toString('base64');
const keyOf = ({ key }: Pair) => createPrivateKey(key);
const strangerKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

type Row = readonly [string, () => Promise<string | undefined>];
const FORGED: readonly Row[] = [
  ['no token at all', async () => undefined],
  ['something that is no token', async () => 'abc.def.ghi'],
  ['alg none', async () => unsigned({ alg: 'none', typ: 'JWT' })],
  ['alg none with our certificate', async () => unsigned({ alg: 'none', typ: 'JWT', x5c: [await der()] })],
  [
    'alg None with a signature of another token',
    async () => unsigned({ alg: 'None', x5c: [await der()] }, (await ours()).split('.')[2]),
  ],
  ['the signature cut off', async () => `${(await ours()).split('.').slice(0, 2).join('.')}.`],
  ['HS256 with the certificate as its secret', async () => hmac(Buffer.from(await der(), 'base64'))],
  ['HS256 with the bundle as its secret', async () => hmac(readFileSync(rac.keys.bundlePath))],
  [
    'HS256 with the public key as its secret',
    async () => {
      const key = new X509Certificate(Buffer.from(await der(), 'base64')).publicKey;
      return hmac(key.export({ type: 'spki', format: 'pem' }));
    },
  ],
  ['HS256 with an empty secret', async () => hmac('')],
  ['another key under our certificate', async () => sign(strangerKey, { x5c: [await der()] }, GOOD())],
  [
    'an authority of one’s own, by the same name',
    async () => {
      const authority = await makeAuthority(span());
      const signer = await makeSigner(authority, span());
      return sign(keyOf(signer), { x5c: [rawDer(signer.certificate), rawDer(authority.certificate)] }, GOOD());
    },
  ],
  [
    'our certificate behind one’s own',
    async () => {
      const signer = await makeSigner(await makeAuthority(span()), span());
      return sign(keyOf(signer), { x5c: [rawDer(signer.certificate), await der()] }, GOOD());
    },
  ],
  [
    'a certificate that our signer has signed, which is no authority',
    async () => {
      const kept = JSON.parse(readFileSync(`${folder.path}/keys/keys.json`, 'utf8')) as { signer: Pair };
      const below = await makeSigner(kept.signer, span());
      return sign(keyOf(below), { x5c: [rawDer(below.certificate), rawDer(kept.signer.certificate)] }, GOOD());
    },
  ],
  [
    'an expired certificate of ours',
    async () => {
      const kept = JSON.parse(readFileSync(`${folder.path}/keys/keys.json`, 'utf8')) as { authority: Pair };
      const past = Date.now() - 7_200_000;
      const old = await makeSigner(kept.authority, { from: past, to: past + 3_600_000 });
      return sign(keyOf(old), { x5c: [rawDer(old.certificate)] }, GOOD());
    },
  ],
  [
    'one’s own key in the header',
    async () => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return sign(privateKey, { jwk: await exportJWK(publicKey) }, GOOD());
    },
  ],
  ['a kid that names a file', async () => sign(strangerKey, { kid: '../../../../dev/null' }, GOOD())],
  ['neither kid nor certificate', async () => sign((await rac.keys.signer()).key, {}, GOOD())],
  ['expired', () => ours({ exp: seconds() - 600, iat: seconds() - 900 })],
  ['not yet valid', () => ours({ nbf: seconds() + 600 })],
  ['without an end', () => ours({ exp: undefined })],
  ['another audience', () => ours({ aud: 'another-registry' })],
  ['no audience', () => ours({ aud: undefined })],
  ['another issuer', () => ours({ iss: 'somebody' })],
  ['for another name', () => ours({ access: [{ type: 'repository', name: 'team/other', actions: ['push', 'pull'] }] })],
  [
    'for a pattern of names',
    () => ours({ access: [{ type: 'repository', name: 'team/*', actions: ['push', 'pull'] }] }),
  ],
  [
    'for the name in upper case',
    () => ours({ access: [{ type: 'repository', name: 'Team/App', actions: ['push', 'pull'] }] }),
  ],
  ['only to pull', () => ours({ access: [{ type: 'repository', name: 'team/app', actions: ['pull'] }] })],
  [
    'for something that is no repository',
    () => ours({ access: [{ type: 'registry', name: 'team/app', actions: ['push', 'pull'] }] }),
  ],
  ['with nothing allowed', () => ours({ access: [] })],
  [
    'more allowed after it was signed',
    async () => {
      const [head, , signature] = (await ours({ access: [] })).split('.');
      return `${head}.${base64(GOOD())}.${signature}`;
    },
  ],
  ['a session in its place', async () => annSession],
];

describe('forged tokens', () => {
  it('the good one passes, so that the others fail for their own reason', async () => {
    expect((await rac.ask('POST', UPLOAD, `Bearer ${await ours()}`)).status).toBe(202);
  });

  it.each(FORGED)('%s', async (_what, make) => {
    const forged = await make();
    const answer = await rac.ask('POST', UPLOAD, forged === undefined ? undefined : `Bearer ${forged}`);
    expect(answer.status).toBe(401);
  });

  it('the password itself, given to the registry', async () => {
    const basic = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`;
    expect((await rac.ask('POST', UPLOAD, basic)).status).toBe(401);
  });
});

type Asked = { readonly status: number; readonly token: string; readonly access: unknown; readonly text: string };

async function token(query: string, login?: readonly [string, string]): Promise<Asked> {
  const headers =
    login === undefined ? undefined : { authorization: `Basic ${Buffer.from(login.join(':')).toString('base64')}` };
  const answer = await fetch(`${rac.url}/token?${query}`, headers === undefined ? {} : { headers });
  const text = await answer.text();
  const signed = /"token":"([^"]+)"/.exec(text)?.[1] ?? '';
  return { status: answer.status, token: signed, text, access: signed === '' ? null : decodeJwt(signed)['access'] };
}

const BOB = ['bob', PASSWORD] as const;

describe('more than one may', () => {
  const rows = [
    ['push, by asking for it beside what is free', 'scope=repository:free/x:pull,push%20repository:team/app:push'],
    ['push, by asking twice', 'scope=repository:team/app:pull&scope=repository:team/app:push'],
    ['everything', 'scope=repository:team/app:*'],
    ['remove', 'scope=repository:team/app:delete'],
    ['push as a plugin', 'scope=repository(plugin):team/app:push'],
    ['push into a private name', 'scope=repository:team/secret:push,pull'],
    ['push as another account, which the query names', 'account=ann&scope=repository:team/app:push'],
    ["push below another's account name", 'scope=repository:ann/new:push'],
  ] as const;
  it.each(rows)('%s', async (_what, query) => {
    expect(await token(query, BOB)).toMatchObject({ status: 401, token: '' });
    expect(await token(query)).toMatchObject({ status: 401, token: '' });
  });

  const silent = [
    ['pull what is private', 'scope=repository:team/secret:pull', '/v2/team/secret/tags/list'],
    ['list all names', 'scope=registry:catalog:*', '/v2/_catalog'],
    ['an action that is none', 'scope=repository:team/app:admin', UPLOAD],
  ] as const;
  it.each(silent)('%s', async (_what, query, path) => {
    for (const login of [undefined, BOB]) {
      const { status, token: signed, access } = await token(query, login);
      expect([status, access]).toEqual([200, []]);
      expect((await rac.ask(path === UPLOAD ? 'POST' : 'GET', path, `Bearer ${signed}`)).status).toBe(401);
    }
  });

  it('a token for a free name cannot be used to mount, read or write another one', async () => {
    const { token: signed } = await token('scope=repository:free/app:pull,push&scope=repository:team/secret:pull', BOB);
    const paths = [
      ['POST', '/v2/team/app/blobs/uploads/'],
      ['GET', '/v2/team/secret/tags/list'],
      ['POST', `/v2/free/app/blobs/uploads/?mount=sha256:${'0'.repeat(64)}&from=team/secret`],
      ['DELETE', `/v2/team/app/manifests/sha256:${'0'.repeat(64)}`],
      ['GET', '/v2/_catalog'],
    ] as const;
    for (const [method, path] of paths) {
      expect([path, (await rac.ask(method, path, `Bearer ${signed}`)).status]).toEqual([path, 401]);
    }
  });
});

describe('tricks with names', () => {
  const names = [
    'free/../team/app',
    'free/./app',
    'team//app',
    '/team/app',
    'team/app/',
    'Team/App',
    'team/App',
    'team%2fapp',
    'team%2Fapp',
    '%74eam/app',
    'team/app%00',
    'tеam/app',
    'ｔeam/app',
    'team/app ',
    ' team/app',
    'team\\app',
    'library/app',
    'library/team/app',
    `team/${'a'.repeat(300)}`,
    '127.0.0.1:5100/team/app',
    'team/app:latest',
    'team/app@sha256',
    '..',
    '*',
    'team/*',
  ];
  it.each(names)('%j is no name', async (name) => {
    const query = new URLSearchParams({ scope: `repository:${name}:pull,push` }).toString();
    const answer = await token(query, ['ann', PASSWORD]);
    expect([400, 401]).toContain(answer.status);
    expect(answer.token).toBe('');
  });

  const paths = [
    '/v2/free/app/../../team/app/blobs/uploads/',
    '/v2/free/app/%2e%2e/%2e%2e/team/app/blobs/uploads/',
    '/v2/free/app/..%2f..%2fteam/app/blobs/uploads/',
    '/v2//team/app/blobs/uploads/',
    '/v2/team%2fapp/blobs/uploads/',
    '/v2/TEAM/app/blobs/uploads/',
    '/v2/free/app/blobs/uploads/../../../../team/app/blobs/uploads/',
  ];
  it.each(paths)('a token for free/app does not open %s', async (path) => {
    const { token: signed } = await token('scope=repository:free/app:pull,push');
    const { status } = await rac.ask('POST', path, `Bearer ${signed}`);
    expect([301, 307, 308, 400, 401, 404, 405]).toContain(status);
  });
});

describe('what has ended', () => {
  const refreshWith = async (secret: string) => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: secret,
      scope: 'repository:team/app:push',
    });
    return (await fetch(`${rac.url}/token`, { method: 'POST', body })).status;
  };
  const refreshToken = async () =>
    /"refresh_token":"([^"]+)"/.exec((await token('offline_token=true', ['ann', PASSWORD])).text)?.[1] ?? '';

  it('a refresh token is replayed after its owner has logged out everywhere', async () => {
    const secret = await refreshToken();
    expect(await refreshWith(secret)).toBe(200);
    rac.accounts.logoutEverywhere(ann);
    expect(await refreshWith(secret)).toBe(401);
  });

  it('a refresh token is changed by one character', async () => {
    const secret = await refreshToken();
    const other = secret.endsWith('A') ? 'B' : 'A';
    expect(await refreshWith(`${secret.slice(0, -1)}${other}`)).toBe(401);
  });

  it('a refresh token is used for another account', async () => {
    const secret = await refreshToken();
    expect((await token('scope=repository:team/app:push', ['bob', secret])).status).toBe(401);
  });

  it('an access token after it was revoked, and for what it is not for', async () => {
    const { secret } = rac.accounts.createToken(ann, {
      label: 'ci',
      scope: { names: ['team/app'], actions: ['push'] },
      lives: 60_000,
    });
    const login = ['ann', secret.reveal()] as const;
    expect((await token('scope=repository:team/app:push', login)).status).toBe(200);
    expect((await token('scope=repository:team/secret:push', login)).status).toBe(401);
    expect((await token('scope=repository:team/app:push&offline_token=true', login)).text).not.toContain(
      'refresh_token',
    );
    const headers = { authorization: `Bearer ${secret.reveal()}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ label: 'more', names: null, actions: ['push', 'manage'], lives: 1000 });
    expect((await fetch(`${rac.url}/api/v1/tokens`, { method: 'POST', headers, body })).status).toBe(403);
    rac.accounts.revoke(ann, 'ci');
    expect((await token('scope=repository:team/app:push', login)).status).toBe(401);
  });

  it('a session after logout', async () => {
    const { session, account } = await rac.accounts.login({
      name: 'bob',
      password: PASSWORD,
      address: '127.0.0.1',
      label: '',
    });
    const headers = { authorization: `Bearer ${session.secret.reveal()}` };
    expect((await fetch(`${rac.url}/api/v1/whoami`, { headers })).status).toBe(200);
    rac.accounts.logout(session.secret.reveal(), account);
    expect([401, 403]).toContain((await fetch(`${rac.url}/api/v1/whoami`, { headers })).status);
  });
});

describe('administrators', () => {
  const promote = (headers: Record<string, string>) =>
    fetch(`${rac.url}/api/v1/host/administrators`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ account: 'bob', admin: true }),
    });

  it('are made by nobody who only reaches the network, the first account included', async () => {
    const { session } = await rac.accounts.login({ name: 'bob', password: PASSWORD, address: '127.0.0.1', label: '' });
    const authorization = `Bearer ${session.secret.reveal()}`;
    for (const headers of [
      {},
      { authorization },
      { 'x-rac-host': '' },
      { authorization, 'x-rac-host': '0'.repeat(64) },
    ]) {
      expect((await promote(headers)).status).toBe(403);
    }
    expect(await rac.identity.byPassword('bob', PASSWORD, '127.0.0.1')).toMatchObject({ admin: false });
  });

  it('are not made by a field of a sign-up', async () => {
    const body = JSON.stringify({ name: 'carol', password: PASSWORD, admin: true, scope: null });
    const answer = await fetch(`${rac.url}/api/v1/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await answer.json()).toMatchObject({ account: 'carol', admin: false });
  });
});

describe('guessing passwords', () => {
  it('is held up over the network, and the message says for how long', async () => {
    const statuses: string[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await token('', ['carol-x', `guess number ${n}`])).text);
    expect(statuses.at(0)).toContain('the name or the password is wrong');
    expect(statuses.at(-1)).toMatch(/too many tries: wait \d+ s/);
    // Others on the same address go on.
    expect((await token('', ['ann', PASSWORD])).status).toBe(200);
  });
});

describe('keys', () => {
  it('rotate without a broken push: an upload goes on with the old token and with the new one', async () => {
    const old = await ours();
    await rac.keys.rotate({ authority: false });
    expect((await rac.ask('POST', UPLOAD, `Bearer ${old}`)).status).toBe(202);
    expect((await rac.ask('POST', UPLOAD, `Bearer ${await ours()}`)).status).toBe(202);
  });

  it('that have leaked end: after a rotation of the authority the old ones open nothing', async () => {
    const [old, before] = [await ours(), await rac.keys.signer()];
    expect(await rac.keys.rotate({ authority: true })).toMatchObject({ restart: true });
    await rac.restart();
    expect((await rac.ask('POST', UPLOAD, `Bearer ${old}`)).status).toBe(401);
    const forged = await sign(before.key, { x5c: [before.certificate] }, GOOD());
    expect((await rac.ask('POST', UPLOAD, `Bearer ${forged}`)).status).toBe(401);
    expect((await rac.ask('POST', UPLOAD, `Bearer ${await ours()}`)).status).toBe(202);
  });
});
