// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from './install.mjs';
import { countRun, failuresIn, readReport, slowestIn } from './report.mjs';
import { say } from './say.mjs';

/** Files named as the longest of a run. */
const SLOWEST = 12;

/**
 * Runs vitest, which writes to this process's stdout, and counts what its own report says; each failure is told to `onFailure`.
 * @param {readonly string[]} args
 * @param {{ readonly node: string, readonly env: Readonly<Record<string, string>>, readonly signal: AbortSignal,
 *   readonly onFailure: (text: string) => void }} options
 * @returns {Promise<import('./report.mjs').Counts>}
 */
export async function runVitest(args, options) {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-report-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const fixed = ['run', '--config', '.config/vitest.config.ts', '--update=none', ...reporters];
  const argv = [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), ...fixed, ...args];
  try {
    const exitCode = await exitCodeOf(options.node, argv, options);
    const written = readReport(report);
    for (const failure of failuresIn(written)) options.onFailure(failure);
    const slowest = slowestIn(written, SLOWEST).map(
      ({ name, seconds }) => `${basename(name, '.test.ts')} ${seconds} s`,
    );
    say(`longest: ${slowest.join(', ')}`);
    return countRun(written, exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} node
 * @param {readonly string[]} argv
 * @param {{ readonly env: Readonly<Record<string, string>>, readonly signal: AbortSignal }} options
 * @returns {Promise<number>}
 */
function exitCodeOf(node, argv, { env, signal }) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, argv, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
    const stop = () => child.kill('SIGINT');
    signal.addEventListener('abort', stop);
    child.on('error', reject);
    child.on('close', (code, name) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 128 + (name === null ? 0 : constants.signals[name]));
    });
  });
}
