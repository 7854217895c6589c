import { isIP } from 'node:net';

/** 4 or 6 for an address of that family, 0 for anything else. */
export function addressFamily(text: string): 0 | 4 | 6 {
  const family = isIP(text);
  return family === 4 || family === 6 ? family : 0;
}

/** An address, or all that share its first bits with it. */
export type AddressRange = { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' };

/** Read `10.0.0.0/8`, `192.0.2.7` or `fd00::/8`; null for what is none of these. */
export function readRange(text: string): AddressRange | null {
  const [address = '', bits, ...rest] = text.split('/');
  const family = addressFamily(address);
  if (family === 0 || rest.length > 0) return null;
  const most = family === 6 ? 128 : 32;
  const wanted = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  return wanted <= most ? { address, bits: wanted, family: family === 6 ? 'ipv6' : 'ipv4' } : null;
}
