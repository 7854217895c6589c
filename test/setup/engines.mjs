// @ts-check
import { chmodSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { canInstall } from './apt.mjs';
import { endProcess, isAlive, startOf } from './background.mjs';
import { chromiumUp } from './chromium.mjs';
import { cleanEngines } from './clean.mjs';
import { clientOf } from './clients.mjs';
import { tryRun } from './command.mjs';
import { dockerUp } from './docker.mjs';
import { BUSYBOX_IMAGE, ensureBusybox, provesItRuns } from './images.mjs';
import { podmanUp } from './podman.mjs';
import { composeV1Up, composeV2Up, podmanComposeUp } from './providers.mjs';
import { as, rootlessUp } from './rootless.mjs';
import { say, sayError } from './say.mjs';
import { changeState, factsPath, readState, withLock } from './state.mjs';

const USAGE = `usage: node test/setup/engines.mjs up|down|clean|env
  up    installs what is missing, starts docker and podman, makes the test image; prints the facts as JSON
  down  ends what up started; engines that were there before stay
  clean as down, and removes what is kept for the next run: test images, the test user
  env   prints the environment for a shell: eval "$(node test/setup/engines.mjs env)"
PODCTL_KEEP_ENGINES=1 keeps the engines after a test run.
`;

/** @typedef {import('./state.mjs').Facts} Facts */
/** @typedef {{ readonly facts: Facts, readonly problems: readonly unknown[] }} UpResult */

/**
 * Sets the engines up, each on its own: one that fails leaves the others usable.
 * @param {{ readonly keep: boolean }} options `keep`: they stay until someone asks for `down`; otherwise this process is noted as a user of them
 * @returns {Promise<UpResult>}
 */
export function enginesUp(options) {
  return withLock(async () => {
    const self = { name: 'test run', pid: process.pid, start: startOf(process.pid) ?? '' };
    changeState((state) => ({
      ...state,
      keep: state.keep || options.keep,
      users: [...state.users.filter(isAlive), ...(options.keep ? [] : [self])],
    }));
    /** @type {unknown[]} */
    const problems = [];
    const docker = await attempt(dockerUp, problems);
    const podman = await attempt(podmanUp, problems);
    const rootless = canInstall() ? await attempt(rootlessUp, problems) : null;
    const compose = await providersUp(problems);
    await attempt(chromiumUp, problems);
    const facts = await withImages(
      { facts: 1, docker, podman, rootless, compose, images: { busybox: BUSYBOX_IMAGE } },
      problems,
    );
    changeState((state) => ({ ...state, facts }));
    writeFileSync(factsPath(), `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
    return { facts, problems };
  });
}

/**
 * Ends what was started here, unless somebody still uses it.
 * @param {{ readonly asked: boolean }} options `asked`: a person wants them down, so the wish to keep them is over
 */
export function enginesDown(options) {
  return withLock(async () => {
    const state = changeState((old) => ({
      ...old,
      keep: old.keep && !options.asked,
      users: old.users.filter((user) => user.pid !== process.pid && isAlive(user)),
    }));
    if (state.keep) return;
    if (state.users.length > 0)
      return say(`a test run (process ${state.users[0]?.pid}) uses the engines: they stay up`);
    await takeBack(state);
    changeState((old) => ({ ...old, processes: [], modes: [], facts: null }));
  });
}

/**
 * What runs compose files: found or fetched here, so that no test waits for it.
 * @param {unknown[]} problems
 * @returns {Promise<import('./state.mjs').ComposeFacts>}
 */
async function providersUp(problems) {
  return {
    v2: await attempt(composeV2Up, problems),
    v1: await attempt(composeV1Up, problems),
    podman: await attempt(podmanComposeUp, problems),
  };
}

/** @param {import('./state.mjs').State} state */
async function takeBack(state) {
  const rootless = state.facts?.rootless ?? null;
  // Ends the process that holds the user's namespaces open.
  if (rootless !== null) await tryRun(['podman', 'system', 'migrate'], as(rootless));
  for (const started of state.processes.toReversed()) {
    say(`${started.name} (process ${started.pid}) ${await endProcess(started)}`);
  }
  for (const { path, mode } of state.modes) chmodSync(path, mode);
}

/**
 * The facts, without the engines on which the test image does not run.
 * @param {Facts} facts
 * @param {unknown[]} problems
 * @returns {Promise<Facts>}
 */
async function withImages(facts, problems) {
  const check = (/** @type {import('./clients.mjs').ClientName} */ name) => imageOn(facts, name, problems);
  const [docker, podman, rootless] = [await check('docker'), await check('podman'), await check('rootless')];
  return {
    ...facts,
    docker: docker ? facts.docker : null,
    podman: podman ? facts.podman : null,
    rootless: rootless ? facts.rootless : null,
  };
}

/**
 * @param {Facts} facts
 * @param {import('./clients.mjs').ClientName} name
 * @param {unknown[]} problems
 */
async function imageOn(facts, name, problems) {
  const client = clientOf(facts, name);
  if (client === undefined) return false;
  const done = await attempt(async () => {
    await ensureBusybox(client);
    await provesItRuns(client);
    return true;
  }, problems);
  return done === true;
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @param {unknown[]} problems
 * @returns {Promise<T | null>}
 */
async function attempt(work, problems) {
  try {
    return await work();
  } catch (error) {
    sayError(error);
    problems.push(error);
    return null;
  }
}

/**
 * The environment of the engines' clients as lines for a shell.
 * @param {Facts} facts
 */
export function shellLines(facts) {
  const rootless = facts.rootless === null ? {} : { PODCTL_TEST_USER: facts.rootless.user };
  const env = { ...facts.docker?.env, ...facts.podman?.env, ...facts.compose.v2?.env, ...rootless };
  return Object.entries(env).map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`);
}

/**
 * @param {string | undefined} verb
 * @returns {Promise<number>} exit code
 */
async function main(verb) {
  if (verb === 'up') {
    const { facts, problems } = await enginesUp({ keep: true });
    process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
    return problems.length === 0 ? 0 : 1;
  }
  if (verb === 'down') {
    await enginesDown({ asked: true });
    return 0;
  }
  const { facts } = readState();
  if (verb === 'clean' && facts !== null) {
    await cleanEngines(facts);
    await enginesDown({ asked: true });
    return 0;
  }
  if (verb === 'env' && facts !== null) {
    process.stdout.write(shellLines(facts).join(''));
    return 0;
  }
  process.stderr.write(
    verb === 'env' || verb === 'clean' ? 'the engines are not up: run `node test/setup/engines.mjs up`\n' : USAGE,
  );
  return 64;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main(process.argv[2]);
  } catch (error) {
    sayError(error);
    process.exitCode = 1;
  }
}
