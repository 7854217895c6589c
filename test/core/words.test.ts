import { expect, it } from 'vitest';
import { splitWords } from '../../src/core/words.js';

it.each<[text: string, words: readonly string[]]>([
  ['gh auth token', ['gh', 'auth', 'token']],
  ['  pass  show   a/b ', ['pass', 'show', 'a/b']],
  [`cat '/home/ann b/token' "x y"`, ['cat', '/home/ann b/token', 'x y']],
  [String.raw`a\ b "c\"d" 'e\f'`, ['a b', 'c"d', String.raw`e\f`]],
  [`a'b'"c"d`, ['abcd']],
  ['echo $HOME | cat; rm *', ['echo', '$HOME', '|', 'cat;', 'rm', '*']],
  [`a ''`, ['a', '']],
  ['', []],
])('%s', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

it.each(["gh 'auth", 'a "b'])('an open quote: %s', (text) => {
  expect(() => splitWords(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
