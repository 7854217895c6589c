import { type Client, tryAsk } from '../setup/clients.mjs';
import { debianImage } from '../setup/debian.mjs';
import { buildImage, hashOf } from '../setup/images.mjs';
import type { ComposeFacts, EngineFacts, Facts } from '../setup/state.mjs';
import type { Finished } from './podctl.js';

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

type EngineParts = Pick<TestEngine, 'version' | 'socket' | 'env' | 'busybox' | 'compose'>;

/** What the set-up knows of an engine, as tests see it. */
export function engineOf(facts: Facts, engine: EngineFacts): EngineParts {
  return { ...engine, busybox: facts.images.busybox, compose: facts.compose };
}

/** The engine of a client; nothing in it knows of a test runner. */
export function testEngine(client: Client, facts: EngineParts): TestEngine {
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
  // What others depend on, as a network namespace, goes in the round after them.
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stdout } = await run(what.list);
    const ids = stdout.split('\n').filter((line) => line !== '');
    if (ids.length === 0) return;
    await run([...what.remove, ...ids]);
  }
}

const ROUNDS = 3;
