// @ts-check
// What `npm test` and `npm run soak` run: dependencies, build, real engines, every test; the last line counts them.
import { enginesDown, enginesUp } from './engines.mjs';
import { build, ensureDependencies } from './install.mjs';
import { NODE_LINES, nodeOfLine } from './nodes.mjs';
import { add, exitCodeOf, lastLine, NOTHING } from './report.mjs';
import { say, sayError } from './say.mjs';
import { factsPath } from './state.mjs';
import { runVitest } from './vitest.mjs';

/** @typedef {import('./report.mjs').Counts} Counts */

/** One failure that no test could report. */
const BROKEN = { ...NOTHING, failed: 1 };

const soak = process.argv.includes('--soak');
const filters = process.argv.slice(2).filter((arg) => arg !== '--soak');
const withoutEngines = process.env['PODCTL_SKIP_ENGINES'] === '1';
const stopped = new AbortController();
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => stopped.abort());

/** @type {string[]} */
const failures = [];
const counts = await guarded(everything);
// Last, since whoever looks at a long log looks at its end.
for (const failure of failures) say(`FAILED ${failure}`);
process.stdout.write(`${lastLine(counts)}\n`);
process.exitCode = stopped.signal.aborted ? 130 : exitCodeOf(counts);

/** @returns {Promise<Counts>} */
async function everything() {
  await ensureDependencies();
  await build();
  if (soak) say('full counts: PODCTL_SOAK=1');
  const here = await guarded(withoutEngines ? testsWithoutEngines : testsOnEngines);
  const elsewhere = filters.length === 0 && !soak ? await onOtherNodes() : NOTHING;
  return add(here, elsewhere);
}

function testsWithoutEngines() {
  say('PODCTL_SKIP_ENGINES=1: no engine is set up; acceptance tests are SKIPPED and counted as such');
  return vitest(filters, {});
}

/** @returns {Promise<Counts>} */
async function testsOnEngines() {
  const { problems } = await enginesUp({ keep: process.env['PODCTL_KEEP_ENGINES'] === '1' });
  try {
    if (problems.length > 0) say('an engine is missing (see above): the tests that need it will fail');
    return await vitest(filters, { PODCTL_ENGINE_FACTS: factsPath() });
  } finally {
    await enginesDown({ asked: false });
  }
}

/** The unit tests on other release lines of Node; what talks to engines or checks the sources is the same on all. */
async function onOtherNodes() {
  let sum = NOTHING;
  for (const line of NODE_LINES) {
    if (stopped.signal.aborted) return sum;
    const one = await guarded(async () => {
      const node = await nodeOfLine(line);
      say(`unit tests on Node ${line}`);
      return vitest(['--project', 'unit'], {}, node);
    });
    say(`Node ${line}: ${lastLine(one)}`);
    sum = add(sum, one);
  }
  return sum;
}

/**
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 */
function vitest(args, env, node = process.execPath) {
  const counted = soak ? { PODCTL_SOAK: '1' } : {};
  return runVitest(args, {
    node,
    env: { ...counted, ...env },
    signal: stopped.signal,
    onFailure: (text) => failures.push(text),
  });
}

/**
 * @param {() => Promise<Counts>} work
 * @returns {Promise<Counts>}
 */
async function guarded(work) {
  try {
    return await work();
  } catch (error) {
    sayError(error);
    return BROKEN;
  }
}
