import { BlockList, isIP, isIPv6 } from 'node:net';
import { PodctlError } from '../../core/errors.js';

/** Finds the client's address: of the socket, or what a trusted proxy in front says. */
export type AddressReader = (socket: string, forwarded: string | undefined) => string;

/** `trusted`: addresses or CIDR. Throws USAGE for what is neither. */
export function addressReader(trusted: readonly string[]): AddressReader {
  const list = blockListOf(trusted);
  const isTrusted = (address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (socket, forwarded) => {
    let address = plain(socket);
    // From the right: each trusted proxy vouches for the one before it, and what stands left of the first stranger is the stranger's word.
    for (const hop of (forwarded ?? '').split(',').toReversed()) {
      if (!isAddress(address) || !isTrusted(address) || !isAddress(plain(hop))) break;
      address = plain(hop);
    }
    return address;
  };
}

function blockListOf(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch (error) {
      throw new PodctlError('USAGE', `\`${entry}\` is no address of a proxy`, {
        hint: 'write for instance 10.0.0.0/8',
        cause: error,
      });
    }
  }
  return list;
}

function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

// IPv4 through a socket that listens on both is `::ffff:127.0.0.1`.
function plain(text: string): string {
  return text.trim().replace(/^::ffff:/i, '');
}
