import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXIT_CODE, PodctlError, throwProblems } from '../../src/core/errors.js';
import { nearest } from '../../src/core/nearest.js';
import { formatOrigin } from '../../src/core/origin.js';
import { isAbsolute, isWithin, normalizePath, resolvePath } from '../../src/core/path.js';
import { formatKey, formatPlace } from '../../src/core/place.js';
import { formatProject } from '../../src/core/project.js';
import { revealed, Secret } from '../../src/core/secret.js';
import { escapeControl, redactUrls } from '../../src/core/text.js';

describe('the nearest word', () => {
  const WORDS = ['server', 'clean_cache', 'read_only', 'env', 'mounts'];

  test.each([
    ['servre', 'server'],
    ['sever', 'server'],
    ['SERVER', 'server'],
    ['readonly', 'read_only'],
    ['claen_cache', 'clean_cache'],
    ['evn', 'env'],
    ['mount', 'mounts'],
    ['environment', undefined],
    ['xyz', undefined],
    ['', undefined],
  ])('%j means %j', (word, meant) => {
    expect(nearest(word, WORDS)).toBe(meant);
  });

  test('of two that are equally near, the first', () => {
    expect(nearest('ab', ['aa', 'bb'])).toBe('aa');
    expect(nearest('x', [])).toBeUndefined();
  });
});

describe('paths of either system', () => {
  test.each([
    ['/a', 'posix', true],
    ['a', 'posix', false],
    ['', 'posix', false],
    ['C:\\a', 'posix', false],
    ['C:\\a', 'windows', true],
    ['c:/a', 'windows', true],
    ['\\\\server\\share', 'windows', true],
    ['//server/share', 'windows', true],
    ['\\a', 'windows', false],
    ['C:a', 'windows', false],
    ['a', 'windows', false],
  ] as const)('%j on %s: absolute %j', (path, flavour, absolute) => {
    expect(isAbsolute(path, flavour)).toBe(absolute);
  });

  test.each([
    ['/a/./b//c/../d/', 'posix', '/a/b/d'],
    ['/..', 'posix', '/'],
    ['/../a', 'posix', '/a'],
    ['/', 'posix', '/'],
    ['//a', 'posix', '/a'],
    ['', 'posix', '.'],
    ['a/..', 'posix', '.'],
    ['../../a', 'posix', '../../a'],
    ['a/../../b', 'posix', '../b'],
    ['/a\\b/../c', 'posix', '/c'],
    ['/a b/é', 'posix', '/a b/é'],
    ['c:/a/../b', 'windows', 'C:\\b'],
    ['C:\\', 'windows', 'C:\\'],
    ['C:', 'windows', 'C:\\'],
    ['C:\\..\\..\\a', 'windows', 'C:\\a'],
    ['\\\\server\\share\\..\\a', 'windows', '\\\\server\\share\\a'],
    ['//server/share/a/', 'windows', '\\\\server\\share\\a'],
    ['a/b\\..\\c', 'windows', 'a\\c'],
  ] as const)('%j on %s is %j', (path, flavour, expected) => {
    expect(normalizePath(path, flavour)).toBe(expected);
  });

  test.each([
    ['/a', 'b', 'posix', '/a/b'],
    ['/a', '../b', 'posix', '/b'],
    ['/a', '/b', 'posix', '/b'],
    ['/a', '.', 'posix', '/a'],
    ['/a', '', 'posix', '/a'],
    ['/', 'a', 'posix', '/a'],
    ['C:\\a', 'b/c', 'windows', 'C:\\a\\b\\c'],
    ['C:\\a', 'D:\\b', 'windows', 'D:\\b'],
    ['C:\\a', '..\\b', 'windows', 'C:\\b'],
    ['C:\\a', '\\b', 'windows', 'C:\\b'],
    ['C:\\a', '\\\\s\\h\\b', 'windows', '\\\\s\\h\\b'],
    ['\\\\s\\h\\a', '/b', 'windows', '\\\\s\\h\\b'],
  ] as const)('%j and %j on %s is %j', (base, path, flavour, expected) => {
    expect(resolvePath(base, path, flavour)).toBe(expected);
  });

  test.each([
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
    ['/a', '/', true],
    ['/A/b', '/a', false],
    ['/a\\b/c', '/a\\b', true],
    ['/a\\b', '/a', false],
    ['/a\\B', '/a\\b', false],
    ['C:\\a\\b', 'C:\\a', true],
    ['C:\\A\\b', 'C:\\a', true],
    ['C:\\ab', 'C:\\a', false],
    ['C:\\a', 'C:\\', true],
    ['D:\\a', 'C:\\', false],
    ['\\\\s\\h\\a', '\\\\s\\h', true],
  ])('%j within %j: %j', (path, parent, within) => {
    expect(isWithin(path, parent)).toBe(within);
  });

  test('normalising twice changes nothing, and never leaves the root', () => {
    const part = fc.constantFrom('a', 'b c', '.', '..', '', 'é', 'x\\y');
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom('posix', 'windows'), (parts, flavour) => {
        const path = normalizePath(`${flavour === 'posix' ? '/' : 'C:/'}${parts.join('/')}`, flavour);
        expect(normalizePath(path, flavour)).toBe(path);
        expect(isAbsolute(path, flavour)).toBe(true);
        expect(path.split(/[\\/]/)).not.toContain('..');
      }),
    );
  });
});

describe('text from outside', () => {
  test.each([
    ['plain ✓ é', 'plain ✓ é'],
    ['a\nb', 'a\\nb'],
    ['a\tb\r', 'a\\tb\\r'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['\u0000\u0007\u007f\u009b', '\\x00\\x07\\x7f\\x9b'],
    ['a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['\u202eabc\u2066', '\\u202eabc\\u2066'],
  ])('%j is shown as %s', (text, shown) => {
    expect(escapeControl(text)).toBe(shown);
  });

  test('lines may be kept', () => {
    expect(escapeControl('a\nb\tc\u001b', { newlines: true })).toBe('a\nb\tc\\x1b');
  });

  test.each([
    ['https://host/x', 'https://host/x'],
    ['https://user:pass@host/x', 'https://[redacted]@host/x'],
    ['see tcp://a:b@h:1 and ssh://c@d', 'see tcp://[redacted]@h:1 and ssh://[redacted]@d'],
    ['https://user:p@ss@host/x', 'https://[redacted]@host/x'],
    ['"https://user:pass@host"', '"https://[redacted]@host"'],
    ['https://host/path@v1', 'https://host/path@v1'],
    ['https://host?mail=a@b', 'https://host?mail=a@b'],
    ['name@example.org', 'name@example.org'],
  ])('%j becomes %s', (text, shown) => {
    expect(redactUrls(text)).toBe(shown);
  });
});

describe('secrets', () => {
  const secret = new Secret('hunter2');

  test.each([
    ['text', String(secret)],
    ['JSON', JSON.stringify({ secret })],
    ['inspection', inspect({ secret }, { depth: 5, showHidden: true })],
    ['keys', Object.keys(secret).join()],
    ['values', Object.values(secret).join()],
    ['entries', JSON.stringify(Object.entries(secret))],
    ['a clone', JSON.stringify(structuredClone({ secret: Object.assign({}, secret) }))],
  ])('%s shows nothing', (_, shown) => {
    expect(shown).not.toContain('hunter2');
  });

  test('prints as [redacted]', () => {
    expect(`${String(secret)} ${JSON.stringify(secret)} ${inspect(secret)}`).toBe('[redacted] "[redacted]" [redacted]');
  });

  test('is handed over on purpose only', () => {
    expect(secret.reveal()).toBe('hunter2');
    expect([revealed(secret), revealed('plain')]).toEqual(['hunter2', 'plain']);
  });
});

describe('places and keys', () => {
  test.each([
    [{ file: 'a.toml' }, 'a.toml'],
    [{ file: 'a.toml', line: 3 }, 'a.toml:3'],
    [{ file: 'a.toml', line: 3, column: 5 }, 'a.toml:3:5'],
    [{ file: 'a.toml', column: 5 }, 'a.toml'],
    [{ file: 'a.toml', line: 3, column: 5, key: 'x.y' }, 'a.toml:3:5 x.y'],
    [{ file: 'a.toml', key: 'x' }, 'a.toml x'],
    [{ file: 'a.toml', key: '' }, 'a.toml'],
  ])('%j is %s', (place, text) => {
    expect(formatPlace(place)).toBe(text);
  });

  test.each([
    [[], ''],
    [['a', 'b-c', 'd_1'], 'a.b-c.d_1'],
    [['a', 0, 'b', 12], 'a[0].b[12]'],
    [['a.b', 'c d', ''], '"a.b"."c d".""'],
    [['größe'], '"größe"'],
    [['a"b'], '"a\\"b"'],
  ])('%j is %s', (path, text) => {
    expect(formatKey(path)).toBe(text);
  });
});

describe('origins', () => {
  test.each([
    [{ kind: 'profile', file: 'p.toml', path: ['a', 0], line: 2, column: 1 }, 'p.toml:2:1 a[0]'],
    [{ kind: 'profile', file: 'p.toml', path: ['a'], mode: 'public' }, 'p.toml a (mode public)'],
    [{ kind: 'flag', flag: '--port' }, 'flag --port'],
    [{ kind: 'variable', name: 'A' }, 'variable A (environment)'],
    [{ kind: 'variable', name: 'A', file: '.env', line: 4 }, 'variable A (.env:4)'],
    [{ kind: 'variable', name: 'A', defaulted: true }, 'default of ${A}, which is not set'],
    [{ kind: 'argument', index: 0 }, 'argument 1 of the command line'],
    [{ kind: 'engine', rule: 'x' }, 'engine rule x'],
    [{ kind: 'podctl', rule: 'x' }, 'podctl rule x'],
  ] as const)('%j is %s', (origin, text) => {
    expect(formatOrigin(origin)).toBe(text);
  });
});

describe('errors', () => {
  test('no problem throws nothing', () => {
    expect(() => {
      throwProblems('BAD_DATA', 'x', []);
    }).not.toThrow();
  });

  test('one problem is the message, several have a headline', () => {
    expect(() => {
      throwProblems('BAD_DATA', 'x', [{ message: 'm', hint: 'h' }]);
    }).toThrow(expect.objectContaining({ code: 'BAD_DATA', message: 'm', hint: 'h' }));
    expect(() => {
      throwProblems('REFUSED', 'x', [{ message: 'm' }, { message: 'n' }]);
    }).toThrow(expect.objectContaining({ code: 'REFUSED', message: 'x: 2 problems', hint: undefined }));
  });

  test('an error carries its cause and has a name', () => {
    const cause = new Error('why');
    expect(new PodctlError('IO', 'm', { cause })).toMatchObject({ name: 'PodctlError', cause, problems: [] });
    expect(new PodctlError('IO', 'm')).not.toHaveProperty('cause');
  });

  test('exit codes are never renumbered', () => {
    expect(EXIT_CODE).toEqual({
      USAGE: 64,
      BAD_DATA: 65,
      MISSING_INPUT: 66,
      UNAVAILABLE: 69,
      BUG: 70,
      CANNOT_CREATE: 73,
      IO: 74,
      TRY_AGAIN: 75,
      REFUSED: 77,
      HOST_SETTING: 78,
    });
  });
});

test('a project is its name and the hash of its path', () => {
  expect(formatProject({ name: 'notes', hash: '0a1b2c3d' })).toBe('notes-0a1b2c3d');
});
