import { expect, it } from 'vitest';
import { formatTable } from '../../src/cli/ui/table.js';

it('lines columns up by characters and ends no line with spaces', () => {
  expect(
    formatTable(
      ['NAME', 'STATE', 'PORTS'],
      [
        ['sky', 'running', ''],
        ['a-long-näme', 'exited (3)', '127.0.0.1:5000:5000'],
        ['😀', 'x', 'y'],
      ],
    ),
  ).toBe(
    [
      'NAME          STATE        PORTS',
      'sky           running',
      'a-long-näme   exited (3)   127.0.0.1:5000:5000',
      '😀             x            y',
      '',
    ].join('\n'),
  );
});

it('makes control characters from outside visible', () => {
  expect(formatTable(['A'], [['\u001b[31mred']])).toBe('A\n\\x1b[31mred\n');
});
