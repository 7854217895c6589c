import * as fc from 'fast-check';
import { stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { parseDotenv } from '../../src/profile/dotenv.js';
import { interpolate } from '../../src/profile/interpolate.js';
import { profileSchema } from '../../src/profile/json-schema.js';
import { load, problems, resolve } from './desk.js';

/** Every key that a profile knows, and some that it does not. */
const KEYS = [...keysIn(profileSchema()), 'a', 'go', 'public', 'größe', 'a.b', 'a b', '__proto__', 'constructor', ''];
const WORDS = [
  '',
  'x',
  '/a',
  '80',
  '1.5g',
  '10s',
  'bind',
  'volume',
  '${A}',
  '${A:-x}',
  '{each}',
  '{mode}',
  '${',
  '$A',
  '\0',
];

const { table } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...WORDS),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: false }),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 3 }),
    tie('table'),
  ),
  table: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5 }),
}));

test('whatever a profile holds, it works or its problems are named with their lines', async () => {
  await fc.assert(
    fc.asyncProperty(table, async (data) => {
      const text = stringify(data);
      const found = await attempt(async () => resolve(await load(text), { variables: { A: 'a' } }), text);
      for (const problem of found) expect(problem).toMatch(/^\d+:\d+/);
    }),
    { numRuns: 300 },
  );
});

test('whatever a text holds, it is filled in or refused', () => {
  const sign = fc.constantFrom('$', '{', '}', ':', '-', '?', '+', 'A', 'each', 'mode', ' ', '"', '\n', '${', '$$', 'é');
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 30 }), (signs) => {
      const scope = { variables: { A: { value: 'a' } }, names: { mode: 'm' } };
      expect(outcome(() => interpolate(signs.join(''), scope).text)).toBe(true);
    }),
  );
});

test('a text without dollars and braces stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const plain = text.replaceAll(/[${]/g, '');
      expect(interpolate(plain, { variables: {}, names: {} }).text).toBe(plain);
    }),
  );
});

test('whatever an env file holds, it is read or refused', () => {
  const sign = fc.constantFrom(
    'A',
    '=',
    '"',
    "'",
    '\\',
    '\n',
    '\r\n',
    ' ',
    '#',
    '$',
    '${A}',
    '{',
    '}',
    'export ',
    ':',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 40 }), (signs) => {
      const text = signs.join('');
      expect(outcome(() => parseDotenv({ file: '.env', text }, {}).entries.length)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a value in double quotes comes back, escaped as compose asks for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const quoted = value.replaceAll(/[\\"$]/g, String.raw`\$&`);
      expect(parseDotenv({ file: '.env', text: `A="${quoted}"` }, {}).entries[0]?.value).toBe(value);
    }),
  );
});

/** Problems as lines; empty when the work succeeds or the request itself was the mistake. */
async function attempt(work: () => Promise<unknown>, text: string): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'USAGE') return [];
    if (!(error instanceof PodctlError)) throw error;
    return error.problems.every(({ at }) => at?.line !== undefined) ? [] : problems(text);
  }
}

/** True when the work succeeds or fails with podctl's own error. */
function outcome(work: () => unknown): boolean {
  try {
    return work() !== undefined;
  } catch (error) {
    return error instanceof PodctlError && error.code === 'BAD_DATA';
  }
}

function keysIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const own = key === 'properties' && typeof value === 'object' && value !== null ? Object.keys(value) : [];
    return [...own, ...keysIn(value)];
  });
}
