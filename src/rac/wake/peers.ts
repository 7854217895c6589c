import { addressList } from '../address-list.js';

/** Knows which peers are proxies whose forwarding headers are believed. */
export type Peers = { readonly trusts: (address: string) => boolean };

/** From addresses and CIDR ranges. Throws PodctlError('USAGE') for what is neither. */
export function openPeers(ranges: readonly string[]): Peers {
  const isListed = addressList(ranges);
  const known = new Map<string, boolean>();
  return {
    trusts: (address) => {
      if (ranges.length === 0) return false;
      const before = known.get(address);
      if (before !== undefined) return before;
      const answer = isListed(address);
      // Few peers are proxies, but anybody may be a peer.
      if (known.size >= 1000) known.clear();
      known.set(address, answer);
      return answer;
    },
  };
}
