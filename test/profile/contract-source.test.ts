import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { type Given, settleContract } from '../../src/profile/contract.js';
import { judgeContract } from '../../src/profile/contract-judge.js';
import { deliveryOf, isSecretVariable, sourceText } from '../../src/profile/contract-source.js';
import { LEAST, load, problems } from './desk.js';

async function settle(variable: string, given: Partial<Given> = {}) {
  const loaded = await load(`${LEAST}[env.TOKEN]\n${variable}\n`);
  const settled = settleContract(loaded, { variables: {}, flags: [], names: { home: '/home/ann' }, ...given });
  const [declared] = settled.declared;
  if (declared === undefined) throw new Error('nothing is declared');
  return { declared, problems: settled.problems };
}

const COMMAND = 'source = { command = ["op", "read", "op://${SHELF:-main}/token"] }';

describe('where a value comes from', () => {
  const set = (value: string): Partial<Given> => ({ variables: { TOKEN: { value } } });

  test.each<[string, Partial<Given>, string | null, object | undefined]>([
    [
      'nobody sets it: the source has to be asked',
      {},
      null,
      { kind: 'command', words: ['op', 'read', 'op://main/token'] },
    ],
    [
      'its texts are filled in',
      { variables: { SHELF: { value: 'lab' } } },
      null,
      { kind: 'command', words: ['op', 'read', 'op://lab/token'] },
    ],
    ['somebody sets it: the source is left alone', set('mine'), 'mine', undefined],
    ['an empty value does not count', set(''), null, { kind: 'command', words: ['op', 'read', 'op://main/token'] }],
    ['--env counts', { flags: ['TOKEN=flag'] }, 'flag', undefined],
    ['what the source gave', { sourced: { TOKEN: { value: 'given' } } }, 'given', undefined],
    [
      'what the source gave does not win over the environment',
      { ...set('mine'), sourced: { TOKEN: { value: 'x' } } },
      'mine',
      undefined,
    ],
  ])('%s', async (_, given, value, source) => {
    const { declared } = await settle(COMMAND, given);
    expect(declared.value).toBe(value);
    expect(declared.source).toEqual(source);
  });

  test('the place of the source is where the value comes from', async () => {
    const { declared } = await settle(COMMAND);
    expect(declared.origin).toEqual({ kind: 'profile', file: 'podctl.toml', path: ['env', 'TOKEN', 'source'] });
  });

  test('a text that cannot be filled in is told', async () => {
    const { problems: found } = await settle('source = { file = "${NOWHERE}/token" }');
    expect(found.map(({ message, at }) => [message, at?.path])).toEqual([
      ['the variable `NOWHERE` is not set', ['env', 'TOKEN', 'source', 'file']],
    ]);
  });
});

describe('how it reaches the container', () => {
  const given = { sourced: { TOKEN: { value: 'v' } } };
  const value = new Secret('v');

  test.each<[string, Partial<Given>, unknown]>([
    [COMMAND, given, { name: 'TOKEN', value }],
    [COMMAND, {}, { name: 'TOKEN', value: new Secret('') }],
    [`${COMMAND}\ndeliver = "file"`, given, { by: 'file', name: 'TOKEN', value, target: '/run/secrets/TOKEN' }],
    [`${COMMAND}\ndeliver = "file"\ntarget = "/etc/t"`, given, { by: 'file', name: 'TOKEN', value, target: '/etc/t' }],
    [`${COMMAND}\ncontainer = false`, given, null],
    ['source = { engine_secret = "k" }', {}, { by: 'engine', name: 'TOKEN', secret: 'k', as: 'env', target: 'TOKEN' }],
    [
      'source = { engine_secret = "k" }\ndeliver = "file"',
      {},
      { by: 'engine', name: 'TOKEN', secret: 'k', as: 'file', target: '/run/secrets/TOKEN' },
    ],
    [
      'source = { engine_secret = "k" }\ndeliver = "engine_secret"\ntarget = "/k"',
      {},
      { by: 'engine', name: 'TOKEN', secret: 'k', as: 'file', target: '/k' },
    ],
    ['source = { engine_secret = "k" }', { variables: { TOKEN: { value: 'v' } } }, { name: 'TOKEN', value }],
    ['about = "plain"', { variables: { TOKEN: { value: 'v' } } }, { name: 'TOKEN', value: 'v' }],
    ['about = "plain"', {}, null],
    ['deliver = "file"', {}, null],
  ])('%s', async (variable, around, delivery) => {
    const { declared } = await settle(variable, around);
    const found = deliveryOf(declared);
    expect(found).toEqual(delivery);
    // Secrets compare as equal whatever they hold.
    const plain = (one: unknown): unknown =>
      typeof one === 'object' && one !== null && 'value' in one && one.value instanceof Secret
        ? one.value.reveal()
        : one;
    expect(plain(found)).toEqual(plain(delivery));
  });
});

test.each([
  [{}, false],
  [{ secret: true }, true],
  [{ deliver: 'file' as const }, true],
  [{ source: { file: 'x' } }, true],
])('%j: nobody sees its value: %j', (variable, secret) => {
  expect(isSecretVariable(variable)).toBe(secret);
});

test('sources in words', () => {
  expect([
    sourceText({ kind: 'file', path: 'a.txt' }),
    sourceText({ kind: 'command', words: ['op', 'read'] }),
    sourceText({ kind: 'engine_secret', secret: 'k' }),
  ]).toEqual(['the file `a.txt`', 'what `op` prints', 'the secret `k` of the engine']);
});

describe('judgement', () => {
  const judge = async (variable: string, given: Partial<Given>) => {
    const { declared } = await settle(variable, given);
    const input = { declared: [declared], strangers: [], environment: [], found: {}, envFile: null };
    return judgeContract(input).problems.map(({ message }) => message);
  };

  test('a required variable that a source will give is not missing', async () => {
    expect(await judge(`${COMMAND}\nrequired = true`, {})).toEqual([]);
  });

  test('what a source gave is held against the rule, and not shown', async () => {
    const found = await judge(`${COMMAND}\nrule = "integer"`, {
      sourced: { TOKEN: { value: 'c4nary', origin: { kind: 'profile', file: 'podctl.toml', path: ['env'] } } },
    });
    expect(found).toEqual(['the value of `TOKEN` is wrong: it must be a whole number']);
  });

  test('podctl puts nothing into the engine’s keeping', async () => {
    const variable = 'source = { engine_secret = "k" }\ndeliver = "engine_secret"';
    expect(await judge(variable, { variables: { TOKEN: { value: 'v' } } })).toEqual([
      '`TOKEN` is set (process environment), and deliver = "engine_secret" hands out what the engine keeps',
    ]);
  });

  test('deliver = "engine_secret" needs a secret of the engine', async () => {
    expect(await problems(`${LEAST}[env.TOKEN]\nsource = { file = "x" }\ndeliver = "engine_secret"\n`)).toEqual([
      '6:1 env.TOKEN.deliver: deliver = "engine_secret" is for secrets that the engine keeps (write source = { engine_secret = "NAME" }, or deliver = "file")',
    ]);
  });
});
