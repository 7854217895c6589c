import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, importX509, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realFiles } from '../../../src/io/files.js';
import { type Keys, openKeys, type Signer } from '../../../src/rac/auth/keys.js';
import { ISSUER, makeMint, SERVICE } from '../../../src/rac/auth/mint.js';
import { type HeldClock, heldClock } from '../../support/rac-room.js';

const DAY = 86_400_000;
let home: string;
let clock: HeldClock;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'podctl-rac-keys-'));
  clock = heldClock();
});
afterEach(() => rmSync(home, { recursive: true }));

const open = (): Promise<Keys> => openKeys({ home, files: realFiles(), now: clock.now });
const certificateOf = ({ certificate }: Signer) => new X509Certificate(Buffer.from(certificate, 'base64'));
const bundleOf = (keys: Keys) =>
  readFileSync(keys.bundlePath, 'utf8')
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter((pem) => pem !== '')
    .map((pem) => new X509Certificate(pem));
const isTrusted = (keys: Keys, signer: Signer) =>
  bundleOf(keys).some((authority) => certificateOf(signer).verify(authority.publicKey));

describe('keys of the token endpoint', () => {
  it('are made at the first start: a P-256 signer under an authority of 30 years, private files', async () => {
    const keys = await open();
    const signer = certificateOf(await keys.signer());
    const [authority] = bundleOf(keys);
    expect(authority?.ca).toBe(true);
    expect(authority?.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(signer.ca).toBe(false);
    expect(signer.checkIssued(authority ?? signer)).toBe(true);
    expect(keys.authorityNotAfter() - clock.now()).toBeGreaterThan(29 * 365 * DAY);
    expect(statSync(join(home, 'keys', 'keys.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'keys')).mode & 0o777).toBe(0o700);
  });

  it('are the same after a restart', async () => {
    const first = await (await open()).signer();
    clock.pass(DAY);
    expect((await (await open()).signer()).certificate).toBe(first.certificate);
  });

  it('renew the signer before its end, under the same authority', async () => {
    const keys = await open();
    const first = await keys.signer();
    clock.pass(first.notAfter - clock.now() - 91 * DAY);
    expect((await keys.signer()).certificate).toBe(first.certificate);
    clock.pass(2 * DAY);
    const second = await keys.signer();
    expect(second.certificate).not.toBe(first.certificate);
    expect(second.notAfter).toBeGreaterThan(first.notAfter);
    expect(isTrusted(keys, second)).toBe(true);
    expect((await (await open()).signer()).certificate).toBe(second.certificate);
  });

  it('renew the signer once for all who ask at the same time', async () => {
    const keys = await open();
    clock.pass((await keys.signer()).notAfter - clock.now() - DAY);
    const signers = await Promise.all([keys.signer(), keys.signer(), keys.signer()]);
    expect(new Set(signers.map(({ certificate }) => certificate)).size).toBe(1);
  });

  it('renew the authority at a start long before its end, and go on trusting the old one', async () => {
    const before = await open();
    const old = await before.signer();
    clock.pass(before.authorityNotAfter() - clock.now() - 800 * DAY);
    const keys = await open();
    expect(bundleOf(keys)).toHaveLength(2);
    expect(isTrusted(keys, old)).toBe(true);
    expect(isTrusted(keys, await keys.signer())).toBe(true);
    expect(keys.authorityNotAfter()).toBeGreaterThan(before.authorityNotAfter());
  });

  it('rotate: what the old signer has signed stays good, and the registry need not notice', async () => {
    const keys = await open();
    const [old, bundle] = [await keys.signer(), readFileSync(keys.bundlePath, 'utf8')];
    expect(await keys.rotate({ authority: false })).toEqual({ restart: false, notAfter: expect.any(Number) });
    expect((await keys.signer()).certificate).not.toBe(old.certificate);
    expect(readFileSync(keys.bundlePath, 'utf8')).toBe(bundle);
    expect(isTrusted(keys, old)).toBe(true);
  });

  it('rotate with the authority: what was signed before is trusted no more', async () => {
    const keys = await open();
    const old = await keys.signer();
    expect(await keys.rotate({ authority: true })).toMatchObject({ restart: true });
    expect(bundleOf(keys)).toHaveLength(1);
    expect(isTrusted(keys, old)).toBe(false);
    expect(isTrusted(keys, await keys.signer())).toBe(true);
  });

  it('that cannot be read are an error, and nothing is overwritten', async () => {
    await open();
    const path = join(home, 'keys', 'keys.json');
    writeFileSync(path, '{"authority":{}}');
    await expect(open()).rejects.toMatchObject({ code: 'BAD_DATA' });
    expect(readFileSync(path, 'utf8')).toBe('{"authority":{}}');
  });
});

describe('tokens', () => {
  it('carry what both Distributions want: ES256, x5c, one audience, whole seconds, five minutes', async () => {
    const keys = await open();
    clock.pass(123);
    const access = [{ type: 'repository', name: 'me/app', actions: ['push', 'pull'] } as const];
    const { token, expiresIn, issuedAt } = await makeMint(keys, clock.now)({ subject: 'ann', access });
    const signer = await keys.signer();
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'JWT', alg: 'ES256', x5c: [signer.certificate] });
    const publicKey = await importX509(certificateOf(signer).toString(), 'ES256');
    const { payload } = await jwtVerify(token, publicKey, { currentDate: new Date(clock.now()) });
    const seconds = Math.floor(clock.now() / 1000);
    expect(payload).toEqual({
      iss: ISSUER,
      aud: SERVICE,
      sub: 'ann',
      nbf: seconds - 10,
      iat: seconds,
      exp: seconds + 300,
      jti: expect.any(String),
      access,
    });
    expect([expiresIn, issuedAt]).toEqual([300, seconds * 1000]);
  });
});
