import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type Client, type ClientName, clientOf } from '../setup/clients.mjs';
import { type Facts, factsPath } from '../setup/state.mjs';
import { installFor, uninstall } from './install.js';
import { type Folder, projectFolder } from './machine.js';
import { type Finished, type PodctlOptions, podctl, type Running, startPodctl } from './podctl.js';
import { SOAK } from './soak.js';
import { engineOf, type ImageRecipe, type TestEngine, testEngine } from './test-engine.js';

export type { ImageRecipe, TestEngine };

export type RootlessEngine = TestEngine & {
  readonly uid: number;
  readonly gid: number;
  /** A project folder that the user owns. */
  readonly folder: (name: string) => Folder;
  /** Runs and starts podctl as the user, from a copy that the user may read. */
  readonly podctl: (args: readonly string[], options: UserOptions) => Promise<Finished>;
  readonly start: (args: readonly string[], options: UserOptions) => Promise<Running>;
};

type UserOptions = Omit<PodctlOptions, 'user' | 'node' | 'bin'>;

/** A block of tests that runs on docker and on podman. A missing engine fails it; PODCTL_SKIP_ENGINES=1 skips it, and the summary counts that. */
export function describeEngines(title: string, block: (engine: TestEngine) => void): void {
  for (const name of ['docker', 'podman'] as const) {
    onEngine(title, name, (facts, client) => {
      const engine = facts[name];
      if (engine !== null) block(testEngine(client, engineOf(facts, engine)));
    });
  }
}

/**
 * A block of tests that shows what podctl itself decides, whichever engine it is: in every run on one, in long runs on each, with the same
 * rules.
 */
export function describeOnce(title: string, block: (engine: TestEngine) => void): void {
  if (SOAK) describeEngines(title, block);
  else describeDocker(title, block);
}

/** A block of tests on docker alone, with the same rules: for what only a daemon with a socket can show. */
export function describeDocker(title: string, block: (engine: TestEngine) => void): void {
  onEngine(title, 'docker', (facts, client) => {
    if (facts.docker !== null) block(testEngine(client, engineOf(facts, facts.docker)));
  });
}

/** A block of tests on podman alone, with the same rules: for what docker has no need of. */
export function describePodman(title: string, block: (engine: TestEngine) => void): void {
  onEngine(title, 'podman', (facts, client) => {
    if (facts.podman !== null) block(testEngine(client, engineOf(facts, facts.podman)));
  });
}

/** A block of tests on rootless podman of a test user, with the same rules. */
export function describeRootless(title: string, block: (engine: RootlessEngine) => void): void {
  onEngine(title, 'rootless', (facts, client) => {
    const user = facts.rootless;
    if (user === null) return;
    afterAll(uninstall);
    const { uid, gid, env, version } = user;
    const engine = testEngine(client, engineOf(facts, { version, socket: null, env }));
    const asUser = (options: UserOptions): PodctlOptions => ({
      ...options,
      ...installFor(user),
      env: { ...env, NO_COLOR: '1', ...options.env },
      user: { uid, gid },
    });
    block({
      ...engine,
      uid,
      gid,
      folder: (name) => projectFolder(name, user),
      podctl: (args, options) => podctl(args, asUser(options)),
      start: (args, options) => startPodctl(args, asUser(options)),
    });
  });
}

function onEngine(title: string, name: ClientName, block: (facts: Facts, client: Client) => void): void {
  const facts = readFacts();
  const client = facts === null ? undefined : clientOf(facts, name);
  const body = facts === null || client === undefined ? () => missing(name) : () => block(facts, client);
  describe(`${title} [${name}]`, () => {
    body();
  });
}

function missing(name: ClientName): void {
  it.skipIf(process.env['PODCTL_SKIP_ENGINES'] === '1')(`needs ${name}`, () => {
    const hint = 'run `npm test`, or `node test/setup/engines.mjs up`, and read what it says';
    expect.unreachable(`${name} is not there: ${hint}`);
  });
}

// The facts are asked for when tests are collected: once per file, from the file that the set-up wrote last.
function readFacts(): Facts | null {
  if (process.env['PODCTL_SKIP_ENGINES'] === '1') return null;
  try {
    return JSON.parse(readFileSync(process.env['PODCTL_ENGINE_FACTS'] ?? factsPath(), 'utf8')) as Facts;
  } catch {
    return null;
  }
}
