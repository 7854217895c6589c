import { isIP } from 'node:net';

// Letters, digits and inner hyphens: no underscores, no percent signs, no user part, no brackets.
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(${LABEL}(?:\\.${LABEL})*)\\.?(?::(\\d{1,5}))?$`);
const LONGEST = 253;

/**
 * The host name of a Host header or an authority: lower case, without its port and without the one dot that a full name may end with.
 * null for all that is no host name.
 */
export function hostOf(text: string): string | null {
  const [, host, port] = HOST.exec(text.toLowerCase()) ?? [];
  if (host === undefined || host.length > LONGEST) return null;
  return port === undefined || (Number(port) > 0 && Number(port) < 65_536) ? host : null;
}

/** Addresses have no names of their own, so nothing is ever served under one. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}
