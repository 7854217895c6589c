import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCsv, parseCsv } from '../../src/spec/csv.js';

test.each([
  [['type=bind', 'src=/a b'], 'type=bind,src=/a b'],
  [['a,b', 'c"d'], '"a,b","c""d"'],
  [[''], ''],
  [['', ''], ','],
  [['two\nlines'], '"two\nlines"'],
])('%j', (fields, record) => {
  expect(formatCsv(fields)).toBe(record);
  expect(parseCsv(record)).toEqual(fields);
});

test('what was formatted is parsed back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ü') }), { minLength: 1 }),
      (fields) => {
        expect(parseCsv(formatCsv(fields))).toEqual(fields);
      },
    ),
  );
});
