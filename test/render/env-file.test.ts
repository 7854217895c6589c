import { describe, expect, test } from 'vitest';
import { revealed, Secret } from '../../src/core/secret.js';
import { splitEnv } from '../../src/render/env-file.js';
import { refusalOf } from './desk.js';

const split = (env: Readonly<Record<string, string>>) =>
  splitEnv(Object.entries(env).map(([name, value]) => ({ name, value })));

const fits = (text: string) => split({ N: text }).file !== null;

describe('what a line of an env file carries', () => {
  test.each([
    ['plain', 'value'],
    ['empty', ''],
    ['blanks at both ends', '  x  '],
    ['quotes', `"a" 'b'`],
    ['what looks like a comment', 'a # b'],
    ['a hash first', '#fff'],
    ['an equals sign', 'a=b=c'],
    ['what looks like a variable', '$HOME ${X} `id`'],
    ['a backslash', String.raw`C:\new\table`],
    ['a carriage return inside', 'a\rb'],
    ['non-ASCII', 'grüße 漢字 😀'],
  ])('%s', (_what, value) => {
    expect(split({ NAME: value })).toEqual({ file: `NAME=${value}\n`, inline: {} });
  });
});

describe('what goes through the environment of the engine’s process', () => {
  test.each([
    ['several lines', 'NAME', 'one\ntwo'],
    ['a newline at the end', 'NAME', 'one\n'],
    ['a carriage return at the end, which engines cut off', 'NAME', 'one\r'],
    ['a line that is too long for engines', 'NAME', 'x'.repeat(70_000)],
    ['a name that would be a comment', '#NAME', 'x'],
    ['a name with a blank', 'A NAME', 'x'],
  ])('%s', (_what, name, value) => {
    expect(split({ [name]: value })).toEqual({ file: null, inline: { [name]: value } });
  });

  test('the longest line is counted in bytes', () => {
    expect([fits('x'.repeat(65_532)), fits('x'.repeat(65_533))]).toEqual([true, false]);
    expect([fits('é'.repeat(32_766)), fits('é'.repeat(32_767))]).toEqual([true, false]);
    expect([fits('漢'.repeat(21_844)), fits('😀'.repeat(16_384))]).toEqual([true, false]);
  });
});

describe('both', () => {
  test('order stays, the last variable of a name wins', () => {
    const env = [
      { name: 'B', value: '1' },
      { name: 'A', value: 'x\ny' },
      { name: 'B', value: '2' },
      { name: 'C', value: '3' },
    ];
    expect(splitEnv(env)).toEqual({ file: 'B=2\nC=3\n', inline: { A: 'x\ny' } });
  });

  test('no variables, no file', () => {
    expect(splitEnv([])).toEqual({ file: null, inline: {} });
  });

  test('one secret makes the file secret; an inline one stays itself', () => {
    const secret = new Secret('a\nb');
    const { file, inline } = splitEnv([
      { name: 'OPEN', value: '1' },
      { name: 'TOKEN', value: new Secret('canary') },
      { name: 'KEY', value: secret },
    ]);
    expect(String(file)).toBe('[redacted]');
    expect(revealed(file ?? '')).toBe('OPEN=1\nTOKEN=canary\n');
    expect(inline['KEY']).toBe(secret);
  });
});

describe('what no way carries', () => {
  test.each(['', 'A=B', 'A\0'])('the name %j', (name) => {
    expect(refusalOf(() => split({ [name]: 'x' })).slice(0, 2)).toEqual([
      'BAD_DATA',
      `\`${name}\` cannot be the name of a variable`,
    ]);
  });

  test.each([
    'PATH',
    'HOME',
    'DOCKER_HOST',
    'CONTAINERS_CONF',
    'CONTAINER_HOST',
    'LD_PRELOAD',
    'https_proxy',
    'XDG_RUNTIME_DIR',
    'PODMAN_USERNS',
  ])('several lines in %s, which the engine’s program reads itself', (name) => {
    expect(refusalOf(() => split({ [name]: 'canary\nx' }))).toEqual([
      'BAD_DATA',
      `the value of \`${name}\` fits no env file, and from its environment the engine's program would read it itself`,
      'use --via api, or write the value to a file and mount that',
    ]);
  });

  test.each(['PATHS', 'MY_PATH', 'HOMEPAGE', 'GOAL', 'USERS', 'DOCKERISH', 'SLURMY'])(
    '%s is nobody’s but the container’s',
    (name) => {
      expect(split({ [name]: 'a\nb' }).file).toBe(null);
    },
  );

  test('a name with * and several lines: podman would take it for many', () => {
    expect(refusalOf(() => split({ 'A*': 'x\ny' }))[1]).toBe(
      'the value of `A*` fits no env file, and its name with * would stand for many variables',
    );
  });

  test('a NUL, and the value is not told', () => {
    expect(refusalOf(() => split({ A: 'x\0y' }))[1]).toBe(
      'the value of `A` has a NUL in it, which no variable can hold',
    );
  });

  test('a value that no process can be given', () => {
    expect(refusalOf(() => split({ A: 'x'.repeat(131_070) }))[1]).toBe(
      'the value of `A` is too long: no program starts with a variable of more than 128 KiB',
    );
  });
});
