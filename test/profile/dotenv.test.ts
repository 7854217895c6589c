import { describe, expect, test } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { parseDotenv } from '../../src/profile/dotenv.js';
import { AROUND, DOTENV_ROWS, REFUSED_BY_BOTH, REFUSED_BY_PODCTL } from '../support/dotenv-rows.js';
import { failure, line } from './desk.js';

const VARIABLES = Object.fromEntries(Object.entries(AROUND).map(([name, value]) => [name, { value }]));

function read(text: string): Readonly<Record<string, string | null>> {
  const { entries } = parseDotenv({ file: '.env', text }, VARIABLES);
  return Object.fromEntries(entries.map(({ name, value }) => [name, value] as const));
}

// Every row is read by a real compose too: see test/acceptance/dotenv-compose.test.ts.
describe("compose's rules", () => {
  test.each(DOTENV_ROWS)('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('a bare name at the very end counts too', () => {
    expect(read('HOST')).toEqual({ HOST: 'fromhost' });
  });

  test('inherited keys are not variables', () => {
    expect(read('A=${constructor:-none}\ntoString\n')).toEqual({ A: 'none', toString: null });
  });
});

test('entries name their file and line', () => {
  const text = '# head\nA=1\n\nB="x\ny"\nexport C=3\n';
  expect(parseDotenv({ file: 'dir/.env', text }, {}).entries).toEqual([
    { name: 'A', value: '1', file: 'dir/.env', line: 2 },
    { name: 'B', value: 'x\ny', file: 'dir/.env', line: 4 },
    { name: 'C', value: '3', file: 'dir/.env', line: 6 },
  ]);
});

test('a variable that is not set is told', () => {
  const { entries, warnings } = parseDotenv({ file: 'podctl.toml', text: 'A=1\nB=x${NOPE}y$NO\n' }, {});
  expect(entries[1]?.value).toBe('xy');
  expect(warnings.map(line)).toEqual([
    '2:1: the variable `NOPE` is not set, and counts as empty (set it, or write ${NOPE:-default})',
    '2:1: the variable `NO` is not set, and counts as empty (set it, or write ${NO:-default})',
  ]);
});

test.each([...REFUSED_BY_BOTH, ...REFUSED_BY_PODCTL])('%j is refused', (text) => {
  expect(() => read(text)).toThrow(PodctlError);
});

describe('bad lines', () => {
  const NAME_HINT = 'write NAME=value, the name in letters, digits and _; a value of several lines goes in "quotes"';
  const SPACE_HINT = 'write NAME=value, without spaces in NAME';
  const QUOTE_HINT = 'put the whole value in quotes, and each variable on a line of its own';

  test.each([
    ['A!=1\n', [`1:1: a variable name cannot hold \`!\` (${NAME_HINT})`]],
    ['A B=1\n', [`1:1: a variable name has no spaces (${SPACE_HINT})`]],
    ['hunter2 hunter3\n', [`1:1: a variable name has no spaces (${SPACE_HINT})`]],
    ['=1\n', ['1:1: the line has no variable name (write NAME=value)']],
    ['A=1\nB=x\0y\n', ['2:1: the value has a NUL in it, which no variable can hold (take it out)']],
    ['B="x\\000y"\n', ['1:1: the value has a NUL in it, which no variable can hold (take it out)']],
    ['A="hunter2\n', ['1:3: the quote that begins here is not closed (close it with ")']],
    ["\nA='hunter2\n", ["2:3: the quote that begins here is not closed (close it with ')"]],
    ['A="x" B=2\n', [`1:6: something follows the closing quote (${QUOTE_HINT})`]],
    ['A="hunter2"y\n', [`1:12: something follows the closing quote (${QUOTE_HINT})`]],
    [
      'A=hunter2${HOST\n',
      [
        "1:1: a `${` in the value begins no variable (write $$ for a plain dollar, or put the value in 'single quotes')",
      ],
    ],
    ['A=hunter2${NOPE:?say which}\n', ['1:1: the variable `NOPE` is not set (say which)']],
    [
      'A%=1\nB=2\n  C D=3\nE="x"y\n',
      [
        `1:1: a variable name cannot hold \`%\` (${NAME_HINT})`,
        `3:3: a variable name has no spaces (${SPACE_HINT})`,
        `4:6: something follows the closing quote (${QUOTE_HINT})`,
      ],
    ],
  ])('%j', async (text, expected) => {
    const error = await failure(() => parseDotenv({ file: 'podctl.toml', text }, VARIABLES));
    expect(error.code).toBe('BAD_DATA');
    expect(error.problems.map(line)).toEqual(expected);
    expect(JSON.stringify([error.message, error.hint, error.problems])).not.toContain('hunter2');
  });

  test('several have a headline', async () => {
    const error = await failure(() => parseDotenv({ file: '.env', text: 'A!=1\nB!=1\n' }, {}));
    expect(error.message).toBe('`.env` has bad lines: 2 problems');
  });
});

test('a long file is read in one go', () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `N${index}=\${M:-}${'x'.repeat(40)}\n`).join('');
  const begun = performance.now();
  const { entries } = parseDotenv({ file: '.env', text }, {});
  expect(entries.at(-1)).toMatchObject({ name: 'N19999', line: 20_000 });
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('a variable of any name can be used further down', () => {
  expect(read('__proto__=1\nA=${__proto__:-none}\n')['A']).toBe('1');
});

test('where bytes were no text, values and names that they stood in are refused', () => {
  const text = "# \ufffd\nA='caf\ufffd'\n\ufffd\ufffdN=1\nB=1\n";
  expect(() => parseDotenv({ file: '.env', text, damaged: true }, {})).toThrow(
    expect.objectContaining({
      problems: [2, 3].map((row) => ({
        message: 'the line is not UTF-8 text',
        hint: 'save the file as UTF-8',
        at: { file: '.env', line: row, column: 1 },
      })),
    }),
  );
  expect(parseDotenv({ file: '.env', text: 'A=\ufffd\n' }, {}).entries[0]?.value).toBe('\ufffd');
});
