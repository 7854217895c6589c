import { describe, expect, test } from 'vitest';
import { profileChain } from '../../src/profile/chain.js';
import { type ParsedProfile, parseProfile } from '../../src/profile/parse.js';
import { failure, line } from './desk.js';

/** A finder over texts by name; `from` of every call is noted. */
function shelf(texts: Readonly<Record<string, string>>): {
  readonly find: (word: string, from: ParsedProfile | null) => Promise<ParsedProfile | undefined>;
  readonly asked: readonly string[];
} {
  const asked: string[] = [];
  const find = async (word: string, from: ParsedProfile | null): Promise<ParsedProfile | undefined> => {
    asked.push(`${word} from ${from?.file ?? 'nowhere'}`);
    const text = texts[word];
    return text === undefined ? undefined : parseProfile({ file: `${word}.toml`, text });
  };
  return { find, asked };
}

describe('chains', () => {
  test('base first; each layer is looked for from the one that names it', async () => {
    const { find, asked } = shelf({ top: 'extends = "middle"', middle: 'extends = "bottom"', bottom: 'name = "b"' });
    expect((await profileChain('top', find)).map(({ file }) => file)).toEqual([
      'bottom.toml',
      'middle.toml',
      'top.toml',
    ]);
    expect(asked).toEqual(['top from nowhere', 'middle from top.toml', 'bottom from middle.toml']);
  });

  test.each([
    [{ a: 'extends = "a"' }, 'the profile extends itself: a.toml → a.toml'],
    [{ a: 'extends = "b"', b: '\nextends = "a"' }, 'the profile extends itself: a.toml → b.toml → a.toml'],
    [
      { a: 'extends = "b"', b: 'extends = "c"', c: 'extends = "b"' },
      'the profile extends itself: b.toml → c.toml → b.toml',
    ],
  ])('%j goes in a circle', async (texts, message) => {
    const error = await failure(() => profileChain('a', shelf(texts).find));
    expect(error).toMatchObject({ code: 'BAD_DATA', message, hint: 'take one `extends` out' });
  });

  test('the circle is placed where it closes', async () => {
    const texts = { a: 'extends = "b"', b: 'name = "b"\nextends = "a"' };
    const error = await failure(() => profileChain('a', shelf(texts).find), { 'b.toml': texts.b });
    expect(error.problems.map(line)).toEqual([
      'b.toml:2:1 extends: the profile extends itself: a.toml → b.toml → a.toml (take one `extends` out)',
    ]);
  });

  test('a word that finds nothing', async () => {
    const texts = { a: '\nextends = "nothing"' };
    const error = await failure(() => profileChain('a', shelf(texts).find), { 'a.toml': texts.a });
    expect(error).toMatchObject({ code: 'MISSING_INPUT', message: 'there is no profile `nothing`' });
    expect(error.problems.map(({ at }) => [at?.file, at?.line])).toEqual([['a.toml', 2]]);
    expect(await failure(() => profileChain('x', shelf({}).find))).toMatchObject({
      code: 'MISSING_INPUT',
      message: 'there is no profile `x`',
    });
  });
});
