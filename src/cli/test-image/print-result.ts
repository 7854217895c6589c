import { formatDuration } from '../../core/duration.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import type { TestBed } from './bed.js';
import type { PreparedTest } from './prepare.js';
import type { TestResult } from './test-run.js';

/** Tell what a run came to: on stderr for people, as one document on stdout for machines. */
export function printResult(
  {
    bed,
    prepared,
    result,
    json,
  }: {
    readonly bed: TestBed;
    readonly prepared: PreparedTest;
    readonly result: TestResult;
    readonly json: boolean;
  },
  { output }: Context,
): void {
  const { verdict, end, expectations, reports, took } = result;
  const image = prepared.test?.spec.image ?? bed.image.ref;
  if (json) {
    return output.json({
      image,
      engine: bed.found.facts.name,
      outcome: verdict.outcome,
      exitCode: verdict.exitCode,
      message: verdict.message,
      container: end === null ? null : { exitCode: end.exitCode, oomKilled: end.oomKilled },
      expectations,
      reports,
      services: prepared.services.map(({ name }) => name),
      removed: prepared.remains.gone,
      milliseconds: took,
    });
  }
  if (expectations.length > 0) {
    const rows = expectations.map(({ name, wanted, found, holds }) => [name, wanted, found, holds ? 'ok' : 'NOT SO']);
    output.note(`what is expected of ${image}:`);
    output.note(formatTable(['EXPECTATION', 'WANTED', 'FOUND', ''], rows).trimEnd());
  }
  for (const { path, to, copied } of reports) if (copied) output.note(`report ${path} -> ${to}`);
  const said = verdict.message.startsWith(verdict.outcome) ? '' : `${verdict.outcome}: `;
  output.note(`${said}${verdict.message} (${formatDuration(Math.round(took / 100) * 100)})`);
}
