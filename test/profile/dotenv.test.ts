import { describe, expect, test } from 'vitest';
import { parseDotenv } from '../../src/profile/dotenv.js';
import { failure, line } from './desk.js';

const VARIABLES = { HOST: { value: 'fromhost' }, EMPTY: { value: '' } };

function read(text: string): Readonly<Record<string, string | null>> {
  const { entries } = parseDotenv({ file: '.env', text }, VARIABLES);
  return Object.fromEntries(entries.map(({ name, value }) => [name, value] as const));
}

// Every row of this table was compared with `docker-compose config` 2.26.1 (HOST=fromhost, EMPTY= in its environment).
describe("compose's rules", () => {
  test.each([
    ['', {}],
    ['A=1\n', { A: '1' }],
    ['A=1', { A: '1' }],
    ['A=\n', { A: '' }],
    ['A=', { A: '' }],
    [' A = 1 \n', { A: '1' }],
    ['\n\n\nA=1\n\n', { A: '1' }],
    ['A=\tx\n', { A: 'x' }],
    ['A=x\ty\n', { A: 'x\ty' }],
    ['A=x   \n', { A: 'x' }],
    ['A=1\nA=2\n', { A: '2' }],
    // names
    ['export A=1\n', { A: '1' }],
    ['export\tA=1\n', { A: '1' }],
    ['export HOST\n', { HOST: 'fromhost' }],
    ['exportA=1\n', { exportA: '1' }],
    ['A: 1\n', { A: '1' }],
    ['A:1\n', { A: '1' }],
    ['A.B=1\n', { 'A.B': '1' }],
    ['A-B=1\n', { 'A-B': '1' }],
    ['A[0]=1\n', { 'A[0]': '1' }],
    ['é=1\n', { é: '1' }],
    ['1A=1\n', { '1A': '1' }],
    ['A==1\n', { A: '=1' }],
    ['A=a=b\n', { A: 'a=b' }],
    ['A=a:b\n', { A: 'a:b' }],
    // bare names
    ['HOST\n', { HOST: 'fromhost' }],
    ['EMPTY\n', { EMPTY: '' }],
    ['A\n', { A: null }],
    // comments
    ['# c\nA=1\n', { A: '1' }],
    ['  # c\n', {}],
    ['A=1 # c\n', { A: '1' }],
    ['A=1 #c\n', { A: '1' }],
    ['A=1# c\n', { A: '1# c' }],
    ['A=1\t# c\n', { A: '1\t# c' }],
    ['A=#c\n', { A: '#c' }],
    ['A= # c\n', { A: '# c' }],
    ['A="a # b" # c\n', { A: 'a # b' }],
    ["A='a' # c\n", { A: 'a' }],
    ["A='a'#c\n", { A: 'a' }],
    // quotes and escapes
    ["A='x y'\n", { A: 'x y' }],
    ['A=""\n', { A: '' }],
    ["A=''\n", { A: '' }],
    ['A= "x"\n', { A: 'x' }],
    ["A='it\\'s'\n", { A: "it's" }],
    ['A="say \\"hi\\""\n', { A: 'say "hi"' }],
    ["A='a\\nb'\n", { A: 'a\\nb' }],
    ['A="a\\nb"\n', { A: 'a\nb' }],
    ['A=a\\nb\n', { A: 'a\\nb' }],
    ['A="a\\tb\\\\c"\n', { A: 'a\tb\\c' }],
    ['A="a\\x41"\n', { A: 'a\\x41' }],
    ['A="\\0101"\n', { A: 'A' }],
    ['A="\\q"\n', { A: '\\q' }],
    ['A="\\a\\b\\f\\r\\v\\c"\n', { A: '\x07\b\f\r\v\\c' }],
    ["A=x'y'\n", { A: "x'y'" }],
    ['A=x"y"\n', { A: 'x"y"' }],
    ['A={"j": "${HOST}"}\n', { A: '{"j": "fromhost"}' }],
    // several lines
    ['A="line1\nline2"\n', { A: 'line1\nline2' }],
    ["A='line1\nline2'\nB=2\n", { A: 'line1\nline2', B: '2' }],
    // interpolation
    ['A=${HOST}\n', { A: 'fromhost' }],
    ['A=$HOST/x\n', { A: 'fromhost/x' }],
    ['A="${HOST}"\n', { A: 'fromhost' }],
    ["A='${HOST}'\n", { A: '${HOST}' }],
    ['A=${NOPE}\n', { A: '' }],
    ['A=${NOPE:-d}\n', { A: 'd' }],
    ['A=${EMPTY:-d}\n', { A: 'd' }],
    ['A=${EMPTY-d}\n', { A: '' }],
    ['A=${NOPE:-${HOST}}\n', { A: 'fromhost' }],
    ['A=${HOST:+alt}\n', { A: 'alt' }],
    ['A=${NOPE:+alt}\n', { A: '' }],
    ['A=1\nB=${A}2\n', { A: '1', B: '12' }],
    ['HOST=1\nB=${HOST}\n', { HOST: '1', B: 'fromhost' }],
    ['A=$$x\n', { A: '$x' }],
    ['A="$$x"\n', { A: '$x' }],
    ["A='$$x'\n", { A: '$$x' }],
    ['A="\\$HOST"\n', { A: '$HOST' }],
    ['A=pa$\n', { A: 'pa$' }],
    ['A=$1\n', { A: '$1' }],
    ['A=$(date)\n', { A: '$(date)' }],
    // line endings and marks
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A="x\r\ny"\r\nB=2\r\n', { A: 'x\r\ny', B: '2' }],
    ['HOST\r\nA=1\r\n', { HOST: 'fromhost', A: '1' }],
    ['\ufeffA=1\n', { A: '1' }],
  ])('%j', (text, expected) => {
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

describe('bad lines', () => {
  const NAME_HINT = 'write NAME=value, the name in letters, digits and _; a value of several lines goes in "quotes"';
  const SPACE_HINT = 'write NAME=value, without spaces in NAME';
  const QUOTE_HINT = 'put the whole value in quotes, and each variable on a line of its own';

  test.each([
    ['A!=1\n', [`1:1: a variable name cannot hold \`!\` (${NAME_HINT})`]],
    ['A B=1\n', [`1:1: a variable name has no spaces (${SPACE_HINT})`]],
    ['hunter2 hunter3\n', [`1:1: a variable name has no spaces (${SPACE_HINT})`]],
    ['=1\n', ['1:1: the line has no variable name (write NAME=value)']],
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
