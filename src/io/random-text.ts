import { randomBytes } from 'node:crypto';

/** What a random text is made of: `hex` and `base64` count bytes, `alnum` counts letters and digits. */
export type RandomKind = { readonly kind: 'hex' | 'base64' | 'alnum'; readonly count: number };

/** `hex:32`, `base64:32` or `alnum:20`; null for anything else. */
export function parseRandomKind(text: string): RandomKind | null {
  const [, kind, count] = /^(hex|base64|alnum):([1-9]\d{0,3})$/.exec(text) ?? [];
  if (kind !== 'hex' && kind !== 'base64' && kind !== 'alnum') return null;
  return { kind, count: Number(count) };
}

/** A text that nobody can guess, from the system's own generator. */
export function randomText({ kind, count }: RandomKind, bytes: (count: number) => Uint8Array = randomBytes): string {
  return kind === 'alnum' ? letters(count, bytes) : Buffer.from(bytes(count)).toString(kind);
}

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
// Bytes beyond the last whole round of the alphabet would make its beginning likelier.
const FAIR = 256 - (256 % ALNUM.length);

function letters(count: number, bytes: (count: number) => Uint8Array): string {
  let text = '';
  while (text.length < count) {
    for (const byte of bytes(count)) {
      if (byte < FAIR && text.length < count) text += ALNUM[byte % ALNUM.length] ?? '';
    }
  }
  return text;
}
