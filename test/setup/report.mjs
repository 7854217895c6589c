// @ts-check
import { readFileSync } from 'node:fs';

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Counts */

/** @type {Counts} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * The part of vitest's JSON report that is counted.
 * @typedef {{ readonly status?: string, readonly assertionResults?: readonly { readonly status?: string }[] }} FileResult
 * @typedef {{ readonly testResults?: readonly FileResult[] }} Report
 */

/**
 * Counts the tests of a report. A file that failed although none of its tests did (it did not load, or a hook failed) counts as one failure.
 * @param {Report} report
 * @returns {Counts}
 */
export function countReport(report) {
  return (report.testResults ?? []).map(countFile).reduce(add, NOTHING);
}

/**
 * Counts of one vitest run: its report and its exit code. A run that failed shows at least one failure, whatever its report says.
 * @param {string} file
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countRun(file, exitCode) {
  const counts = readCounts(file);
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * @param {Counts} one
 * @param {Counts} other
 * @returns {Counts}
 */
export function add(one, other) {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/**
 * The line that a whole test run ends with.
 * @param {Counts} counts
 */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Green means: something passed and nothing failed.
 * @param {Counts} counts
 */
export function exitCodeOf({ passed, failed }) {
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** @param {FileResult} file */
function countFile(file) {
  const states = (file.assertionResults ?? []).map((one) => one.status);
  const passed = states.filter((state) => state === 'passed').length;
  const failed = states.filter((state) => state === 'failed').length;
  const broken = file.status === 'failed' && failed === 0 ? 1 : 0;
  return { passed, failed: failed + broken, skipped: states.length - passed - failed };
}

/** @param {string} file */
function readCounts(file) {
  try {
    return countReport(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return NOTHING;
  }
}
