import type { IncomingMessage } from 'node:http';
import { beforeEach, expect, it } from 'vitest';
import { proofOfSession } from '../../../src/rac/accounts/credentials.js';
import { openAccess } from '../../../src/rac/wake/access.js';
import { openTickets } from '../../../src/rac/wake/tickets.js';
import { openTestRoom, PASSWORD, signedUp, type TestRoom } from '../../support/rac-room.js';

const HOST = 'team--diary.localhost';
let room: TestRoom;
let look: () => unknown;
let secret: string;

beforeEach(async () => {
  room = await openTestRoom();
  const ann = await signedUp(room, 'ann');
  await room.claims.claim(ann, 'team/diary', { adopt: false });
  room.claims.setVisibility(ann, 'team/diary', 'private');
  const { session } = await room.accounts.login({ name: 'ann', password: PASSWORD, address: '', label: '' });
  secret = session.secret.reveal();
  const tickets = openTickets({ key: new Uint8Array(32), now: room.clock.now, nonce: () => '1' });
  const pass = tickets.pass({ session: proofOfSession(secret), host: HOST });
  const cookie = `rac-ticket=${tickets.redeem(pass, HOST)}`;
  const access = openAccess({ ...room, tickets });
  const req = { headers: { cookie }, rawHeaders: ['Cookie', cookie] } as unknown as IncomingMessage;
  look = () => access({ req, name: 'team/diary', host: HOST, peer: '192.0.2.1', secure: false });
});

it('a ticket opens a private name for whoever may see it, and is kept from the application', () => {
  expect(look()).toMatchObject({ ok: true, rawHeaders: [] });
});

it.each([
  ['signs out', async () => room.accounts.logout(secret, signedIn())],
  ['gets a new password', () => room.accounts.resetPassword('ann', 'another good one')],
])('ends when its account %s; a browser is led to sign in', async (_what, work) => {
  await work();
  expect(look()).toEqual({ ok: false, expired: true });
});

it('of an administrator opens what an administrator may see', async () => {
  const { account } = await room.accounts.signup({ name: 'bob', password: PASSWORD, address: '', label: '' });
  room.store.run("UPDATE name SET owner = 'bob'");
  expect(look()).toEqual({ ok: false, expired: false });
  room.accounts.setAdmin('ann', true);
  expect(look()).toMatchObject({ ok: true });
  expect(account.account).toBe('bob');
});

function signedIn() {
  const who = room.identity.bySession(secret, '');
  if (who?.kind !== 'account') throw new Error('no session');
  return who;
}
