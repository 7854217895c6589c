import { beforeEach, describe, expect, it } from 'vitest';
import { argon2Hasher } from '../../../src/rac/accounts/hasher.js';
import { networkOf } from '../../../src/rac/accounts/network.js';
import { turns } from '../../../src/rac/turns.js';
import { openTestRoom, PASSWORD, signedUp, type TestRoom } from '../../support/rac-room.js';

let room: TestRoom;
const HOME = '192.0.2.1';
const AWAY = '198.51.100.7';
const login = (name: string, password: string, address = HOME) => room.identity.byPassword(name, password, address);
const guess = async (count: number, address: string) => {
  const seen: string[] = [];
  for (let n = 0; n < count; n += 1) {
    seen.push(await login('ann', `guess number ${n}`, address).then(String, (error: { code: string }) => error.code));
  }
  return seen;
};

beforeEach(async () => {
  room = await openTestRoom();
  await signedUp(room, 'ann');
});

describe('passwords', () => {
  it('are proved by argon2id, and kept as nothing else', async () => {
    const hasher = argon2Hasher();
    const hash = await hasher.hash(PASSWORD);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, PASSWORD)).toBe(true);
    expect(await hasher.verify(hash, 'four words make two')).toBe(false);
    expect(await hasher.verify('no hash', PASSWORD)).toBe(false);
  });

  it('cost the same work for a name that is not there, the first time too', async () => {
    const work = async (name: string) => {
      const fresh = await openTestRoom();
      await signedUp(fresh, 'ann');
      fresh.hasher.asked.length = 0;
      const first = await fresh.identity.byPassword(name, 'not the password', HOME);
      const once = [...fresh.hasher.asked];
      await fresh.identity.byPassword(name, 'not the password', HOME);
      return { first, once, all: [...fresh.hasher.asked] };
    };
    const [there, absent] = [await work('ann'), await work('nobody-here')];
    expect(there).toEqual({ first: null, once: ['hash', 'verify'], all: ['hash', 'verify', 'verify'] });
    expect(absent).toEqual(there);
    expect(await work('No Account At All')).toEqual(there);
  });

  it('are hashed two at a time, and too many who wait are turned away', async () => {
    const inTurn = turns(2, 1);
    const ends: (() => void)[] = [];
    const work = () => inTurn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const three = [work(), work(), work()];
    await expect(work()).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    expect(ends).toHaveLength(2);
    ends[0]?.();
    await three[0];
    await Promise.resolve();
    expect(ends).toHaveLength(3);
    for (const end of ends) end();
    await Promise.all(three);
  });
});

describe('guessing', () => {
  it('is throttled after ten tries from one address, and the right password waits there as well', async () => {
    const seen = await guess(12, AWAY);
    expect(seen.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'null'));
    expect(seen.slice(10)).toEqual(['TRY_AGAIN', 'TRY_AGAIN']);
    await expect(login('ann', PASSWORD, AWAY)).rejects.toMatchObject({
      code: 'TRY_AGAIN',
      message: 'too many tries: wait 30 s',
    });
    room.clock.pass(30_000);
    expect(await login('ann', PASSWORD, AWAY)).toMatchObject({ account: 'ann' });
  });

  it('survives a restart', async () => {
    await guess(10, AWAY);
    const { openIdentity } = await import('../../../src/rac/accounts/open-identity.js');
    const { openThrottle } = await import('../../../src/rac/accounts/throttle.js');
    const again = openIdentity({ ...room, throttle: openThrottle(room.store, room.clock.now), now: room.clock.now });
    await expect(again.byPassword('ann', PASSWORD, AWAY)).rejects.toMatchObject({ code: 'TRY_AGAIN' });
  });

  it('by many addresses does not lock the owner out where she has been before, nor her sessions and tokens', async () => {
    await login('ann', PASSWORD);
    const { session } = await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: '' });
    for (let n = 0; n < 60; n += 1) await guess(1, `203.0.113.${n}`);
    await expect(login('ann', PASSWORD, AWAY)).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    expect(await login('ann', PASSWORD)).toMatchObject({ account: 'ann' });
    expect(room.identity.byToken(session.secret.reveal(), AWAY)).toMatchObject({ account: 'ann' });
    // And a minute after the guessing has ended it is open to everybody again.
    room.clock.pass(60_000);
    expect(await login('ann', PASSWORD, AWAY)).toMatchObject({ account: 'ann' });
  });

  it('of many names from one address is throttled too', async () => {
    const seen: string[] = [];
    for (let n = 0; n < 61; n += 1) {
      seen.push(await login(`user${n}`, 'a password', AWAY).then(String, (error: { code: string }) => error.code));
    }
    expect(seen.at(59)).toBe('null');
    expect(seen.at(60)).toBe('TRY_AGAIN');
  });

  it('does not count the right password', async () => {
    for (let n = 0; n < 30; n += 1) expect(await login('ann', PASSWORD)).toMatchObject({ account: 'ann' });
  });

  it('with a clock that is ahead for a moment keeps nobody out until then', async () => {
    room.clock.pass(3_000_000_000_000);
    await guess(1, HOME);
    room.clock.pass(-3_000_000_000_000);
    room.clock.pass(600_000);
    expect(await login('ann', PASSWORD)).toMatchObject({ account: 'ann' });
  });

  it('does not count what was never tried because too many waited', async () => {
    const verify = room.hasher.verify;
    Object.assign(room.hasher, { verify: () => Promise.reject(new Error('too many')) });
    for (let n = 0; n < 15; n += 1) await expect(login('ann', `guess ${n}`)).rejects.toThrow('too many');
    Object.assign(room.hasher, { verify });
    expect(await login('ann', PASSWORD)).toMatchObject({ account: 'ann' });
  });

  it('many right ones at once, and one after the other, cost one hash; a new password ends that', async () => {
    await login('ann', PASSWORD);
    room.hasher.asked.length = 0;
    room.clock.pass(300_000);
    const all = await Promise.all(Array.from({ length: 30 }, () => login('ann', PASSWORD)));
    expect(all.every((one) => one?.kind === 'account' && one.account === 'ann')).toBe(true);
    await login('ann', PASSWORD);
    expect(room.hasher.asked).toEqual(['verify']);
    await room.accounts.resetPassword('ann', 'another good one');
    expect(await login('ann', PASSWORD)).toBeNull();
    expect(await login('ann', 'not the password')).toBeNull();
    expect(room.hasher.asked).toEqual(['verify', 'hash', 'verify', 'verify']);
  });

  it('leaves audit rows, and rows of the throttle go away', async () => {
    await guess(2, AWAY);
    expect(room.audit.of('@ann', 2)).toMatchObject([
      { action: 'login-failed', address: AWAY, actor: 'anonymous' },
      { action: 'login-failed', address: AWAY },
    ]);
    room.clock.pass(3_600_000);
    for (let n = 0; n < 500; n += 1) {
      await login('ann', PASSWORD);
      room.clock.pass(300_000);
    }
    expect(room.store.all('SELECT * FROM throttle WHERE key LIKE ?', `%${AWAY}%`)).toEqual([]);
  });
});

describe('sessions and tokens', () => {
  it('are at rest as SHA-256 only', async () => {
    const ann = await signedUp(room, 'bob');
    const secrets = [
      (await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: 'x' })).session,
      room.accounts.createToken(ann, { label: 'ci', scope: { names: null, actions: ['pull'] }, lives: 1000 }),
    ].map(({ secret }) => secret.reveal());
    const tables = room.store
      .all("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .map((row) => String(row['name']));
    const dump = JSON.stringify(tables.map((table) => room.store.all(`SELECT * FROM ${table}`)));
    for (const secret of secrets) {
      expect(secret).toMatch(/^rac[sa]_[\w-]{43}$/);
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(secret.slice(5));
    }
    expect(dump).toContain('secret_hash');
  });

  it('prove only what they are for', async () => {
    const { session, account } = await room.accounts.login({
      name: 'ann',
      password: PASSWORD,
      address: HOME,
      label: '',
    });
    const { secret } = room.accounts.createToken(account, {
      label: 'ci',
      scope: { names: null, actions: ['pull'] },
      lives: 1000,
    });
    const [s, t] = [session.secret.reveal(), secret.reveal()];
    expect(room.identity.byToken(s, HOME)).toMatchObject({ by: 'session' });
    expect(room.identity.byToken(t, HOME)).toMatchObject({ by: 'access', scope: { names: null, actions: ['pull'] } });
    expect(room.identity.bySession(t, HOME)).toBeNull();
    expect(room.identity.byRefresh(s, HOME)).toBeNull();
    expect(await login('ann', s)).toBeNull();
    expect(await login('bob', t)).toBeNull();
    await expect(room.accounts.login({ name: 'ann', password: t, address: HOME, label: '' })).rejects.toMatchObject({
      code: 'REFUSED',
    });
    const token = room.identity.byToken(t, HOME);
    if (token?.kind !== 'account') throw new Error('no token');
    const wide = { label: 'more', scope: { names: null, actions: ['manage'] }, lives: 1000 } as const;
    expect(() => room.accounts.createToken(token, wide)).toThrow('a token may not do this');
    expect(() => room.accounts.revoke(token, 'ci')).toThrow('a token may not do this');
    expect(() => room.accounts.logoutEverywhere(token)).toThrow('a token may not do this');
    room.clock.pass(1001);
    expect(room.identity.byToken(t, HOME)).toBeNull();
  });

  it('are two hundred of an account at most, of which the oldest end, and a hundred tokens', async () => {
    const first = await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: '' });
    for (let n = 0; n < 200; n += 1) {
      room.clock.pass(1000);
      await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: '' });
    }
    expect(room.identity.bySession(first.session.secret.reveal(), HOME)).toBeNull();
    expect(room.store.all("SELECT id FROM credential WHERE account = 'ann'")).toHaveLength(200);
    const token = (n: number) =>
      room.accounts.createToken(first.account, {
        label: `t${n}`,
        scope: { names: null, actions: ['pull'] },
        lives: 1e6,
      });
    for (let n = 0; n < 100; n += 1) token(n);
    expect(() => token(100)).toThrow('ann has 100 tokens');
  });

  it('of CI are ended by no logout', async () => {
    const { account } = await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: '' });
    const scope = { names: null, actions: ['push'] } as const;
    const secret = room.accounts.createToken(account, { label: 'ci', scope, lives: 1e6 }).secret.reveal();
    const ci = room.identity.byToken(secret, HOME);
    if (ci?.kind !== 'account') throw new Error('no token');
    expect(() => room.accounts.logout(secret, ci)).toThrow('which no logout ends');
    expect(room.identity.byToken(secret, HOME)).not.toBeNull();
  });

  it('are revoked by name or id, for their own account only', async () => {
    const bob = await signedUp(room, 'bob');
    const ann = await login('ann', PASSWORD);
    if (ann?.kind !== 'account') throw new Error('no login');
    const { secret, id } = room.accounts.createToken(ann, {
      label: 'ci',
      scope: { names: null, actions: ['pull'] },
      lives: 1000,
    });
    expect(() => room.accounts.revoke(bob, id)).toThrow('there is no token of this name');
    expect(() =>
      room.accounts.createToken(ann, { label: 'ci', scope: { names: null, actions: ['pull'] }, lives: 1 }),
    ).toThrow('there is a token `ci` already');
    expect(room.accounts.revoke(ann, 'ci')).toBe(1);
    expect(room.identity.byToken(secret.reveal(), HOME)).toBeNull();
    expect(room.accounts.credentials(ann).filter(({ kind }) => kind === 'access')).toEqual([]);
  });
});

describe('accounts', () => {
  const refused = [
    ['a', 'a name that is too short'],
    ['Ann', 'upper case'],
    ['a--b', 'two hyphens'],
    ['-ab', 'a hyphen first'],
    ['a/b', 'a slash'],
    ['a'.repeat(40), 'too long'],
    ['rac', 'RAC itself'],
    ['anonymous', 'nobody'],
    ['library', "docker's own"],
  ];
  it.each(refused)('%s is refused: %s', async (name) => {
    await expect(signedUp(room, name)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('refuse easy passwords', async () => {
    for (const password of ['short', 'x'.repeat(257), 'my-name-is-carol']) {
      const request = { name: 'carol', password, address: HOME, label: '' };
      await expect(room.accounts.signup(request)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  it('are made once, also when two come at the same moment', async () => {
    const both = await Promise.allSettled([signedUp(room, 'carol'), signedUp(room, 'carol')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('get nobody else’s names: what begins with a claimed name is taken', async () => {
    const ann = await login('ann', PASSWORD);
    if (ann?.kind !== 'account') throw new Error('no login');
    await room.claims.claim(ann, 'tools/a', { adopt: false });
    await expect(signedUp(room, 'tools')).rejects.toMatchObject({ code: 'REFUSED' });
    await signedUp(room, 'tool');
  });

  it('are made ten at a time from one address', async () => {
    for (let n = 0; n < 9; n += 1) await signedUp(room, `user${n}`);
    await expect(signedUp(room, 'user-9')).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    await signedUp(room, 'user-9', AWAY);
  });

  it('a new password ends other sessions, and not the one that changed it', async () => {
    const one = await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: '' });
    const two = await room.accounts.login({ name: 'ann', password: PASSWORD, address: HOME, label: '' });
    const session = one.session.secret.reveal();
    await expect(
      room.accounts.changePassword(one.account, { old: 'wrong wrong', new: 'a better one now' }),
    ).rejects.toMatchObject({ code: 'REFUSED' });
    await room.accounts.changePassword(one.account, { old: PASSWORD, new: 'a better one now', session });
    expect(room.identity.bySession(session, HOME)).not.toBeNull();
    expect(room.identity.bySession(two.session.secret.reveal(), HOME)).toBeNull();
    expect(await login('ann', PASSWORD)).toBeNull();
    expect(await login('ann', 'a better one now')).toMatchObject({ account: 'ann' });
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1::5', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('%j counts as %j', (address, wanted) => {
  expect(networkOf(address)).toBe(wanted);
});
