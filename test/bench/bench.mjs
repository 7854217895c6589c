// @ts-check
// `npm run bench`: medians of paired runs, podctl beside a peer in the same call. Writes a table, then the same as JSON.
// It judges nothing by exit code: a missed goal prints MISSED. `--only TEXT` runs the rows whose name holds TEXT; `--runs N` sets the pairs.
import { parseArgs } from 'node:util';
import { makeDesk } from './desk.mjs';
import { compare } from './measure.mjs';
import { pairs } from './pairs.mjs';
import { racMeasures } from './rac.mjs';
import { formatTable } from './table.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string' } } });

const desk = await makeDesk();
try {
  const rows = [];
  for (const pair of pairs(desk)) {
    if (values.only !== undefined && !pair.name.includes(values.only)) continue;
    process.stderr.write(`measuring ${pair.name}\n`);
    try {
      await pair.prepare?.();
      rows.push(await compare({ ...pair, ...(values.runs === undefined ? {} : { runs: Number(values.runs) }) }));
    } finally {
      pair.clear?.();
    }
  }
  for (const { name, run } of racMeasures(desk)) {
    if (values.only !== undefined && !name.includes(values.only)) continue;
    process.stderr.write(`measuring ${name}\n`);
    try {
      rows.push(...(await run(values.runs === undefined ? undefined : Number(values.runs))));
    } catch (error) {
      desk.missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  process.stdout.write(`${formatTable(rows)}\n\n${JSON.stringify({ podctl: 1, node: process.version, rows })}\n`);
  for (const missing of desk.missing) process.stderr.write(`not measured: ${missing}\n`);
} finally {
  await desk.clear();
}
