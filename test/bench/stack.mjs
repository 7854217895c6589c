// @ts-check
// Stacks of web servers: podctl's start, which waits until each answers, against the same words given to the provider with --wait.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./pairs.mjs').Pair} Pair */

const IMAGE = 'localhost/podctl-test/busybox:1';
const PODMAN_COMPOSE = '/usr/bin/podman-compose';

/** @returns {readonly Pair[]} */
export function stackPairs(/** @type {Desk} */ desk) {
  if (desk.compose === null) return [];
  const docker = desk.engines.includes('docker') ? dockerPairs(desk) : [];
  const podman = desk.engines.includes('podman') && existsSync(PODMAN_COMPOSE) ? [siblingPair(desk)] : [];
  return [...docker, ...podman];
}

/** @returns {readonly Pair[]} */
function dockerPairs(/** @type {Desk} */ desk) {
  /** @type {readonly (readonly [number, number])[]} */
  const goals = [
    [1, 1.15],
    [4, 1.08],
    [16, 1.05],
  ];
  const starts = goals.map(([count, goal]) => {
    const stack = layOut(desk, { engine: 'docker', count });
    return {
      name: `up -d of ${count} service${count === 1 ? '' : 's'} against the provider with --wait`,
      goal,
      runs: count === 16 ? 7 : 11,
      a: { ...stack.podctl, before: stack.down },
      b: stack.provider(['--wait'], stack.down),
      clear: stack.down,
    };
  });
  const still = layOut(desk, { engine: 'docker', count: 4 });
  const again = {
    name: 'up -d of 4 services in which nothing changed, against the provider',
    goal: 1.3,
    runs: 31,
    prepare: () => still.up(),
    a: still.podctl,
    b: still.provider([], null),
    clear: still.down,
  };
  return [...starts, again];
}

/** @returns {Pair} */
function siblingPair(/** @type {Desk} */ desk) {
  const stack = layOut(desk, { engine: 'podman', count: 4 });
  const env = { ...stack.env, COMPOSE_PROJECT_NAME: undefined };
  const sibling = {
    argv: [PODMAN_COMPOSE, '-p', `${stack.project}s`, '-f', join(stack.folder, 'compose.yaml')],
    cwd: stack.folder,
    env,
  };
  const siblingDown = () =>
    execFileSync(sibling.argv[0] ?? '', [...sibling.argv.slice(1), 'down', '-t', '0'], {
      cwd: stack.folder,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
  const down = () => {
    stack.down();
    siblingDown();
  };
  return {
    name: 'up -d of 4 services on podman, against podman-compose',
    goal: 0.4,
    runs: 5,
    a: { ...stack.podctl, before: down },
    b: { ...sibling, argv: [...sibling.argv, 'up', '-d'], before: down },
    clear: down,
  };
}

/**
 * A project of its own with so many services, each with a port that the engine picks.
 * @param {Desk} desk
 * @param {{ readonly engine: 'docker' | 'podman', readonly count: number }} what
 */
function layOut(desk, { engine, count }) {
  const project = `podctl-bench-${randomBytes(4).toString('hex')}`;
  const folder = join(desk.folder, project);
  mkdirSync(folder);
  const service = { image: IMAGE, command: ['httpd', '-f', '-p', '8080'], init: true, ports: ['127.0.0.1::8080'] };
  const services = Object.fromEntries(Array.from({ length: count }, (_, index) => [`web${index}`, service]));
  writeFileSync(join(folder, 'compose.yaml'), JSON.stringify({ services }));
  const env = { ...desk.env, DOCKER_CONFIG: join(desk.folder, 'docker'), COMPOSE_PROJECT_NAME: project };
  const argv = [...desk.podctl, 'up', '--detach', '--engine', engine, '--provider', 'compose-v2'];
  const podctl = { argv, cwd: folder, env };
  const run = (/** @type {readonly string[]} */ words, /** @type {Record<string, string>} */ more = {}) =>
    execFileSync(words[0] ?? '', words.slice(1), {
      cwd: folder,
      env: { ...process.env, ...env, ...more },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  // Its own words, as it prints them: the same files, so that neither finds the other's containers changed.
  const printed = () => {
    /** @type {{ steps: { do: string, argv?: string[], env?: Record<string, string> }[] }} */
    const plan = JSON.parse(run([...argv, '--dry-run', '--json']));
    const start = plan.steps.findLast((step) => step.argv !== undefined);
    if (start?.argv === undefined) throw new Error('podctl printed no start');
    return { argv: start.argv, env: start.env ?? {} };
  };
  /** @type {ReturnType<typeof printed> | undefined} */ let start;
  const up = () => {
    run(argv);
  };
  const down = () => {
    start ??= printed();
    const words = start.argv;
    // On podman it is the environment that leads the provider to it.
    run([...words.slice(0, words.indexOf('up')), 'down', '--timeout', '0'], start.env);
  };
  const provider = (/** @type {readonly string[]} */ more, /** @type {(() => void) | null} */ before) => ({
    cwd: folder,
    get env() {
      start ??= printed();
      return { ...env, ...start.env };
    },
    ...(before === null ? {} : { before }),
    // Asked for when it is timed: the other rows need it not. The file with podctl's labels is there from the first start on.
    get argv() {
      start ??= printed();
      return [...start.argv, ...more];
    },
  });
  return { project, folder, env, podctl, up, down, provider };
}
