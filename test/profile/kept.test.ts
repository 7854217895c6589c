import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepProfiles } from '../../src/profile/keep.js';
import { keptWith, readKept } from '../../src/profile/kept.js';
import { composeProfile } from '../../src/profile/merge.js';
import { parseProfile } from '../../src/profile/parse.js';
import { foldName } from '../../src/profile/reserved.js';
import { failure, LEAST, line } from './desk.js';

const folder = new URL('../../profiles/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.toml'));
const texts = new Map(
  await Promise.all(
    files.map(async (file) => [basename(file, '.toml'), await readFile(new URL(file, folder), 'utf8')] as const),
  ),
);
const { profiles, commands } = await keepProfiles(texts);
const kept = new Map([...profiles].map(([name, content]) => [name, JSON.stringify(content)]));

describe.each([...texts])('%s as the build keeps it', (name, text) => {
  const source = { file: `profiles/${name}.toml`, text };

  test('is what a full check makes of the text, down to the order of keys', async () => {
    const { sound, ...layer } = readKept(source, kept.get(name) ?? '') ?? {};
    expect(sound).toBe(true);
    expect(JSON.stringify(layer)).toBe(JSON.stringify(await parseProfile(source)));
  });

  test('is listed with its commands', async () => {
    const { profile } = composeProfile([await parseProfile(source)]);
    expect(commands[name]).toEqual(expect.arrayContaining(Object.keys(profile.commands).map(foldName)));
  });

  test('is not used for another text', () => {
    expect(readKept({ ...source, text: `${text}\n` }, kept.get(name) ?? '')).toBeNull();
  });
});

test('the list of commands knows inherited ones and aliases, and leaves profiles that it does not know to be read', async () => {
  const over = 'extends = "base"\nname = "over"\ncommands.stop_it.aliases = ["halt-now"]\n';
  const { commands: list } = await keepProfiles(
    new Map([
      ['base', LEAST],
      ['over', over],
    ]),
  );
  const names = ['base', 'over', 'new'];
  const having = (word: string): readonly string[] => keptWith(word, names, JSON.stringify(list));
  expect(having('go')).toEqual(['base', 'over', 'new']);
  expect(having('halt_now')).toEqual(['over', 'new']);
  expect(having('stop-it')).toEqual(['over', 'new']);
  expect(having('none')).toEqual(['new']);
});

test('the build refuses a profile with mistakes, and one whose whole has some', async () => {
  const wrong = await failure(() => keepProfiles(new Map([['a', `${LEAST}ports = 1\n`]])));
  expect(wrong.problems.map(line)).toEqual([expect.stringContaining('`ports` is not a known key')]);
  const whole = await failure(() => keepProfiles(new Map([['a', `${LEAST}default_mode = "x"\n`]])));
  expect(whole.problems.map(({ message }) => message)).toEqual([expect.stringContaining('x')]);
});

test('a layer over a checked one is checked with it', async () => {
  const source = { file: 'base.toml', text: LEAST };
  const content = (await keepProfiles(new Map([['base', LEAST]]))).profiles.get('base');
  const base = readKept(source, JSON.stringify(content));
  const over = await parseProfile({ file: 'podctl.toml', text: 'extends = "base"\ndefault_mode = "x"\n' });
  expect(base).not.toBeNull();
  const error = await failure(() => composeProfile(base === null ? [] : [base, over]));
  expect(error.problems).toHaveLength(1);
  expect(composeProfile(base === null ? [] : [base]).name).toBe('t');
});
