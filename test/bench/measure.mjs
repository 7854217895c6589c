// @ts-check
// Whole processes, timed in turn (A B A B …), so that a machine whose speed drifts hits both sides alike.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RSS_HOOK = fileURLToPath(new URL('./rss-hook.mjs', import.meta.url));

/**
 * @typedef {{ argv: readonly string[], env?: Record<string, string | undefined>, cwd?: string, exitCode?: number, before?: () => void }} Subject
 * @typedef {{ name: string, goal: number | null, unit: 'ms' | 'MB' | '/s' | '', a: number, b: number, ratio: number, added: number, most: number | null, least?: number | null, exactly?: number | null, runs: number, met: boolean | null }} Row
 */

/** Start the process, wait for its end, and return the milliseconds between. A wrong exit code is an error: a failed run is no figure. */
export function time(/** @type {Subject} */ subject) {
  // Not timed: it puts things back.
  subject.before?.();
  return new Promise((/** @type {(ms: number) => void} */ resolve, reject) => {
    const [file = '', ...args] = subject.argv;
    const start = process.hrtime.bigint();
    const child = spawn(file, args, {
      cwd: subject.cwd,
      // Reading extra certificates adds 30 ms to every Node start and hides the difference.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...subject.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = Number(process.hrtime.bigint() - start) / 1e6;
      if (code === (subject.exitCode ?? 0)) resolve(ms);
      else reject(new Error(`${subject.argv.join(' ')} ended with ${code}\n${stderr}`));
    });
  });
}

/** Peak resident memory of a Node process, in MB: the process itself reports it when it ends. */
export async function peakMemory(/** @type {Subject} */ subject) {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-bench-'));
  const report = join(folder, 'rss');
  const [file = '', ...args] = subject.argv;
  try {
    await time({
      ...subject,
      argv: [file, '--import', RSS_HOOK, ...args],
      env: { ...subject.env, PODCTL_BENCH_RSS: report },
    });
    return Number(readFileSync(report, 'utf8')) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Pair two subjects and give medians, the median of the pairwise ratios, and that of what the first adds. `most`: what it may add.
 * @param {{ name: string, goal: number | null, a: Subject, b: Subject, runs?: number, unit?: 'ms' | 'MB', most?: number }} pair
 * @returns {Promise<Row>}
 */
export async function compare(pair) {
  const runs = pair.runs ?? 15;
  const unit = pair.unit ?? 'ms';
  const figure = unit === 'ms' ? time : peakMemory;
  /** @type {number[]} */ const as = [];
  /** @type {number[]} */ const bs = [];
  for (let run = -1; run < runs; run++) {
    const a = await figure(pair.a);
    const b = await figure(pair.b);
    if (run < 0) continue; // the first pair warms the disk cache
    as.push(a);
    bs.push(b);
  }
  const ratio = median(as.map((a, index) => a / (bs[index] ?? a)));
  const added = median(as.map((a, index) => a - (bs[index] ?? a)));
  const most = pair.most ?? null;
  const judged = pair.goal !== null || most !== null;
  return {
    name: pair.name,
    goal: pair.goal,
    unit,
    a: median(as),
    b: median(bs),
    ratio,
    added,
    most,
    runs,
    met: judged ? (pair.goal === null || ratio <= pair.goal) && (most === null || added <= most) : null,
  };
}

/** Middle value; the mean of the two middle ones for an even count. */
export function median(/** @type {readonly number[]} */ values) {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
