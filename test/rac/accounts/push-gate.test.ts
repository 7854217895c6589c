import { beforeEach, describe, expect, it } from 'vitest';
import { gatePushes } from '../../../src/rac/accounts/push-gate.js';
import type { Deploy, Push } from '../../../src/rac/deploy/push.js';
import { openTestRoom, PASSWORD, signedUp, type TestRoom } from '../../support/rac-room.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
let room: TestRoom;
let deployed: string[];
let removed: string[];
let meanwhile: () => unknown;
let gate: Deploy;

beforeEach(async () => {
  room = await openTestRoom();
  const ann = await signedUp(room, 'ann');
  await signedUp(room, 'bob');
  await room.claims.claim(ann, 'team/app', { adopt: false });
  deployed = [];
  removed = [];
  meanwhile = () => undefined;
  const registry = {
    remove: (name: string, digest: string) => Promise.resolve(void removed.push(`${name} ${digest}`)),
  };
  gate = gatePushes({ ...room, registry }, async (push, mayStill) => {
    await meanwhile();
    deployed.push(`${push.id} ${push.name}${mayStill?.() === false ? ' no more' : ''}`);
  });
});

/** Found by comparing tags, and nobody knows whose it was. */
const found = (parts: Partial<Push> = {}): Push => push('reconcile:team/app:1', { address: '', ...parts });

const push = (id: string, parts: Partial<Push> = {}): Push => ({
  id,
  name: 'team/app',
  tag: '1',
  digest: DIGEST,
  actor: null,
  address: '192.0.2.9',
  at: room.clock.now(),
  ...parts,
});

describe('a push that has come', () => {
  it.each([null, 'bob', 'gone'])(
    'by %j with a token that is older than the claim is not deployed, nor when it is found again',
    async (actor) => {
      await gate(push('1', { actor }));
      await gate(found());
      expect(deployed).toEqual([]);
      // What others would pull as the owner's.
      expect(new Set(removed)).toEqual(new Set([`team/app ${DIGEST}`]));
      expect(room.audit.of('team/app', 9).map(({ action }) => action)).toEqual(['push-refused', 'claim']);
    },
  );

  it('runs from somebody who may, the same image too', async () => {
    await gate(push('1'));
    await gate(push('2', { actor: 'ann' }));
    await gate(found());
    expect(deployed).toEqual(['2 team/app', 'reconcile:team/app:1 team/app']);
  });

  it('heals a lost notification of a claimed name', async () => {
    await gate(found());
    expect(deployed).toEqual(['reconcile:team/app:1 team/app']);
  });

  it.each([
    ['nobody’s from elsewhere', { address: '192.0.2.9' }, []],
    ['bob’s', { actor: 'bob' }, []],
    ['ann’s', { actor: 'ann' }, ['reconcile:team/app:1 team/app']],
  ])('that is found, and must have been %s, is judged as if it had been told', async (_whose, pusher, ran) => {
    await gate(found(pusher));
    expect(deployed).toEqual(ran);
  });

  it('is told to the claims before it is deployed: a name below one’s own account is one’s own', async () => {
    await gate(push('1', { name: 'ann/app', actor: 'ann' }));
    await gate(push('2', { name: 'free/app' }));
    expect(deployed).toEqual(['1 ann/app', '2 free/app']);
    const owners = room.store.all("SELECT name, owner FROM name WHERE name <> 'team/app' ORDER BY name");
    expect(owners).toEqual([
      { name: 'ann/app', owner: 'ann' },
      { name: 'free/app', owner: null },
    ]);
  });

  it.each([
    ['1', null, ' no more'],
    ['2', 'bob', ' no more'],
    ['3', 'ann', ''],
    ['reconcile:free/app:1', null, ' no more'],
  ])('%s by %j may not take over any more when ann has claimed the name meanwhile', async (id, actor, end) => {
    const ann = await room.identity.byPassword('ann', PASSWORD, '192.0.2.1');
    if (ann?.kind !== 'account') throw new Error('no login');
    meanwhile = () => room.claims.claim(ann, 'free/app', { adopt: false });
    const pusher = id.startsWith('reconcile:') ? { actor, address: '' } : { actor };
    await gate(push(id, { name: 'free/app', ...pusher }));
    expect(deployed).toEqual([`${id} free/app${end}`]);
  });

  it('that is refused leaves an image in the registry that is the owner’s too', async () => {
    await gate(push('1', { actor: 'ann' }));
    room.store.run(
      "INSERT INTO release (name, tag, digest, created_at, state) VALUES ('team/app', '1', ?, 1, 'ready')",
      DIGEST,
    );
    await gate(push('2', { actor: 'bob' }));
    expect(removed).toEqual([]);
  });
});
