import { escapeControl } from '../../core/text.js';
import { type CheckReport, countOf } from '../../plan/doctor/checks.js';
import type { Finding, Level } from '../../plan/doctor/finding.js';
import type { Context } from '../context.js';
import { loadPaint, type Paint } from '../ui/paint.js';

/** Print one line per finding, below it why it matters and what mends it; last, on stderr, the sum. */
export async function printReports(reports: readonly CheckReport[], { world, output }: Context): Promise<void> {
  const paint = await loadPaint(world.streams.isTerminal('stdout'), world.host.env);
  const width = Math.max(...reports.map(({ check }) => check.length));
  output.text(reports.map((report) => formatReport(report, width, paint)).join(''));
  output.note(`note: ${sumOf(reports)}`);
}

const LEVEL_WIDTH = 'problem'.length;

function formatReport({ check, findings }: CheckReport, width: number, paint: Paint): string {
  return findings.map((finding) => formatFinding(check.padEnd(width), finding, paint)).join('');
}

function formatFinding(check: string, { level, seen, why, mend }: Finding, paint: Paint): string {
  const indent = ' '.repeat(check.length + LEVEL_WIDTH + 4);
  const head = `${check}  ${colour(level, paint)(level.padEnd(LEVEL_WIDTH))}  ${escapeControl(seen)}\n`;
  const reason = why === null ? '' : `${indent}${paint.dim('why:')}  ${escapeControl(why)}\n`;
  return `${head}${reason}${mend === null ? '' : `${indent}${paint.cyan('mend:')} ${escapeControl(mend)}\n`}`;
}

function colour(level: Level, paint: Paint): (text: string) => string {
  return { ok: paint.green, note: paint.cyan, warning: paint.yellow, problem: paint.red }[level];
}

function sumOf(reports: readonly CheckReport[]): string {
  const [problems, warnings] = [countOf(reports, 'problem'), countOf(reports, 'warning')];
  if (problems + warnings === 0) return 'nothing needs mending';
  return [amount(problems, 'problem'), amount(warnings, 'warning')].filter((text) => text !== '').join(', ');
}

function amount(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}
