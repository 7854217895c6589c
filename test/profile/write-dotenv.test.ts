import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDotenv } from '../../src/profile/dotenv.js';
import { dotenvSlots, fillSlots, formatDotenvValue } from '../../src/profile/write-dotenv.js';

function read(text: string): Readonly<Record<string, string | null>> {
  const { entries } = parseDotenv({ file: '.env', text }, { HOME: { value: '/root' }, A: { value: 'host' } });
  return Object.fromEntries(entries.map(({ name, value }) => [name, value] as const));
}

describe('values', () => {
  test.each([
    ['', ''],
    ['abc', 'abc'],
    ['https://x.org/api/v4', 'https://x.org/api/v4'],
    ['https://x.org/?a=b&c=d', "'https://x.org/?a=b&c=d'"],
    ['~/x', "'~/x'"],
    ['a b', "'a b'"],
    ['#no', "'#no'"],
    ['$HOME', "'$HOME'"],
    ['a"b', `'a"b'`],
    ["it's", `"it's"`],
    [`it's "$HOME"`, String.raw`"it's \"\$HOME\""`],
    ['a\\', String.raw`"a\\"`],
    ['a\\b', String.raw`'a\b'`],
    ['line1\nline2', "'line1\nline2'"],
    ['dos\r\nline', '"dos\\r\nline"'],
    ['grüße', "'grüße'"],
  ])('%j is written %s', (value, written) => {
    expect(formatDotenvValue(value)).toBe(written);
    expect(read(`X=${written}\nY=1\n`)).toEqual({ X: value, Y: '1' });
  });

  const part = fc.constantFrom(
    '\\',
    "'",
    '"',
    '$',
    '{',
    '}',
    'A',
    ' ',
    '#',
    '\n',
    '\r',
    '\t',
    'n',
    '0',
    '1',
    '=',
    '`',
    'é',
    '\ufeff',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.array(part, { maxLength: 12 }).map((all) => all.join('')),
  );

  test('what is written is read back', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        const written = `A=${formatDotenvValue(one)}\nexport B=${formatDotenvValue(two)}\nC=end\n`;
        expect(read(written)).toEqual({ A: one, B: two, C: 'end' });
      }),
      { numRuns: 3_000 },
    );
  });

  test('a slot is filled exactly there, and everything else stays', () => {
    fc.assert(
      fc.property(text, text, (kept, value) => {
        const before = `# head\nKEPT=${formatDotenvValue(kept)} # why\n\nBLANK= # say which\nLAST=1`;
        const slot = dotenvSlots(before).find(({ name }) => name === 'BLANK');
        expect(slot?.blank).toBe(true);
        const after = slot === undefined ? '' : fillSlots(before, [{ slot, value }]);
        expect(read(after)).toEqual({ ...read(before), BLANK: value });
        expect(after.startsWith(before.slice(0, before.indexOf('BLANK=') + 6))).toBe(true);
        expect(after.endsWith(' # say which\nLAST=1')).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('slots', () => {
  test.each([
    [
      'A=1\nB=\n',
      [
        ['A', false],
        ['B', true],
      ],
    ],
    ['export A=\n', [['A', true]]],
    [
      'A=\'\'\nB=""\n',
      [
        ['A', true],
        ['B', true],
      ],
    ],
    [
      'A=  \r\nB=1\r\n',
      [
        ['A', true],
        ['B', false],
      ],
    ],
    ['A= # comment\n', [['A', true]]],
    ['A=#c\n', [['A', true]]],
    [
      'A="B=\nC="\nD=\n',
      [
        ['A', false],
        ['D', true],
      ],
    ],
    ['# A=\n', []],
    ['A\nB=\n', [['B', true]]],
    ['A: \n', [['A', true]]],
    [
      'A="open\nB=\n',
      [
        ['A', false],
        ['B', true],
      ],
    ],
    ['A B=\n', []],
    ['\ufeffA=\n', [['A', true]]],
    ["A='' B\n", [['A', false]]],
  ])('%j', (text, expected) => {
    expect(dotenvSlots(text).map(({ name, blank }) => [name, blank])).toEqual(expected);
  });

  test('line ends of DOS stay', () => {
    const text = 'A=\r\nB=1\r\n';
    const slot = dotenvSlots(text)[0];
    expect(slot && fillSlots(text, [{ slot, value: 'x y' }])).toBe("A='x y'\r\nB=1\r\n");
  });
});
