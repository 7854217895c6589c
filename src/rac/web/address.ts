import { addressFamily } from '../../io/net-address.js';
import { addressList, plainAddress } from '../address-list.js';

/** Finds the client's address: of the socket, or what a trusted proxy in front says. */
export type AddressReader = (socket: string, forwarded: string | undefined) => string;

/** `trusted`: addresses or CIDR. Throws USAGE for what is neither. */
export function addressReader(trusted: readonly string[]): AddressReader {
  const isTrusted = addressList(trusted);
  return (socket, forwarded) => {
    let address = plainAddress(socket);
    if (forwarded === undefined) return address;
    // From the right: each trusted proxy vouches for the one before it, and what stands left of the first stranger is the stranger's word.
    for (const hop of forwarded.split(',').toReversed()) {
      const before = plainAddress(hop);
      if (!isTrusted(address) || addressFamily(before) === 0) break;
      address = before;
    }
    return address;
  };
}
