import { escapeControl } from '../../core/text.js';

/** Columns as `docker ps` prints them: upper-case heads, three spaces between, no lines. Cells may come from outside: control characters are escaped. */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows].map((row) => row.map((cell) => escapeControl(cell)));
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))));
  return cells.map((row) => `${formatRow(row, widths)}\n`).join('');
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, column) => {
      const cell = row[column] ?? '';
      return cell + ' '.repeat(width - lengthOf(cell));
    })
    .join('   ')
    .trimEnd();
}

// Counts characters, not the halves of a surrogate pair.
function lengthOf(text: string): number {
  return Array.from(text).length;
}
