import { expect, it } from 'vitest';
import { makeIgnore, parseIgnoreFile } from '../../src/plan/ignore-file.js';
import { pathRules } from '../../src/plan/ignore-path.js';

const RULES = pathRules(makeIgnore(parseIgnoreFile('logs\n**/*.pyc\nbuild/*\n!build/keep\n'), 'buildkit'));

it.each([
  ['app.py', false],
  ['logs', true],
  ['logs/today/a.txt', true],
  ['lib/a.pyc', true],
  ['build/out.o', true],
  ['build/keep/a', false],
])('%s stays out: %s', (path, out) => {
  expect(RULES.leavesOut(path)).toBe(out);
});

it.each([
  ['logs', true],
  ['logs/today', true],
  ['lib', false],
  ['build', false],
  ['build/keep', false],
])('%s need not be entered: %s', (path, closed) => {
  expect(RULES.isClosed(path)).toBe(closed);
});
