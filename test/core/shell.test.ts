import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { quote, quoteAll, SHELLS } from '../../src/core/shell.js';

const HOSTILE = [
  '',
  ' ',
  'a b',
  "it's",
  "'",
  "''",
  '"',
  'say "hi"',
  '$HOME',
  '${HOME}',
  '$(id)',
  '`id`',
  'a\nb',
  '\n',
  'a\tb',
  '\r',
  '-n',
  '--flag=x y',
  '--',
  'a,b',
  'type=bind,src=/a b,target=/c',
  'größe ✓ 😀',
  'C:\\path\\file',
  'C:\\ends with\\',
  '\\\\server\\share',
  '\\',
  '\\"',
  '%PATH%',
  '100%',
  '!event!',
  '#comment',
  '~',
  '~/x',
  '*',
  '?[a]',
  '{a,b}',
  '&',
  'a && b',
  'a;b',
  'a|b',
  '<in >out',
  '^caret',
  '(x)',
  '@file',
  'A=b',
  '’typographic‘',
  '\u202Eright to left',
];

describe('sh', () => {
  test.each(HOSTILE)('%j comes back from a real shell', (value) => {
    const script = `printf '%s\\0' ${quote(value, 'sh')}`;
    const { stdout, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toBe(`${value}\0`);
  });

  test('a whole command line comes back, every argument for itself', () => {
    const line = quoteAll(['printf', '%s\\0', ...HOSTILE], 'sh');
    const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(stdout).toBe(HOSTILE.map((value) => `${value}\0`).join(''));
  });

  test('a program with = in its name is no assignment', () => {
    expect(quoteAll(['A=b', 'x=y'], 'sh')).toBe("'A=b' x=y");
  });

  test.each(['a', 'a-b', '--flag=x', '/p/q.r', 'a:b', 'a,b', 'user@host', '50%'])('%j needs no quotes', (value) => {
    expect(quote(value, 'sh')).toBe(value);
  });
});

describe('PowerShell', () => {
  test.each([
    ['plain', 'plain'],
    ['/a/b:c', '/a/b:c'],
    ['C:\\x', 'C:\\x'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it''s'"],
    ['it’s', "'it’’s'"],
    ['say "hi"', String.raw`'say \"hi\"'`],
    [String.raw`\"`, String.raw`'\\\"'`],
    ['$HOME', "'$HOME'"],
    ['`n', "'`n'"],
    ['a,b', "'a,b'"],
    ['@x', "'@x'"],
    ['-a:b', "'-a:b'"],
    ['-a.b', "'-a.b'"],
    ['--rm', '--rm'],
    ['a;b', "'a;b'"],
    ['#x', "'#x'"],
  ])('%j is written %s', (value, text) => {
    expect(quote(value, 'powershell')).toBe(text);
  });

  test('a quoted program is called', () => {
    expect(quoteAll(['C:\\a b\\docker.exe', 'ps'], 'powershell')).toBe("& 'C:\\a b\\docker.exe' ps");
    expect(quoteAll(['docker', 'ps'], 'powershell')).toBe('docker ps');
  });
});

describe('cmd', () => {
  test.each([
    ['plain', 'plain'],
    ['C:\\x\\y', 'C:\\x\\y'],
    ['', '""'],
    ['a b', '"a b"'],
    ['C:\\a b\\', '"C:\\a b\\\\"'],
    ['a&b', '"a&b"'],
    ['a|b<c>d', '"a|b<c>d"'],
    ['a^b', '"a^b"'],
    ['(x)', '"(x)"'],
    ['%PATH%', '^"^%PATH^%^"'],
    ['hi!', '^"hi^!^"'],
    ['a"&calc', '^"a\\^"^&calc^"'],
    ['\\"', '"\\\\\\""'],
    ['{"a": 1}', '"{\\"a\\": 1}"'],
    ['"|"', '^"\\^"^|\\^"^"'],
  ])('%j is written %s', (value, text) => {
    expect(quote(value, 'cmd')).toBe(text);
  });

  test('a whole command line', () => {
    expect(quoteAll(['docker', 'run', 'a b'], 'cmd')).toBe('docker run "a b"');
  });
});

test('every shell quotes every hostile value without throwing', () => {
  for (const shell of SHELLS) for (const value of HOSTILE) expect(quote(value, shell).length).toBeGreaterThan(0);
});
