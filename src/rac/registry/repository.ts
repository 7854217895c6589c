import { createHash } from 'node:crypto';

// Distribution's grammar: components of lower-case letters and digits, parted by one dot, one or two underscores, or hyphens.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
// With a host and a port before it, engines take 255 characters.
const LONGEST_NAME = 200;
// What engines put before the names of docker's own registry.
const IMITATING = /^library(?:\/|$)/;
const LONGEST_LABEL = 63;
const PLAIN = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
// What browsers would read as Punycode.
const PUNYCODE = /^xn--/;

/** True for a name that a registry takes, `me/app`; nothing is normalised, so that two spellings are never one name. */
export function isRepository(name: string): boolean {
  return name.length <= LONGEST_NAME && NAME.test(name) && !IMITATING.test(name);
}

/**
 * The DNS label of a name. Plain names are their own label and `/` becomes `--` (`me/app` → `me--app`); every other name gets
 * `---` and ten characters of its hash, so that no two names share a label and one wildcard certificate covers all.
 */
export function labelOf(name: string): string {
  const parts = name.split('/');
  const plain = parts.join('--');
  if (parts.every((part) => PLAIN.test(part)) && plain.length <= LONGEST_LABEL && !PUNYCODE.test(plain)) return plain;
  const hash = BigInt(`0x${createHash('sha256').update(name).digest('hex').slice(0, 16)}`)
    .toString(36)
    .padStart(13, '0');
  const words = name
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_LABEL - 13)
    .replace(/^xn-/, 'x-')
    .replace(/-+$/, '');
  return `${words}---${hash.slice(-10)}`;
}
