import { beforeEach, expect, it } from 'vitest';
import { openPushers, type Pushers } from '../../../src/rac/auth/pushers.js';
import { openTestRoom, PASSWORD, type TestRoom } from '../../support/rac-room.js';
import { tokenEndpoint } from '../../support/rac-token.js';

const MINUTE = 60_000;
let room: TestRoom;
let pushers: Pushers;
let ask: (name: string, login?: readonly [string, string], address?: string) => Promise<unknown>;

beforeEach(async () => {
  room = await openTestRoom();
  for (const name of ['ann', 'bob'])
    await room.accounts.signup({ name, password: PASSWORD, address: '192.0.2.1', label: '' });
  pushers = openPushers({ store: room.store, now: room.clock.now });
  const { get } = await tokenEndpoint(room);
  ask = (name, login, address) => get(`scope=repository:${name}:push,pull&service=rac-registry`, login, address);
});

it('of a name to which only one was let in, it was that one', async () => {
  await ask('app', ['ann', PASSWORD]);
  await ask('app', ['ann', PASSWORD], '192.0.2.7');
  await ask('other', ['bob', PASSWORD]);
  await ask('free', undefined, '192.0.2.9');
  expect(pushers.since('app', 0)).toEqual({ actor: 'ann', address: '' });
  expect(pushers.since('free', 0)).toEqual({ actor: null, address: '192.0.2.9' });
  expect(pushers.since('never', 0)).toBeNull();
});

it('of several nobody is guessed, but of those long before the time', async () => {
  await ask('app', ['bob', PASSWORD]);
  await ask('app', undefined, '192.0.2.9');
  room.clock.pass(8 * MINUTE);
  const heard = room.clock.now();
  room.clock.pass(MINUTE);
  await ask('app', ['ann', PASSWORD]);
  expect(pushers.since('app', heard)).toEqual({ actor: 'ann', address: '' });
  // A token of theirs was still good then.
  expect(pushers.since('app', heard - 2 * MINUTE)).toBeNull();
});

it('who is refused, or only pulls, is not noted', async () => {
  await ask('app', ['ann', 'wrong']);
  const { get } = await tokenEndpoint(room);
  await get('scope=repository:app:pull&service=rac-registry', ['ann', PASSWORD]);
  await ask('bob/app', ['ann', PASSWORD]);
  expect(room.store.all('SELECT * FROM let_in')).toEqual([]);
});

it('who pushes again and again is written down once a minute', async () => {
  const who = { kind: 'anonymous', address: '192.0.2.9' } as const;
  const at = () => room.store.get('SELECT at FROM let_in')?.['at'];
  pushers.note(who, 'app');
  const first = room.clock.now();
  room.clock.pass(MINUTE - 1);
  pushers.note(who, 'app');
  expect(at()).toBe(first);
  room.clock.pass(1);
  pushers.note(who, 'app');
  expect(at()).toBe(room.clock.now());
});
