import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { FoundEngine } from '../../engine/engine.js';
import { findProgram } from '../../io/find-program.js';
import type { World } from '../../io/world.js';
import type { ProviderFacts, ProviderName } from '../../spec/stack/provider.js';
import { flavourOf } from '../project.js';
import { readOwnJson } from './own-json.js';
import { environmentMark, textMark } from './up-memory.js';

/** Whose answer is kept: the provider of one engine, in a file of the project's state folder. */
export type KnownWish = { readonly found: FoundEngine; readonly file: string };

/**
 * What a provider said of itself when it was last asked, where nothing that it hangs on has changed: its programs, the variables that
 * steer it, the engine. null: it has to be asked. Asking takes as long as a third of a small start.
 */
export async function knownProvider(
  name: ProviderName,
  { found, file }: KnownWish,
  world: World,
): Promise<ProviderFacts | null> {
  const kept = readOwnJson((await world.files.readText(file)) ?? '', isKept);
  if (kept === null || kept.facts.name !== name) return null;
  return kept.mark === (await providerMark(kept.facts, found, world)) ? kept.facts : null;
}

/** Keep an answer. Only compose v2 is one program each: behind the others stand scripts whose packages change without them. */
export async function keepProvider(facts: ProviderFacts, { found, file }: KnownWish, world: World): Promise<void> {
  if (facts.name !== 'compose-v2') return;
  try {
    const mark = await providerMark(facts, found, world);
    await world.files.makeDirectory(resolvePath(file, '..', flavourOf(world.host)), 0o700);
    await world.files.writeText(file, JSON.stringify({ mark, facts }), 0o600);
  } catch (error) {
    // It is asked again next time.
    if (!(error instanceof PodctlError)) throw error;
  }
}

/** The files behind a provider's words and whatever could stand in their place: its own program, docker's plugin. Absolute paths. */
export async function providerPrograms(
  { words }: Pick<ProviderFacts, 'words'>,
  { host, files }: World,
): Promise<readonly string[]> {
  const names = [...new Set([words[0] ?? '', 'docker', 'docker-compose'])];
  const programs = await Promise.all(names.map(async (name) => findProgram(name, { host, files, folder: host.cwd })));
  const plugins = [
    `${host.env['DOCKER_CONFIG'] ?? `${host.home}/.docker`}/cli-plugins`,
    '/usr/local/lib/docker/cli-plugins',
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ].map((folder) => `${folder}/docker-compose`);
  return [...programs.filter((path) => path !== null), ...plugins];
}

/** A mark of everything that a provider's words hang on: its programs, the variables that steer it, the engine. */
export async function providerMark(
  facts: ProviderFacts,
  { facts: engine, connection }: FoundEngine,
  world: World,
): Promise<string> {
  const paths = await providerPrograms(facts, world);
  const programs = await Promise.all(
    paths.map(async (path) => {
      const stat = await world.files.stat(path);
      return [path, stat?.size ?? null, stat?.modified ?? null];
    }),
  );
  const { program, address, globals } = connection;
  return textMark(JSON.stringify([engine.name, program, address, globals, environmentMark([], world), programs]));
}

type Kept = { readonly mark: string; readonly facts: ProviderFacts };

// podctl's own file: the mark tells whether it is of use.
function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || !('mark' in value) || !('facts' in value)) return false;
  const { facts } = value;
  return (
    typeof facts === 'object' && facts !== null && 'name' in facts && 'words' in facts && Array.isArray(facts.words)
  );
}
