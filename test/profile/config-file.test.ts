import { describe, expect, test } from 'vitest';
import { type ConfigRules, checkConfigFile } from '../../src/profile/config-file.js';
import { line } from './desk.js';

const RULES: ConfigRules = {
  keys: {
    'cache.path': { type: 'string', required: true },
    'cache.max_age': { type: 'integer', min: 0, max: 100, hint: 'write whole minutes' },
    'cache.max_size': { type: 'string', pattern: '^[0-9]+gb$', hint: 'write 1gb' },
    ratio: { type: 'number', min: 0.5 },
    level: { type: 'string', one_of: ['info', 'debug'] },
    debug: { type: 'boolean' },
    hosts: { type: 'array' },
    extra: { type: 'table' },
    token: { type: 'string', pattern: '^t', secret: true },
    pin: { type: 'integer', max: 1, secret: true },
    gone: false,
  },
};
const OK = '[cache]\npath = "/c"\n';

async function check(text: string, rules: ConfigRules = RULES): Promise<readonly string[]> {
  return (await checkConfigFile({ file: 'podctl.toml', text }, rules)).map(line);
}

describe('something else where a table should be', () => {
  test.each([
    ['cache = 1', ['1:1 cache: must be a table, and is a whole number (write [cache] over its keys)']],
    ['[[cache]]\npath = "/c"', ['1:3 cache: must be a table, and is a list (write [cache] over its keys)']],
    ['cache = 2020-01-01', ['1:1 cache: must be a table, and is a date (write [cache] over its keys)']],
  ])('%j', async (text, problems) => {
    expect(await check(text)).toEqual(problems);
  });
});

describe('what is right', () => {
  test.each([
    OK,
    'cache.path = "/c"',
    'cache = { path = "/c", max_age = 0 }',
    `${OK}max_age = 100\nmax_size = "1gb"`,
    `ratio = 1\n${OK}`,
    `ratio = 0.5\nlevel = "info"\ndebug = true\nhosts = []\ntoken = "t1"\npin = 1\n${OK}[extra]\nx = 1\n`,
    `spectro_redux = "/x"\n${OK}preload_releases = []\n[other]\nx = 1`,
    `levels = 1\nlevel = "info"\n${OK}`,
  ])('%j', async (text) => {
    expect(await check(text)).toEqual([]);
  });
});

describe('what is wrong', () => {
  test.each([
    ['', ['1:1 cache.path: `cache.path` is missing (write cache.path = …)']],
    ['[cache]\nmax_age = 1', ['1:2 cache.path: `cache.path` is missing (write cache.path = …)']],
    ['[cache]\npath = 1', ['2:1 cache.path: must be text in quotes, and is a whole number']],
    [`${OK}max_age = "60"`, ['3:1 cache.max_age: must be a whole number, and is text in quotes (write whole minutes)']],
    [`${OK}max_age = 60.0`, ['3:1 cache.max_age: must be a whole number, and is a number (write whole minutes)']],
    [`${OK}max_age = -1`, ['3:1 cache.max_age: `-1` is less than 0 (write whole minutes)']],
    [`${OK}max_age = 101`, ['3:1 cache.max_age: `101` is more than 100 (write whole minutes)']],
    [
      `${OK}max_age = 9007199254740993`,
      ['3:1 cache.max_age: `9007199254740992` is more than 100 (write whole minutes)'],
    ],
    [`${OK}max_age = 2024-01-01`, ['3:1 cache.max_age: must be a whole number, and is a date (write whole minutes)']],
    [`${OK}max_size = "1tb"`, ['3:1 cache.max_size: `1tb` is not written as this key needs it (write 1gb)']],
    [`ratio = "x"\n${OK}`, ['1:1 ratio: must be a number, and is text in quotes']],
    [`ratio = nan\n${OK}`, ['1:1 ratio: `NaN` is less than 0.5']],
    [`level = "warn"\n${OK}`, ['1:1 level: `warn` is none of info, debug']],
    [`debug = "yes"\n${OK}`, ['1:1 debug: must be true or false, and is text in quotes']],
    [`hosts = "a"\n${OK}`, ['1:1 hosts: must be a list, and is text in quotes']],
    [`extra = []\n${OK}`, ['1:1 extra: must be a table, and is a list']],
    [`token = "hunter2"\n${OK}`, ['1:1 token: this value is not written as this key needs it']],
    [`pin = 77\n${OK}`, ['1:1 pin: this number is more than 1']],
    ['[cahce]\npath = "/c"', ['1:2 cahce: `cahce` is not a known key (did you mean `cache`?)']],
    [`${OK}max_aeg = 1`, ['3:1 cache.max_aeg: `max_aeg` is not a known key (did you mean `max_age`?)']],
    ['[cache]\npaht = "/c"', ['2:1 cache.paht: `paht` is not a known key (did you mean `path`?)']],
    [`lvel = 1\n${OK}`, ['1:1 lvel: `lvel` is not a known key (did you mean `level`?)']],
    [
      '[cache]\r\npath = 1\r\nmax_age = -1\r\nmax_size = 5\r\n',
      [
        '2:1 cache.path: must be text in quotes, and is a whole number',
        '3:1 cache.max_age: `-1` is less than 0 (write whole minutes)',
        '4:1 cache.max_size: must be text in quotes, and is a whole number (write 1gb)',
      ],
    ],
    ['\ufeffcache.path = 1', ['1:7 cache.path: must be text in quotes, and is a whole number']],
    ['a = x', ['1:5: this is not TOML: invalid value (text stands in quotes, a list in [ ], a table in { })']],
  ])('%j', async (text, expected) => {
    expect(await check(text)).toEqual(expected);
  });
});

describe('formats', () => {
  test.each([
    { rules: { format: 'any', keys: RULES.keys }, text: 'not: toml', problems: 0 },
    { rules: {}, text: 'not: toml', problems: 0 },
    { rules: { format: 'toml' }, text: 'not: toml', problems: 1 },
    { rules: { format: 'toml' }, text: 'a = 1', problems: 0 },
    { rules: { keys: {} }, text: 'not: toml', problems: 1 },
  ] as const)('$rules', async ({ rules, text, problems }) => {
    expect(await check(text, rules)).toHaveLength(problems);
  });
});
