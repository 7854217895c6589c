import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LONGEST } from '../../.config/longest-first.js';

it.each(LONGEST)('%s, which is started early, is an acceptance test', (name) => {
  expect(existsSync(new URL(`../acceptance/${name}.test.ts`, import.meta.url))).toBe(true);
});
