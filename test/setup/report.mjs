// @ts-check
import { readFileSync } from 'node:fs';

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Counts */

/** @type {Counts} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * The part of vitest's JSON report that is counted.
 * @typedef {{ readonly status?: string, readonly fullName?: string }} TestResult
 * @typedef {{ readonly status?: string, readonly name?: string, readonly assertionResults?: readonly TestResult[] }} FileResult
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
 * @param {Report} report
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countRun(report, exitCode) {
  const counts = countReport(report);
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * The report that vitest wrote; an empty one when it wrote none.
 * @param {string} file
 * @returns {Report}
 */
export function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
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

/**
 * What failed, one line each: the file, and the test where a test did.
 * @param {Report} report
 * @returns {string[]}
 */
export function failuresIn(report) {
  return (report.testResults ?? []).flatMap((file) => {
    const tests = (file.assertionResults ?? []).filter((one) => one.status === 'failed');
    if (file.status === 'failed' && tests.length === 0) return [`${file.name}`];
    return tests.map((one) => `${file.name}: ${one.fullName}`);
  });
}

/** @param {FileResult} file */
function countFile(file) {
  const states = (file.assertionResults ?? []).map((one) => one.status);
  const passed = states.filter((state) => state === 'passed').length;
  const failed = states.filter((state) => state === 'failed').length;
  const broken = file.status === 'failed' && failed === 0 ? 1 : 0;
  return { passed, failed: failed + broken, skipped: states.length - passed - failed };
}
