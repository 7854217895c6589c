import { beforeEach, describe, expect, it } from 'vitest';
import { gatePushes } from '../../../src/rac/accounts/push-gate.js';
import type { Deploy, Push } from '../../../src/rac/deploy/push.js';
import { openTestRoom, signedUp, type TestRoom } from '../../support/rac-room.js';

let room: TestRoom;
let deployed: string[];
let gate: Deploy;

beforeEach(async () => {
  room = await openTestRoom();
  const ann = await signedUp(room, 'ann');
  await signedUp(room, 'bob');
  await room.claims.claim(ann, 'team/app', { adopt: false });
  deployed = [];
  gate = gatePushes(room, (push) => {
    deployed.push(`${push.id} ${push.name}`);
    return Promise.resolve();
  });
});

const push = (id: string, parts: Partial<Push> = {}): Push => ({
  id,
  name: 'team/app',
  tag: '1',
  digest: `sha256:${'a'.repeat(64)}`,
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
      await gate(push('reconcile:team/app:1', { actor: null }));
      expect(deployed).toEqual([]);
      expect(room.audit.of('team/app', 9).map(({ action }) => action)).toEqual(['push-refused', 'claim']);
    },
  );

  it('runs from somebody who may, the same image too', async () => {
    await gate(push('1'));
    await gate(push('2', { actor: 'ann' }));
    await gate(push('reconcile:team/app:1'));
    expect(deployed).toEqual(['2 team/app', 'reconcile:team/app:1 team/app']);
  });

  it('heals a lost notification of a claimed name', async () => {
    await gate(push('reconcile:team/app:1'));
    expect(deployed).toEqual(['reconcile:team/app:1 team/app']);
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
});
