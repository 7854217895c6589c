// @ts-check
import { readFileSync } from 'node:fs';

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Counts */

/** @type {Counts} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * The part of vitest's JSON report that is counted.
 * @typedef {{ readonly status?: string, readonly fullName?: string, readonly failureMessages?: readonly string[] }} TestResult
 * @typedef {{ readonly status?: string, readonly name?: string, readonly message?: string, readonly startTime?: number,
 *   readonly endTime?: number, readonly assertionResults?: readonly TestResult[] }} FileResult
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

/** Lines of an error that are shown again at the end of a run: the message, its difference and where it was thrown. */
const SHOWN_LINES = 12;

/**
 * What failed, one text each: the file, the test where a test did, and the first lines of its error.
 * @param {Report} report
 * @returns {string[]}
 */
export function failuresIn(report) {
  return (report.testResults ?? []).flatMap((file) => {
    const tests = (file.assertionResults ?? []).filter((one) => one.status === 'failed');
    if (file.status === 'failed' && tests.length === 0) return [withError(`${file.name}`, file.message)];
    return tests.map((one) => withError(`${file.name}: ${one.fullName}`, one.failureMessages?.[0]));
  });
}

/**
 * The files that took longest, longest first.
 * @param {Report} report
 * @param {number} count
 * @returns {{ readonly name: string, readonly seconds: number }[]}
 */
export function slowestIn(report, count) {
  return (report.testResults ?? [])
    .map(({ name = '', startTime = 0, endTime = 0 }) => ({ name, seconds: Math.round((endTime - startTime) / 1000) }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, count);
}

/**
 * @param {string} name
 * @param {string | undefined} error
 */
function withError(name, error = '') {
  const lines = error
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, SHOWN_LINES);
  return [name, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** @param {FileResult} file */
function countFile(file) {
  const states = (file.assertionResults ?? []).map((one) => one.status);
  const passed = states.filter((state) => state === 'passed').length;
  const failed = states.filter((state) => state === 'failed').length;
  const broken = file.status === 'failed' && failed === 0 ? 1 : 0;
  return { passed, failed: failed + broken, skipped: states.length - passed - failed };
}
