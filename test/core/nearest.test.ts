import { expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.js';

it.each([
  ['biuld', ['build', 'bind'], 'build'],
  ['PULL', ['push', 'pull'], 'pull'],
  ['prun', ['run', 'prune'], 'prune'],
  ['prun', ['prune', 'run'], 'prune'],
  ['stat', ['start', 'stats'], 'stats'],
  ['xyz', ['build'], undefined],
  ['', ['build'], undefined],
])('%j among %j means %j', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant);
});
