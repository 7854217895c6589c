import { describe, expect, it, test } from 'vitest';
import { settleContract } from '../../src/profile/contract.js';
import { judgeContract, strangerIn } from '../../src/profile/contract-judge.js';
import { breaks, type Rule } from '../../src/profile/contract-rule.js';
import type { DeclaredValue, Variables } from '../../src/profile/resolved.js';
import type { EnvVariable } from '../../src/profile/schema-env.js';
import { LEAST, load, resolve } from './desk.js';

describe('rules', () => {
  const API: Rule = { rule: 'url', ends_with: '/api/v1' };
  const SLASH = 'its path must end in /api/v1, without a slash behind it';
  const END = 'its path must end in /api/v1';
  const ADDRESS = 'it must be a whole address, for instance https://example.org/path';

  test.each<[Rule, string, string | null]>([
    [{}, 'anything\nat all', null],
    [{ rule: 'url' }, 'http://h', null],
    [{ rule: 'url' }, 'HTTPS://user:pa:ss@h.example:65535/p?q=1#f', null],
    [{ rule: 'url' }, 'redis://[::1]:6379/0', null],
    [{ rule: 'url' }, 'h.example.org/api', ADDRESS],
    [{ rule: 'url' }, 'http:/h', ADDRESS],
    [{ rule: 'url' }, 'http://', ADDRESS],
    [{ rule: 'url' }, 'http://:80/', ADDRESS],
    [{ rule: 'url' }, 'http://h:65536', ADDRESS],
    [{ rule: 'url' }, 'http://h:http/', ADDRESS],
    [{ rule: 'url' }, 'http://h /x', ADDRESS],
    [{ rule: 'url' }, ' http://h', ADDRESS],
    [{ rule: 'url' }, '"http://h"', ADDRESS],
    [API, 'https://h/api/v1', null],
    [API, 'https://h/prefix/api/v1', null],
    [API, 'https://h/api/v1/', SLASH],
    [API, 'https://h/api/v1///', SLASH],
    [API, 'https://h/api/v11', END],
    [API, 'https://h/xapi/v1', END],
    [API, 'https://h', END],
    [API, 'https://h?x=/api/v1', END],
    [API, 'https://h/api/v1?x=1', `${END}, and nothing may follow`],
    [API, 'https://h/api/v1#top', `${END}, and nothing may follow`],
    [{ rule: 'url', pattern: 'https://.*' }, 'https://h', null],
    [{ rule: 'url', pattern: 'https://.*' }, 'http://h', 'it must have the form https://.*'],
    [{ rule: 'integer' }, '-12', null],
    [{ rule: 'integer' }, '1.0', 'it must be a whole number'],
    [{ rule: 'integer' }, '1e3', 'it must be a whole number'],
    [{ rule: 'integer' }, ' 1', 'it must be a whole number'],
    [{ rule: 'integer' }, '0x10', 'it must be a whole number'],
    [{ rule: 'integer', min: 1 }, '0', 'it must be a whole number, at least 1'],
    [{ rule: 'integer', max: 9 }, '10', 'it must be a whole number, at most 9'],
    [{ rule: 'integer', min: 1, max: 9 }, '10', 'it must be a whole number from 1 to 9'],
    [{ rule: 'integer', min: 1, max: 9 }, '9', null],
    [{ rule: 'enum', one_of: ['INFO', 'DEBUG'] }, 'INFO', null],
    [{ rule: 'enum', one_of: ['INFO', 'DEBUG'] }, 'info', 'it must be one of INFO, DEBUG'],
    [{ rule: 'regex', pattern: 'a|b' }, 'b', null],
    [{ rule: 'regex', pattern: 'a|b' }, 'ab', 'it must have the form a|b'],
    [{ rule: 'regex', pattern: 'a' }, 'a\n', 'it must have the form a'],
    [{ rule: 'path' }, '/a', null],
    [{ rule: 'path' }, 'C:\\a', null],
    [{ rule: 'path' }, 'a/b', 'it must be an absolute path'],
    [{ rule: 'path' }, '~/a', 'it must be an absolute path'],
    [{ rule: 'path', pattern: '/srv/.*' }, '/opt/x', 'it must have the form /srv/.*'],
  ])('%j %j', (rule, value, sentence) => {
    expect(breaks(value, rule)?.sentence ?? null).toBe(sentence);
  });

  it('an enum guesses what was meant', () => {
    expect(breaks('debgu', { rule: 'enum', one_of: ['info', 'debug'] })?.hint).toBe('did you mean debug?');
  });
});

describe('precedence', () => {
  const TOML = `${LEAST}[env.A]\ndefault = "\${BASE:-b}/{project}"\n[env.B]\ndefault = 7\n[env.C]\n[env.D]\ndefault = "\${B}"\n`;
  const settle = async (variables: Variables, flags: readonly string[] = []) => {
    const { declared, ...rest } = settleContract(await load(TOML), { variables, flags, names: { project: '/p' } });
    return { ...rest, values: Object.fromEntries(declared.map(({ name, value }) => [name, value])) };
  };

  it('defaults are filled in, and see those before them', async () => {
    const { values, variables, problems } = await settle({});
    expect(values).toEqual({ A: 'b//p', B: '7', C: null, D: '7' });
    expect(variables['B']).toEqual({
      value: '7',
      origin: { kind: 'profile', file: 'podctl.toml', path: ['env', 'B', 'default'] },
    });
    expect(problems).toEqual([]);
  });

  it('the environment wins over a default, a flag over the environment; the last flag counts', async () => {
    const variables = { B: { value: '1' }, C: { value: '2', file: '.env', line: 3 } };
    const { values, flags } = await settle(variables, ['C=3', 'X=1', 'C=4=4', 'B', 'Y']);
    expect(values).toMatchObject({ B: '1', C: '4=4', D: '1' });
    expect(flags).toEqual(['X=1', 'Y']);
  });

  it('an empty value lets the default stand in, and is kept where there is none', async () => {
    expect((await settle({ B: { value: '' }, C: { value: '' } }, ['D='])).values).toMatchObject({
      B: '7',
      C: '',
      D: '7',
    });
  });

  it('what a source gave counts before the default and after everything else', async () => {
    const loaded = await load(TOML);
    const sourced = { B: { value: 'from source' }, C: { value: 'from source' } };
    const { declared } = settleContract(loaded, {
      variables: { C: { value: 'own' } },
      flags: [],
      names: { project: '/p' },
      sourced,
    });
    expect(declared.map(({ value }) => value)).toEqual(['b//p', 'from source', 'own', 'from source']);
  });

  it('a default that cannot be filled in is a problem at its place', async () => {
    const loaded = await load(`${LEAST}[env.A]\ndefault = "\${NOPE:?say which}"\n`);
    const { problems } = settleContract(loaded, { variables: {}, flags: [], names: {} });
    expect(problems).toEqual([
      {
        message: 'the variable `NOPE` is not set',
        hint: 'say which',
        at: { file: 'podctl.toml', key: 'env.A.default', path: ['env', 'A', 'default'] },
      },
    ]);
  });
});

describe('the container', () => {
  it('gets declared variables from wherever they come, but for those of podctl alone', async () => {
    const loaded = await load(
      `${LEAST}[env.A]\ndefault = "a"\n[env.S]\nsecret = true\n[env.P]\ncontainer = false\n[env.N]\n[env.W]\n[container.env]\nW = "written"\n`,
    );
    const variables = { S: { value: 's' }, P: { value: 'p' }, W: { value: 'w' } };
    const file = { file: '.env', line: 1 };
    const envFileEntries = [
      { name: 'S', value: 'from file', ...file },
      { name: 'P', value: 'from file', ...file },
      { name: 'X', value: 'x', ...file },
    ];
    const { declared } = settleContract(loaded, { variables, flags: [], names: {} });
    const contract = { declared, problems: [] };
    const { env } = resolve(loaded, { envFileEntries, contract }).container;
    expect(env.map(({ name, value }) => [name, String(value)])).toEqual([
      ['X', '[redacted]'],
      ['A', 'a'],
      ['S', '[redacted]'],
      ['W', 'written'],
    ]);
    expect(env.map(({ value }) => (typeof value === 'string' ? value : value.reveal()))).toEqual([
      'x',
      'a',
      's',
      'written',
    ]);
  });

  it('a declared secret may not be used where it would be shown', async () => {
    const loaded = await load(`${LEAST}[env.S]\nsecret = true\n[container]\nhostname = "\${S}"\n`);
    const { declared, variables } = settleContract(loaded, { variables: { S: { value: 's' } }, flags: [], names: {} });
    expect(() =>
      resolve(loaded, { variables: { S: variables['S']?.value ?? '' }, contract: { declared, problems: [] } }),
    ).toThrow('the secret variable `S` would be shown in plain here');
  });
});

describe('the judge', () => {
  const declare = (name: string, variable: EnvVariable, value: string | null = null): DeclaredValue => ({
    name,
    variable,
    value,
    origin: value === null ? null : { kind: 'variable', name, file: '.env', line: 2 },
  });
  const NOTHING = { strangers: [], environment: [], found: {}, envFile: '.env' };
  const at = { file: '.env', line: 2 };

  it('never shows a secret', () => {
    const variable: EnvVariable = { secret: true, rule: 'enum', one_of: ['one', 'two'], example: 'one' };
    const { problems } = judgeContract({ ...NOTHING, declared: [declare('S', variable, 'hunter2')] });
    expect(problems).toEqual([
      { message: 'the value of `S` is wrong: it must be one of one, two', hint: 'write for instance one', at },
    ]);
  });

  it.each([
    [{ rule: 'url' } as const, 'https://ann:hun/ter 2@h/x', 'https://[redacted]@h/x'],
    [{ rule: 'url' } as const, 'ann:hunter2@h', '[redacted]@h'],
    [{ rule: 'url' } as const, `https://ann:${'p'.repeat(200)}@h x`, 'https://[redacted]@h x'],
    [{ rule: 'integer' } as const, 'see https://ann:hunter2@h', 'see https://[redacted]@h'],
  ])('never shows who logs in: %j %j', (variable, value, shown) => {
    const { problems } = judgeContract({ ...NOTHING, declared: [declare('A', variable, value)] });
    expect(problems[0]?.message).toContain(`\`A\` is \`${shown}\`: `);
  });

  it('cuts a long value', () => {
    const { problems } = judgeContract({ ...NOTHING, declared: [declare('A', { rule: 'integer' }, 'x'.repeat(200))] });
    expect(problems[0]?.message).toBe(`\`A\` is \`${'x'.repeat(100)}…\`: it must be a whole number`);
  });

  it('a required variable that the engine keeps is not missing, an optional empty one is fine', () => {
    const kept: DeclaredValue = {
      ...declare('S', { required: true, source: { engine_secret: 's' } }),
      source: { kind: 'engine_secret', secret: 's' },
    };
    const empty = declare('E', { rule: 'url' }, '');
    expect(judgeContract({ ...NOTHING, declared: [kept, empty] })).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    ['.env', 'write A=… into .env'],
    [null, 'set it in the environment, or give --env-file FILE with A=…'],
  ])('says where to write, env file %s', (envFile, hint) => {
    const { problems } = judgeContract({ ...NOTHING, declared: [declare('A', { required: true })], envFile });
    expect(problems).toEqual([{ message: '`A` is not set anywhere', hint }]);
  });

  it('the nearest stranger is what was meant, and each stranger is meant once', () => {
    const declared = [
      declare('DATABASE_URL', { required: true }),
      declare('DATABASE_URI', { required: true }),
      declare('COOKIE', {}),
    ];
    const strangers = [strangerIn('DATABSE_URL', { file: '.env', line: 1 }), strangerIn('OTHER', at)];
    const environment = ['COOKY', 'PATH', 'database_uri'];
    const { problems, warnings } = judgeContract({ ...NOTHING, declared, strangers, environment });
    expect(problems.map(({ hint }) => hint)).toEqual([
      '.env:1 sets `DATABSE_URL`: did you mean `DATABASE_URL`?',
      'the process environment sets `database_uri`: did you mean `DATABASE_URI`?',
    ]);
    expect(warnings).toEqual([]);
  });
});
