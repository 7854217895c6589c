// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './install.mjs';
import { countRun, failuresIn, readReport } from './report.mjs';
import { say } from './say.mjs';

/**
 * Runs vitest, which writes to this process's stdout, and counts what its own report says.
 * @param {readonly string[]} args
 * @param {{ readonly node: string, readonly env: Readonly<Record<string, string>>, readonly signal: AbortSignal }} options
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
    for (const failure of failuresIn(written)) say(`FAILED ${failure}`);
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
