import { BlockList, isIP } from 'node:net';
import { PodctlError } from '../../core/errors.js';

/** Knows which peers are proxies whose forwarding headers are believed. */
export type Peers = { readonly trusts: (address: string) => boolean };

/** From addresses and CIDR ranges. Throws PodctlError('USAGE') for what is neither. */
export function openPeers(ranges: readonly string[]): Peers {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  const known = new Map<string, boolean>();
  return {
    trusts: (address) => {
      if (ranges.length === 0) return false;
      const before = known.get(address);
      if (before !== undefined) return before;
      const answer = isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
      // Few peers are proxies, but anybody may be a peer.
      if (known.size >= 1000) known.clear();
      known.set(address, answer);
      return answer;
    },
  };
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits, ...rest] = range.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  const valid = family !== 0 && rest.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits)) && prefix <= most;
  if (!valid) {
    throw new PodctlError('USAGE', `\`${range}\` is no address and no range of addresses`, {
      hint: 'write it as 10.0.0.0/8, 192.0.2.7 or fd00::/8',
    });
  }
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
}

/** The address of a peer as people write it: IPv4 in IPv6 becomes IPv4. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
