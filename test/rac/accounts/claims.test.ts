import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountPrincipal, Principal } from '../../../src/rac/accounts/principal.js';
import { openTestRoom, signedUp, type TestRoom } from '../../support/rac-room.js';

const NOBODY: Principal = { kind: 'anonymous', address: '192.0.2.9' };
const DIGEST = `sha256:${'a'.repeat(64)}`;
let room: TestRoom;
let ann: AccountPrincipal;
let bob: AccountPrincipal;

beforeEach(async () => {
  room = await openTestRoom({ names: 3 });
  ann = await signedUp(room, 'ann');
  bob = await signedUp(room, 'bob');
});

const claim = (who: AccountPrincipal, name: string, adopt = false) => room.claims.claim(who, name, { adopt });
const rowOf = (name: string) => room.store.get('SELECT * FROM name WHERE name = ?', name);
const ok = (verdict: { ok: boolean }) => verdict.ok;

/** A push that runs. */
function running(name: string, actor: string | null): void {
  room.claims.pushed({ name, actor, at: room.clock.now() });
  room.store.run(
    `INSERT INTO release (name, tag, digest, actor, created_at, state) VALUES (?, 'latest', ?, ?, ?, 'ready')`,
    name,
    DIGEST,
    actor,
    room.clock.now(),
  );
  room.store.run('UPDATE name SET current_release = (SELECT max(id) FROM release) WHERE name = ?', name);
}

describe('a claim', () => {
  it('of a name that was never pushed keeps it for its owner', async () => {
    expect(await claim(ann, 'team/app')).toEqual({
      name: 'team/app',
      owner: 'ann',
      image: 'none',
      digest: null,
      pushedBy: null,
    });
    expect(ok(room.rights.push(NOBODY, 'team/app'))).toBe(false);
    expect(ok(room.rights.push(bob, 'team/app'))).toBe(false);
    expect(ok(room.rights.push(ann, 'team/app'))).toBe(true);
    expect(room.told).toEqual([]);
    expect(room.audit.of('team/app', 5)).toMatchObject([{ action: 'claim', actor: 'ann' }]);
  });

  it('survives every later push', async () => {
    await claim(ann, 'team/app');
    for (const actor of ['ann', null, 'bob']) room.claims.pushed({ name: 'team/app', actor, at: room.clock.now() });
    expect(rowOf('team/app')).toMatchObject({ owner: 'ann', expires_at: null, last_push_at: room.clock.now() });
  });

  it("of one's own image lets it run", async () => {
    running('free/app', 'ann');
    expect(await claim(ann, 'free/app')).toMatchObject({ image: 'own', digest: DIGEST, pushedBy: 'ann' });
    expect(rowOf('free/app')).toMatchObject({ wanted: 'on', expires_at: null });
    expect(room.told).toEqual([]);
  });

  it.each([null, 'bob'])("of a stranger's image (pushed by %j) stops it, and says so", async (actor) => {
    running('free/app', actor);
    expect(await claim(ann, 'free/app')).toMatchObject({ image: 'held', digest: DIGEST, pushedBy: actor });
    expect(rowOf('free/app')).toMatchObject({ wanted: 'held', owner: 'ann' });
    expect(room.told).toEqual([{ name: 'free/app', held: true }]);
    expect(await claim(ann, 'free/app')).toMatchObject({ image: 'held' });
    expect(await claim(ann, 'free/app', true)).toMatchObject({ image: 'adopted' });
    expect(rowOf('free/app')).toMatchObject({ wanted: 'on' });
    expect(room.told.at(-1)).toEqual({ name: 'free/app', held: false });
    expect(await claim(ann, 'free/app')).toMatchObject({ image: 'own' });
  });

  it("adopts a stranger's image at once when it is told to", async () => {
    running('free/app', null);
    expect(await claim(ann, 'free/app', true)).toMatchObject({ image: 'adopted' });
    expect(room.told).toEqual([{ name: 'free/app', held: false }]);
  });

  it('while a push is under way: a push by the claimer runs, one by a stranger with an older token does not', async () => {
    expect(ok(room.rights.push(NOBODY, 'free/app'))).toBe(true);
    await claim(ann, 'free/app');
    expect(ok(room.claims.mayRun({ name: 'free/app', actor: null }))).toBe(false);
    expect(ok(room.claims.mayRun({ name: 'free/app', actor: 'bob' }))).toBe(false);
    expect(ok(room.claims.mayRun({ name: 'free/app', actor: 'ann' }))).toBe(true);
    expect(ok(room.claims.mayRun({ name: 'free/app', actor: 'gone' }))).toBe(false);
  });

  it('is one account’s alone, whoever comes second, and counts against what it may own', async () => {
    const both = await Promise.allSettled([claim(ann, 'team/app'), claim(bob, 'team/app')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await claim(ann, 'b');
    await claim(ann, 'c');
    await expect(claim(ann, 'd')).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'ann owns 3 names, and more are not allowed',
    });
    await room.claims.unclaim(ann, 'c');
    await claim(ann, 'd');
  });

  it.each(['a/../b', 'UPPER', 'library/x', 'ä', 'a'.repeat(201), 'a b', ''])('of %j is refused', async (name) => {
    await expect(claim(ann, name)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it("of a name below another account's is refused", async () => {
    await expect(claim(bob, 'ann/app')).rejects.toMatchObject({ code: 'REFUSED' });
    await claim(ann, 'ann/app');
  });

  it('by a token needs that action, and that name', async () => {
    const scoped = (names: string[] | null, actions: ('push' | 'manage')[]): AccountPrincipal => ({
      ...ann,
      by: 'access',
      scope: { names, actions },
    });
    await expect(claim(scoped(null, ['push']), 'x')).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(claim(scoped(['y'], ['manage']), 'x')).rejects.toMatchObject({ code: 'REFUSED' });
    await claim(scoped(['x'], ['manage']), 'x');
  });

  it('by a limited token of an administrator is no administrator’s', async () => {
    const limited = { ...bob, admin: true, by: 'access', scope: { names: null, actions: ['manage'] } } as const;
    await expect(claim(limited, 'ann/app')).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await claim({ ...bob, admin: true }, 'ann/app')).toMatchObject({ owner: 'bob' });
  });
});

describe('names', () => {
  it("below one's own account are claimed by pushing", () => {
    room.claims.pushed({ name: 'ann/app', actor: 'ann', at: room.clock.now() });
    expect(rowOf('ann/app')).toMatchObject({ owner: 'ann', expires_at: null });
    room.claims.pushed({ name: 'free/app', actor: 'ann', at: room.clock.now() });
    expect(rowOf('free/app')).toMatchObject({ owner: null, expires_at: room.clock.now() + 86_400_000 });
  });

  it('that nobody owns end a day after their last push', () => {
    room.claims.pushed({ name: 'free/app', actor: null, at: room.clock.now() });
    room.clock.pass(3_600_000);
    room.claims.pushed({ name: 'free/app', actor: null, at: room.clock.now() });
    expect(rowOf('free/app')).toMatchObject({ expires_at: room.clock.now() + 86_400_000 });
  });

  it('given up are nobody’s, without collaborators and variables, and end', async () => {
    await claim(ann, 'team/app');
    room.claims.share(ann, 'team/app', { account: 'bob', may: 'push' });
    room.store.run("INSERT INTO variable (name, key, sealed, set_at, set_by) VALUES ('team/app', 'K', 'x', 1, 'ann')");
    room.claims.setVisibility(ann, 'team/app', 'private');
    await expect(room.claims.unclaim(ann, 'team/app')).rejects.toThrow('is private');
    await expect(room.claims.unclaim(bob, 'team/app')).rejects.toThrow('only ann may do this');
    room.claims.setVisibility(ann, 'team/app', 'public');
    await room.claims.unclaim(ann, 'team/app');
    expect(room.unclaimed).toEqual(['team/app']);
    expect(rowOf('team/app')).toMatchObject({ owner: null, expires_at: room.clock.now() + 86_400_000 });
    expect(room.store.all('SELECT * FROM collaborator')).toEqual([]);
    expect(room.store.all('SELECT * FROM variable')).toEqual([]);
    expect(ok(room.rights.push(NOBODY, 'team/app'))).toBe(true);
  });

  it('are transferred when the other one claims them, and not before', async () => {
    await claim(ann, 'team/app');
    running('team/app', 'ann');
    room.claims.share(ann, 'team/app', { account: 'bob', may: 'pull' });
    await expect(claim(bob, 'team/app')).rejects.toMatchObject({ code: 'REFUSED' });
    expect(() => room.claims.offer(bob, 'team/app', 'bob')).toThrow('only ann may do this');
    expect(() => room.claims.offer(ann, 'team/app', 'nobody')).toThrow('there is no account of this name');
    room.claims.offer(ann, 'team/app', 'bob');
    expect(ok(room.rights.push(bob, 'team/app'))).toBe(false);
    room.claims.withdraw(ann, 'team/app');
    await expect(claim(bob, 'team/app')).rejects.toMatchObject({ code: 'REFUSED' });
    room.claims.offer(ann, 'team/app', 'bob');
    expect(await claim(bob, 'team/app', true)).toMatchObject({ owner: 'bob', image: 'adopted' });
    expect(ok(room.rights.push(ann, 'team/app'))).toBe(false);
    expect(room.store.all('SELECT * FROM collaborator')).toEqual([]);
    expect(room.audit.of('team/app', 9).map(({ action }) => action)).toEqual([
      'claim',
      'transfer-offer',
      'transfer-withdraw',
      'transfer-offer',
      'share',
      'claim',
    ]);
  });

  it('offered are not so for ever', async () => {
    await claim(ann, 'team/app');
    room.claims.offer(ann, 'team/app', 'bob');
    room.clock.pass(14 * 86_400_000);
    await expect(claim(bob, 'team/app')).rejects.toMatchObject({ code: 'REFUSED' });
  });
});

describe('rights', () => {
  it('of collaborators are what they were given', async () => {
    await claim(ann, 'team/app');
    room.claims.setVisibility(ann, 'team/app', 'private');
    const rights = () =>
      (['push', 'pull', 'see', 'manage'] as const).filter((right) => ok(room.rights[right](bob, 'team/app')));
    expect(rights()).toEqual([]);
    room.claims.share(ann, 'team/app', { account: 'bob', may: 'pull' });
    expect(rights()).toEqual(['pull', 'see']);
    room.claims.share(ann, 'team/app', { account: 'bob', may: 'push' });
    expect(rights()).toEqual(['push', 'pull', 'see']);
    expect(() => room.claims.share(bob, 'team/app', { account: 'bob', may: 'push' })).toThrow('only ann may do this');
    expect(() => room.claims.collaborators(bob, 'team/app')).toThrow('only ann may do this');
    expect(room.claims.collaborators(ann, 'team/app')).toEqual([{ account: 'bob', may: 'push' }]);
    room.claims.unshare(ann, 'team/app', 'bob');
    expect(rights()).toEqual([]);
  });

  it('make private names and names that are not there the same to strangers', async () => {
    await claim(ann, 'team/app');
    room.claims.setVisibility(ann, 'team/app', 'private');
    for (const right of ['pull', 'see', 'manage'] as const) {
      for (const who of [NOBODY, bob]) {
        const [hidden, absent] = ['team/app', 'team/xyz'].map((name) => room.rights[right](who, name));
        expect(JSON.stringify(hidden).replace('team/app', 'team/xyz')).toBe(JSON.stringify(absent));
      }
    }
  });

  it('of administrators are the owner’s, but not of their limited tokens', async () => {
    await claim(ann, 'team/app');
    room.claims.setVisibility(ann, 'team/app', 'private');
    const admin = { ...bob, admin: true };
    expect(ok(room.rights.manage(admin, 'team/app'))).toBe(true);
    expect(ok(room.rights.manage({ ...admin, scope: { names: null, actions: ['manage'] } }, 'team/app'))).toBe(false);
  });

  it('of a token are never more than its account’s', async () => {
    await claim(ann, 'team/app');
    await claim(ann, 'team/two');
    room.claims.setVisibility(ann, 'team/two', 'private');
    const token: AccountPrincipal = { ...ann, by: 'access', scope: { names: ['team/app', 'bobs'], actions: ['push'] } };
    await claim(bob, 'bobs');
    const may = (right: 'push' | 'pull' | 'see' | 'manage', name: string) => ok(room.rights[right](token, name));
    expect([may('push', 'team/app'), may('pull', 'team/app'), may('manage', 'team/app')]).toEqual([true, true, false]);
    expect([may('push', 'bobs'), may('push', 'team/two'), may('pull', 'team/two'), may('see', 'team/two')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('to pull a name hold from its notification on, before anything is made of it', () => {
    expect(ok(room.rights.pull(NOBODY, 'free/app'))).toBe(false);
    room.store.run(
      `INSERT INTO event (id, name, tag, digest, pushed_at, received_at) VALUES ('1', 'free/app', 'latest', ?, 1, 1)`,
      DIGEST,
    );
    expect(ok(room.rights.pull(NOBODY, 'free/app'))).toBe(true);
  });
});
