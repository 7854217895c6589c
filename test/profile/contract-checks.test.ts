import { describe, expect, test } from 'vitest';
import { LEAST, load, problems } from './desk.js';

// [env.X] stands in line 4, its keys from line 5 on.
const of = (...lines: readonly string[]): string => `${LEAST}[env.X]\n${lines.join('\n')}\n`;

describe('a contract that makes no sense', () => {
  test.each([
    [
      ['rule = "url"', 'min = 1', 'max = 2'],
      [
        '6:1 env.X.min: `min` says nothing about a url (it goes with rule = "integer")',
        '7:1 env.X.max: `max` says nothing about a url (it goes with rule = "integer")',
      ],
    ],
    [['one_of = ["a"]'], ['5:1 env.X.one_of: `one_of` says nothing about a text (it goes with rule = "enum")']],
    [
      ['rule = "integer"', 'ends_with = "/a"'],
      ['6:1 env.X.ends_with: `ends_with` says nothing about an integer (it goes with rule = "url")'],
    ],
    [
      ['pattern = "a"'],
      [
        '5:1 env.X.pattern: `pattern` says nothing about a text (it goes with rule = "regex", "url", "path", "file", "directory")',
      ],
    ],
    [['rule = "enum"'], ['5:1 env.X.rule: rule = "enum" needs `one_of` (write one_of = …)']],
    [['rule = "enum"', 'one_of = []'], ['6:1 env.X.one_of: no word is allowed (write one_of = ["…", "…"])']],
    [['rule = "regex"'], ['5:1 env.X.rule: rule = "regex" needs `pattern` (write pattern = …)']],
    [['rule = "integer"', 'min = 2', 'max = 1'], ['7:1 env.X.max: no number is at least 2 and at most 1 (swap them)']],
    [
      ['required = true', 'default = "a"'],
      [
        '6:1 env.X.default: `default` and `required` exclude each other (a variable with a default is never missing: take one of the two out; a value to begin with goes in `example`)',
      ],
    ],
    [
      ['secret = true', 'default = "a"'],
      [
        '6:1 env.X.default: a secret has no `default`, for anyone could read it here (write required = true, and perhaps generate = "hex:32")',
      ],
    ],
    [
      ['default = "a"', 'generate = "hex:3"'],
      ['6:1 env.X.generate: `generate` and `default` exclude each other (take one of the two out)'],
    ],
    [
      ['generate = "uuid"'],
      [
        '5:1 env.X.generate: `uuid` is not a way to make a value (write hex:32, base64:32 (bytes) or alnum:20 (letters))',
      ],
    ],
    [
      ['source = {}'],
      [
        '5:1 env.X.source: `source` has one key (write source = { file = "…" }, { command = ["…"] } or { engine_secret = "…" })',
      ],
    ],
    [
      ['source = { file = "a", command = ["b"] }'],
      [
        '5:1 env.X.source: `source` has one key (write source = { file = "…" }, { command = ["…"] } or { engine_secret = "…" })',
      ],
    ],
    [
      ['container = false', 'deliver = "file"'],
      [
        '6:1 env.X.deliver: `deliver` says nothing about a variable that the container does not get (take `deliver` or container = false out)',
      ],
    ],
    [
      ['container = false', 'source = { engine_secret = "a" }'],
      [
        '6:1 env.X.source: podctl cannot read a secret of the engine, and the container does not get it (take container = false out)',
      ],
    ],
    [
      ['target = "/a"'],
      ['5:1 env.X.target: `target` is the place of a file, and the variable is no file (write deliver = "file")'],
    ],
    [
      ['deliver = "file"', 'target = "a"'],
      ['6:1 env.X.target: `a` is not an absolute path (paths in the container begin with /)'],
    ],
    [
      ['rule = "url"', 'ends_with = "/api/"'],
      ['6:1 env.X.ends_with: `/api/` is not the end of a path (begin it with /, and end it without one)'],
    ],
    [
      ['rule = "integer"', 'min = 3', 'default = 2'],
      ['7:1 env.X.default: `default` breaks the rule: it must be a whole number, at least 3'],
    ],
    [
      ['rule = "enum"', 'one_of = ["a", "b"]', 'example = "c"'],
      ['7:1 env.X.example: `example` breaks the rule: it must be one of a, b'],
    ],
    [['requierd = true'], ['5:1 env.X.requierd: `requierd` is not a known key (did you mean `required`?)']],
    [
      ['rule = "uri"'],
      [
        '5:1 env.X.rule: must be one of text, url, integer, enum, regex, path, file, directory, and is `uri` (did you mean `url`?)',
      ],
    ],
    [['default = "${NOPE"'], ['5:1 env.X.default: `${NOPE` is not a variable (close it: ${NOPE})']],
  ])('%j', async (lines, expected) => {
    expect(await problems(of(...lines))).toEqual(expected);
  });

  test('a pattern that is none', async () => {
    const [only, ...more] = await problems(of('rule = "regex"', 'pattern = "("'));
    expect(more).toEqual([]);
    expect(only).toMatch(/^6:1 env\.X\.pattern: `\(` is not a pattern \(/);
  });

  test('a name that ${…} could not say', async () => {
    expect(await problems(`${LEAST}[env.A-B]\n`)).toEqual([
      '4:6 env.A-B: `A-B` is not a good name (use letters, digits and `_`, as ${…} does)',
    ]);
  });

  test('a value where a declaration belongs', async () => {
    expect(await problems(`${LEAST}[env]\nTZ = "UTC"\n`)).toEqual([
      '5:1 env.TZ: must be a table, or false (takes it away), and is text (a value that the container gets goes in [container.env]; for one to begin with write { default = "…" })',
    ]);
  });
});

describe('layers', () => {
  const BASE = `${LEAST}[env.A]\nabout = "a"\nrule = "integer"\nmin = 1\n[env.B]\nrequired = true\n`;

  test('merge by key, and false takes a variable away', async () => {
    const { profile } = await load(BASE, 'extends = "base"\n[env]\nA.max = 9\nB = false\nC.secret = true\n');
    expect(profile.env).toEqual({ A: { about: 'a', rule: 'integer', min: 1, max: 9 }, C: { secret: true } });
  });

  test('a later layer answers for what both make together', async () => {
    expect(await problems(BASE, 'extends = "base"\nenv.A.rule = "url"\nenv.B.default = "x"\n')).toEqual([
      'base.toml:7:1 env.A.min: `min` says nothing about a url (it goes with rule = "integer")',
      '3:7 env.B.default: `default` and `required` exclude each other (a variable with a default is never missing: take one of the two out; a value to begin with goes in `example`)',
    ]);
  });

  test('false for a variable that nobody declares', async () => {
    expect(await problems(BASE, 'extends = "base"\nenv.C = false\n')).toEqual([
      '2:5 env.C: `false` takes `C` away, but no earlier layer sets it (check the name; for the text false write "false")',
    ]);
  });

  test('a profile without a contract has an empty one', async () => {
    expect((await load(LEAST)).profile.env).toEqual({});
  });
});
