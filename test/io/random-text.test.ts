import { describe, expect, it } from 'vitest';
import { parseRandomKind, randomText } from '../../src/io/random-text.js';

describe('kinds', () => {
  it.each([
    ['hex:32', { kind: 'hex', count: 32 }],
    ['base64:9', { kind: 'base64', count: 9 }],
    ['alnum:20', { kind: 'alnum', count: 20 }],
    ['hex:0', null],
    ['hex', null],
    ['uuid:1', null],
    ['hex:32 ', null],
  ])('%s', (text, kind) => {
    expect(parseRandomKind(text)).toEqual(kind);
  });
});

describe('texts', () => {
  it.each([
    ['hex', 32, /^[0-9a-f]{64}$/],
    ['base64', 32, /^[A-Za-z0-9+/]{43}=$/],
    ['alnum', 20, /^[A-Za-z0-9]{20}$/],
    ['alnum', 1000, /^[A-Za-z0-9]{1000}$/],
  ] as const)('%s of %d', (kind, count, form) => {
    const text = randomText({ kind, count });
    expect(text).toMatch(form);
    expect(randomText({ kind, count })).not.toBe(text);
  });

  it('no letter is likelier than another', () => {
    const all = (count: number): Uint8Array => Uint8Array.from({ length: Math.max(count, 256) }, (_, index) => index);
    const text = randomText({ kind: 'alnum', count: 248 }, all);
    const counts = new Map<string, number>();
    for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(62);
    expect([...new Set(counts.values())]).toEqual([4]);
  });
});
