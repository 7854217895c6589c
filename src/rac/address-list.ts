import { BlockList } from 'node:net';
import { PodctlError } from '../core/errors.js';
import { addressFamily, readRange } from '../io/net-address.js';

/** Whether an address is one of a list. */
export type AddressList = (address: string) => boolean;

/** From addresses and CIDR ranges. Throws PodctlError('USAGE') for what is neither. */
export function addressList(ranges: readonly string[]): AddressList {
  const list = new BlockList();
  for (const text of ranges) {
    const range = readRange(text);
    if (range === null) {
      throw new PodctlError('USAGE', `\`${text}\` is no address and no range of addresses`, {
        hint: 'write it as 10.0.0.0/8, 192.0.2.7 or fd00::/8',
      });
    }
    list.addSubnet(range.address, range.bits, range.family);
  }
  return (text) => {
    // A link-local peer comes with its interface, `fe80::1%eth0`, which is no part of the address.
    const address = text.split('%')[0] ?? '';
    const family = addressFamily(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/** The address of a peer as people write it: IPv4 through a socket that listens on both, `::ffff:127.0.0.1`, is IPv4. */
export function plainAddress(address: string | undefined): string {
  const text = (address ?? '').trim();
  return /^::ffff:[\d.]+$/i.test(text) ? text.slice('::ffff:'.length) : text;
}
