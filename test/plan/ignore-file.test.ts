import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ignoreNames } from '../../src/plan/ignore-choice.js';
import { type Builder, type FolderState, letInBy, makeIgnore, parseIgnoreFile } from '../../src/plan/ignore-file.js';
import { exactPattern, readsDifferently } from '../../src/plan/ignore-pattern.js';
import { CASES, TREE } from './ignore-cases.js';

function letIn(ignore: string, builder: Builder, tree: readonly string[] = TREE): readonly string[] {
  const rules = makeIgnore(parseIgnoreFile(ignore), builder);
  return tree.filter((path) => {
    let state: FolderState = null;
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = rules.folder(path.slice(0, slash), state);
      if (folder.closed) return false;
      state = folder.state;
    }
    return !rules.leavesOut(path, state);
  });
}

describe('what an ignore file lets in, as real builders did it', () => {
  it.each(CASES.filter(({ out }) => out === null))('$ignore is no pattern', ({ ignore }) => {
    expect(parseIgnoreFile(ignore).bad).toHaveLength(1);
  });

  it.each(CASES.filter(({ out }) => out !== null))('$ignore', ({ ignore, out, buildkit = [] }) => {
    const kept = TREE.filter((path) => out?.includes(path) !== true);
    expect(parseIgnoreFile(ignore).bad).toEqual([]);
    expect(letIn(ignore, 'classic')).toEqual(kept);
    expect(letIn(ignore, 'podman')).toEqual(kept);
    expect(letIn(ignore, 'buildkit')).toEqual(TREE.filter((path) => kept.includes(path) || buildkit.includes(path)));
  });
});

it('a line for one path leaves out that path, whatever its signs, and no other one', () => {
  const name = fc
    .string({
      unit: fc.constantFrom('a', 'b', '.', '*', '?', '[', ']', '\\', '!', '#', '-', '+', ' ', 'é'),
      minLength: 1,
      maxLength: 6,
    })
    .filter((text) => text.trim() === text && !/^\.+$/.test(text));
  fc.assert(
    fc.property(name, name, (one, other) => {
      fc.pre(one !== other);
      const tree = [one, other, `sub/${one}`];
      expect(letIn(exactPattern(one), 'classic', tree)).toEqual([other, `sub/${one}`]);
      expect(letIn(exactPattern(`sub/${one}`), 'buildkit', tree)).toEqual([one, other]);
    }),
  );
});

it('counts lines from 1, comments and empty ones too', () => {
  expect(parseIgnoreFile('# a\n\n*\n!.git\n[x').patterns.map(({ line, text }) => [line, text])).toEqual([
    [3, '*'],
    [4, '.git'],
  ]);
  expect(parseIgnoreFile('# a\n\n*\n!.git\n[x').bad).toEqual([{ kind: 'bad', line: 5, text: '[x' }]);
});

it.each([
  ['*\n!.git', '!.git:2'],
  ['!.git', '!.git:1'],
  ['!.git\n*', undefined],
  ['.git', undefined],
  ['', undefined],
])('who lets .git in: %j', (ignore, by) => {
  const pattern = letInBy('.git', parseIgnoreFile(ignore).patterns);
  expect(pattern === undefined ? undefined : `!${pattern.text}:${pattern.line}`).toBe(by);
});

it('every builder looks for ignore files of its own', () => {
  expect(ignoreNames('classic', '/p/F').counts).toEqual(['.dockerignore']);
  expect(ignoreNames('buildkit', '/p/F').counts).toEqual(['/p/F.dockerignore', '.dockerignore']);
  expect(ignoreNames('podman', '/p/F').counts).toEqual([
    '/p/F.dockerignore',
    '/p/F.containerignore',
    '.containerignore',
    '.dockerignore',
  ]);
  expect(ignoreNames('classic', '/p/F').unread).toContain('/p/F.dockerignore');
});

it.each([
  ['a+b', true],
  ['a(b', true],
  ['a\\+b', false],
  ['[+]', false],
  ['*.md', false],
])('%s is read differently by engines: %s', (pattern, differs) => {
  expect(readsDifferently(pattern)).toBe(differs);
});
