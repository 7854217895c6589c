import { expect, it } from 'vitest';
import { shortHash } from '../../src/core/hash.js';

// Labels of containers that are there carry it: it never changes.
it.each([
  ['', 'ab3e7c0b'],
  ['/home/ann/sky', '94023c0b'],
  ['/home/ann/sky2', '650f143a'],
  ['ümläut', '27e5ce9a'],
])('%j', (text, hash) => {
  expect(shortHash(text)).toBe(hash);
});

it('tells ten thousand near names apart', () => {
  const hashes = Array.from({ length: 10_000 }, (_, index) => shortHash(`/home/user${index}/project`));
  expect(new Set(hashes).size).toBe(10_000);
});
