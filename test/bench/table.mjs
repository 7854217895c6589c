// @ts-check
/** @typedef {import('./measure.mjs').Row} Row */

function goalOf(/** @type {Row} */ { goal, most, least = null, exactly = null, added, unit }) {
  if (exactly !== null) return `= ${exactly}`;
  if (least !== null) return `>= ${least}`;
  if (most !== null) return `adds ${added.toFixed(0)}, <= ${most} ${unit}`;
  return goal === null ? '-' : `<= ${goal}`;
}

/** A table for a person. */
export function formatTable(/** @type {readonly Row[]} */ rows) {
  const cells = rows.map((row) => [
    row.name,
    `${row.a.toFixed(1)} ${row.unit}`,
    `${row.b.toFixed(1)} ${row.unit}`,
    row.ratio.toFixed(2),
    goalOf(row),
    row.met === null ? '' : row.met ? 'met' : 'MISSED',
  ]);
  const all = [['what', 'podctl', 'peer', 'ratio', 'goal', ''], ...cells];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
