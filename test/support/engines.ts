import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type Client, type ClientName, clientOf, tryAsk } from '../setup/clients.mjs';
import { debianImage } from '../setup/debian.mjs';
import { buildImage, hashOf } from '../setup/images.mjs';
import { type ComposeFacts, type EngineFacts, type Facts, factsPath } from '../setup/state.mjs';
import { installFor, uninstall } from './install.js';
import { type Folder, projectFolder } from './machine.js';
import { type Finished, type PodctlOptions, podctl, type Running, startPodctl } from './podctl.js';

export type ImageRecipe = {
  /** A word; it becomes the image `localhost/podctl-test/NAME` with a tag of its own content. */
  readonly name: string;
  readonly containerfile: string;
  /** The build context. A file that starts with `#!` becomes executable. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly args?: Readonly<Record<string, string>>;
};

export type TestEngine = {
  readonly name: 'docker' | 'podman';
  readonly version: string;
  readonly socket: string | null;
  /** What podctl and the engine's own program need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What runs compose files here. */
  readonly compose: ComposeFacts;
  /** The small image that test images start from. */
  readonly busybox: string;
  /** Builds an image, or takes the one that is there from the same recipe; gives its name. */
  readonly build: (recipe: ImageRecipe) => Promise<string>;
  /** A whole Debian with these packages, as an image; made once per machine. */
  readonly debian: (packages: readonly string[]) => Promise<string>;
  /** Gives the engine's own program a command. Any exit code is an answer. */
  readonly run: (args: readonly string[], input?: string) => Promise<Finished>;
  /** Removes the containers, volumes and networks with this label (`name` or `name=value`). */
  readonly clear: (label: string) => Promise<void>;
};

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

type EngineParts = Pick<TestEngine, 'version' | 'socket' | 'env' | 'busybox' | 'compose'>;

function engineOf(facts: Facts, engine: EngineFacts): EngineParts {
  return { ...engine, busybox: facts.images.busybox, compose: facts.compose };
}

function testEngine(client: Client, facts: EngineParts): TestEngine {
  const run = (args: readonly string[], input?: string): Promise<Finished> =>
    tryAsk(client, atOnce(client.program, args), input === undefined ? {} : { input });
  return {
    ...facts,
    name: client.program,
    run,
    build: ({ name, ...recipe }) => {
      const repository = `localhost/podctl-test/${name}`;
      const tag = hashOf({ name, ...recipe }, []).slice(0, 12);
      return buildImage(client, { name: `${repository}:${tag}`, ...recipe });
    },
    debian: (packages) => debianImage(client, { name: 'debian', packages }),
    clear: (label) => clearLabel(run, label),
  };
}

// Docker's `rm --force` kills; podman's waits ten seconds for a program that does not heed SIGTERM.
function atOnce(program: Client['program'], args: readonly string[]): readonly string[] {
  const [verb, ...rest] = args;
  const waits = program === 'podman' && verb === 'rm' && rest.some((word) => word === '--force' || word === '-f');
  return waits ? ['rm', '--time', '0', ...rest] : args;
}

async function clearLabel(run: TestEngine['run'], label: string): Promise<void> {
  const filter = ['--filter', `label=${label}`];
  await removeEach(run, { list: ['ps', '--all', '--quiet', ...filter], remove: ['rm', '--force', '--volumes'] });
  await removeEach(run, { list: ['volume', 'ls', '--quiet', ...filter], remove: ['volume', 'rm'] });
  await removeEach(run, { list: ['network', 'ls', '--quiet', ...filter], remove: ['network', 'rm'] });
}

async function removeEach(
  run: TestEngine['run'],
  what: { readonly list: readonly string[]; readonly remove: readonly string[] },
): Promise<void> {
  const { stdout } = await run(what.list);
  const ids = stdout.split('\n').filter((line) => line !== '');
  if (ids.length > 0) await run([...what.remove, ...ids]);
}
