/**
 * Eight hex digits that tell texts apart, the same on every machine and in every version. Not for secrets: it is quick, and needs no
 * module that costs start-up time. FNV-1a over UTF-16 units, with a final mix so that near texts get far hashes.
 */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
