import { expect, test } from 'vitest';
import { compareVersions, isAtLeast } from '../../src/spec/version.js';

test.each([
  ['4.3.1', '4.10', -1],
  ['20.10.24+dfsg1', '20.10.24', 0],
  ['20.10', '20.10.0', 0],
  ['v2.0.0-beta.4', '2.0', 0],
  ['5', '4.9.4', 1],
  ['podman version 5.4.0', '5.3.9', 1],
  ['', '1', -1],
])('%s and %s', (a, b, order) => {
  expect(compareVersions(a, b)).toBe(order);
  expect(compareVersions(b, a)).toBe(order === 0 ? 0 : -order);
});

test('a version without a number is left to the engine', () => {
  expect([isAtLeast('unknown', '4.3'), isAtLeast('4.2', '4.3'), isAtLeast('4.3', '4.3')]).toEqual([true, false, true]);
});
