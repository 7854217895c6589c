import { describe, expect, it } from 'vitest';
import { readRange } from '../../src/io/net-address.js';
import { addressList, plainAddress } from '../../src/rac/address-list.js';
import { openPeers } from '../../src/rac/wake/peers.js';
import { addressReader } from '../../src/rac/web/address.js';

const WRONG = [
  '',
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0.0.0/8.5',
  'fd00::/129',
  'example.com',
  '300.1.1.1',
];

describe('ranges of addresses', () => {
  it.each([
    ['192.0.2.7', { address: '192.0.2.7', bits: 32, family: 'ipv4' }],
    ['10.0.0.0/8', { address: '10.0.0.0', bits: 8, family: 'ipv4' }],
    ['0.0.0.0/0', { address: '0.0.0.0', bits: 0, family: 'ipv4' }],
    ['::1', { address: '::1', bits: 128, family: 'ipv6' }],
    ['fd00::/8', { address: 'fd00::', bits: 8, family: 'ipv6' }],
  ])('%s', (text, range) => expect(readRange(text)).toEqual(range));

  it.each(WRONG)('`%s` is none, for everybody who reads them', (text) => {
    expect(readRange(text)).toBeNull();
    for (const read of [addressList, openPeers, addressReader]) {
      expect(() => read([text])).toThrow(`\`${text}\` is no address and no range of addresses`);
    }
  });

  it('know their addresses and no others', () => {
    const has = addressList(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', 'fe80::1']);
    for (const address of ['10.255.0.1', '192.0.2.7', 'fd12::3', 'fe80::1%eth0'])
      expect([address, has(address)]).toEqual([address, true]);
    for (const address of ['11.0.0.1', '192.0.2.8', '::1', '', 'unknown', 'fe80::2%eth0']) {
      expect([address, has(address)]).toEqual([address, false]);
    }
    expect(addressList([])('127.0.0.1')).toBe(false);
  });
});

it.each([
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::FFFF:10.0.0.1', '10.0.0.1'],
  ['::ffff:7f00:1', '::ffff:7f00:1'],
  [' 10.0.0.1 ', '10.0.0.1'],
  ['::1', '::1'],
  [undefined, ''],
])('a peer as people write it: %s', (address, plain) => expect(plainAddress(address)).toBe(plain));

describe("the client's address", () => {
  const read = addressReader(['10.0.0.0/8']);

  it.each([
    ['a stranger says nothing of others', '192.0.2.1', '1.1.1.1', '192.0.2.1'],
    ['a proxy says who asks it', '::ffff:10.0.0.1', '1.1.1.1', '1.1.1.1'],
    ['what stands left of the first stranger is not believed', '10.0.0.1', '9.9.9.9, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
    ['what is no address ends it', '10.0.0.1', '1.1.1.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['without the header it is the proxy', '10.0.0.1', undefined, '10.0.0.1'],
  ])('%s', (_what, socket, forwarded, address) => expect(read(socket, forwarded)).toBe(address));
});
