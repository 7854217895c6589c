// @ts-check
// The pairs and their goals: podctl, and the peer that a user would otherwise start.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { contextPairs } from './context.mjs';
import { databasePair } from './database.mjs';
import { IMAGE } from './desk.mjs';
import { sqlitePairs } from './sqlite.mjs';
import { stackPairs } from './stack.mjs';
import { volumePair } from './volumes.mjs';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./measure.mjs').Subject} Subject */
/** @typedef {{ name: string, goal: number | null, a: Subject, b: Subject, runs?: number, unit?: 'ms' | 'MB', prepare?: () => void | Promise<void>, clear?: () => void, most?: number }} Pair */

const NODE = { argv: [process.execPath, '-e', '0'] };
const DRY_RUN = ['server', '-c', 'config.toml', '-m', 'public', '--dry-run'];

/** Every pair that this machine can measure. @returns {readonly Pair[]} */
export function pairs(/** @type {Desk} */ desk) {
  return [
    ...startPairs(desk),
    ...contextPairs(desk),
    ...sqlitePairs(desk),
    ...composePairs(desk),
    ...desk.engines.map((engine) => volumePair(desk, engine)),
    ...desk.engines.flatMap((engine) => [...runPairs(desk, engine), testPair(desk, engine), doctorPair(desk, engine)]),
    ...stackPairs(desk),
    ...(desk.engines.includes('docker') ? [databasePair(desk)] : []),
  ];
}

/** Starting podctl against starting Node. No engine is asked: its address leads nowhere. @returns {readonly Pair[]} */
function startPairs(/** @type {Desk} */ desk) {
  const env = { ...desk.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
  const dryRun = { argv: [...desk.podctl, ...DRY_RUN, '--engine', 'docker'], cwd: desk.folder, env };
  return [
    { name: '--version against node -e 0', goal: 1.5, runs: 31, a: { argv: [...desk.podctl, '--version'] }, b: NODE },
    { name: 'DESI dry-run against node -e 0', goal: 2, runs: 31, a: dryRun, b: NODE },
    { name: 'peak memory of a dry-run against node -e 0', goal: 1.6, runs: 5, unit: 'MB', a: dryRun, b: NODE },
  ];
}

/** @returns {readonly Pair[]} */
function composePairs(/** @type {Desk} */ desk) {
  if (desk.compose === null || !desk.engines.includes('docker')) return [];
  // The engine has this image, so that podctl looks at it as it would before a run.
  const argv = [...desk.podctl, ...DRY_RUN, '--engine', 'docker', '--image', IMAGE];
  return [
    {
      name: 'DESI dry-run with a live engine against docker compose config',
      goal: null,
      runs: 31,
      a: { argv, cwd: desk.folder, env: desk.env },
      b: {
        argv: ['docker', 'compose', 'config'],
        cwd: desk.folder,
        env: { DOCKER_CONFIG: join(desk.folder, 'docker') },
      },
    },
  ];
}

/** A run of tests that end at once, against the raw run of the same container, which removes itself. @returns {Pair} */
function testPair(/** @type {Desk} */ desk, /** @type {string} */ engine) {
  const argv = [...desk.podctl, 'test-image', '--engine', engine];
  const [, ...run] = startOf([...argv], desk);
  const named = run.indexOf('--name');
  const raw = [engine, 'run', '--rm', ...run.slice(1, named), ...run.slice(named + 2)];
  const common = { cwd: desk.noopFolder, env: desk.env };
  return {
    name: `test-image, ${engine}, against the raw run of the test container`,
    goal: null,
    most: 300,
    runs: 11,
    a: { ...common, argv },
    b: { ...common, argv: raw },
  };
}

/** All checks of doctor, a container for names among them, against starting Node: it may take two seconds. @returns {Pair} */
function doctorPair(/** @type {Desk} */ desk, /** @type {string} */ engine) {
  const argv = [...desk.podctl, 'doctor', '--engine', engine];
  const a = { argv, cwd: desk.noopFolder, env: desk.env };
  return { name: `doctor, ${engine}, against node -e 0`, goal: null, most: 2_000, runs: 7, a, b: NODE };
}

/** The engine's command line that starts the container, as podctl prints it. @returns {readonly string[]} */
function startOf(/** @type {readonly string[]} */ argv, /** @type {Desk} */ desk) {
  const printed = execFileSync(argv[0] ?? '', [...argv.slice(1), '--dry-run', '--json'], {
    cwd: desk.noopFolder,
    env: { ...process.env, ...desk.env },
    encoding: 'utf8',
  });
  /** @type {{ steps: { do: string, argv?: string[] }[] }} */
  const plan = JSON.parse(printed);
  const raw = plan.steps.find((step) => step.argv?.includes('run'))?.argv;
  if (raw === undefined) throw new Error(`no run step in ${printed}`);
  return raw;
}

/** An attached run that ends at once, against the raw engine command that podctl itself prints. @returns {readonly Pair[]} */
function runPairs(/** @type {Desk} */ desk, /** @type {string} */ engine) {
  const common = { cwd: desk.noopFolder, env: desk.env };
  const argv = [...desk.podctl, 'noop', '--engine', engine];
  const peer = { ...common, argv: startOf(argv, desk) };
  return ['cli', 'api'].map((via) => ({
    name: `attached run, ${engine}, --via ${via}, against the raw command`,
    goal: 1.3,
    runs: 11,
    a: { ...common, argv: [...argv, '--via', via] },
    b: peer,
  }));
}
