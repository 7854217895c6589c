import { describe, expect, test } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { locate } from '../../src/profile/locate.js';
import { placeError, placeOrigins, placeProblems } from '../../src/profile/placement.js';

const TEXT = `name = "t"
about = """
several
lines"""
[container]
init = true
mounts.a.target = "/a"
resources = { memory = "1g", "cpus" = 2 }
[container.mounts."b.c"]
target = "/b"
[modes.m.container]
user = "1"
[modes.m]
about = "m"
[[container.env_files]]
path = "one"
[[container.env_files]]
path = "two"
[commands.go]
args = [
  "x", # comment
  "y",
]
`;

describe('where a key stands', () => {
  test.each([
    { path: ['name'], at: [1, 1] },
    { path: ['about'], at: [2, 1] },
    { path: ['container'], at: [5, 2] },
    { path: ['container', 'init'], at: [6, 1] },
    { path: ['container', 'mounts', 'a'], at: [7, 8] },
    { path: ['container', 'mounts', 'a', 'target'], at: [7, 10] },
    { path: ['container', 'resources', 'memory'], at: [8, 15] },
    { path: ['container', 'resources', 'cpus'], at: [8, 30] },
    { path: ['container', 'mounts', 'b.c'], at: [9, 19] },
    { path: ['container', 'mounts', 'b.c', 'target'], at: [10, 1] },
    { path: ['modes', 'm', 'container', 'user'], at: [12, 1] },
    { path: ['modes', 'm'], at: [13, 8] },
    { path: ['modes', 'm', 'about'], at: [14, 1] },
    { path: ['container', 'env_files', 0, 'path'], at: [16, 1] },
    { path: ['container', 'env_files', 1], at: [17, 13] },
    { path: ['container', 'env_files', 1, 'path'], at: [18, 1] },
    { path: ['commands', 'go', 'args', 1], at: [22, 3] },
    { path: ['container', 'init', 'none'], at: [6, 1] },
    { path: ['container', 'nothing'], at: [5, 2] },
    { path: ['nothing', 'at', 'all'], at: [1, 1] },
    { path: [], at: [1, 1] },
  ])('$path at $at', async ({ path, at }) => {
    const [line, column] = at;
    expect(await locate(TEXT, path)).toEqual({ line, column });
    expect(await locate(TEXT.replaceAll('\n', '\r\n'), path)).toEqual({ line, column });
    expect(await locate(`\ufeff${TEXT}`, path)).toEqual({ line, column });
  });

  test('columns count UTF-16 units after signs of two', async () => {
    expect(await locate('a = { "😀" = 1, b = 2 }', ['a', 'b'])).toEqual({ line: 1, column: 17 });
    expect(await locate('"größe" = { "ü" = 1 }', ['größe', 'ü'])).toEqual({ line: 1, column: 13 });
  });

  test('a text that is not TOML has no places', async () => {
    expect(await locate('a = = b', ['a'])).toBeNull();
  });
});

function read(file: string): string | null {
  return file === 'a.toml' ? 'x = 1\ny = 2\n' : null;
}

describe('placing problems', () => {
  test('line and column are filled in, and problems sorted by place', async () => {
    const found = await placeProblems(
      [
        { message: 'two', at: { file: 'a.toml', path: ['y'] } },
        { message: 'gone', at: { file: 'b.toml', path: ['y'] } },
        { message: 'nowhere' },
        { message: 'one', at: { file: 'a.toml', path: ['x'] } },
      ],
      read,
    );
    expect(found).toEqual([
      { message: 'one', at: { file: 'a.toml', path: ['x'], line: 1, column: 1 } },
      { message: 'two', at: { file: 'a.toml', path: ['y'], line: 2, column: 1 } },
      { message: 'gone', at: { file: 'b.toml', path: ['y'] } },
      { message: 'nowhere' },
    ]);
  });

  test('an error keeps its code, message, hint and cause', async () => {
    const cause = new Error('why');
    const error = new PodctlError('REFUSED', 'no', {
      hint: 'h',
      cause,
      problems: [{ message: 'm', at: { file: 'a.toml', path: ['y'] } }],
    });
    const placed = await placeError(error, read);
    expect(placed).toMatchObject({ code: 'REFUSED', message: 'no', hint: 'h', cause });
    expect(placed).toMatchObject({ problems: [{ at: { line: 2, column: 1 } }] });
  });

  test.each([
    { what: 'another error', error: new Error('x') },
    { what: 'an error without problems', error: new PodctlError('USAGE', 'x') },
    {
      what: 'an error with places',
      error: new PodctlError('USAGE', 'x', { problems: [{ message: 'x', at: { file: 'a.toml', path: [], line: 3 } }] }),
    },
  ])('$what is handed back', async ({ error }) => {
    expect(await placeError(error, read)).toBe(error);
  });

  test('a file that cannot be read leaves the problem without a line', async () => {
    const error = new PodctlError('BAD_DATA', 'x', { problems: [{ message: 'x', at: { file: 'a', path: ['x'] } }] });
    const placed = await placeError(error, () => Promise.reject(new Error('gone')));
    expect(placed).toMatchObject({ message: 'x', problems: [{ at: { file: 'a' } }] });
  });
});

test('origins of layers get line and column, others stay', async () => {
  const origins = {
    user: [
      { kind: 'profile', file: 'a.toml', path: ['y'] },
      { kind: 'variable', name: 'A' },
    ],
    init: [{ kind: 'profile', file: 'other.toml', path: ['y'] }],
  } as const;
  expect(await placeOrigins(origins, [{ file: 'a.toml', text: 'x = 1\ny = 2' }])).toEqual({
    user: [
      { kind: 'profile', file: 'a.toml', path: ['y'], line: 2, column: 1 },
      { kind: 'variable', name: 'A' },
    ],
    init: [{ kind: 'profile', file: 'other.toml', path: ['y'] }],
  });
});
