import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../src/spec/rules.js';

const root = fileURLToPath(new URL('../../src/', import.meta.url));
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== join('spec', 'rules.ts'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

describe('the rules that explain speaks of', () => {
  test('every rule that the source names is there', () => {
    const named = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/rule: '([a-z-]+)'|'rule\/([a-z-]+)'/g)].map((match) => `${file}: ${match[1] ?? match[2]}`),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((entry) => !Object.hasOwn(RULES, entry.split(': ')[1] ?? ''))).toEqual([]);
  });

  test('every rule that is there is named by the source', () => {
    const unused = Object.keys(RULES).filter(
      (id) => !sources.some(({ text }) => text.includes(`'${id}'`) || text.includes(`'rule/${id}'`)),
    );
    expect(unused).toEqual([]);
  });

  test.each(Object.entries(RULES))('%s: a reason and a consequence, in one plain sentence each', (_, rule) => {
    for (const text of [rule.reason, rule.without]) {
      expect(text).not.toMatch(/\.\s|\.$|\n/);
      expect(text.length).toBeGreaterThan(20);
      expect(text.length).toBeLessThan(200);
    }
  });
});
