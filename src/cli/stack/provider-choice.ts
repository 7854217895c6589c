import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { ProjectId } from '../../core/project.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { ProviderRequest } from '../../engine/stack/find-provider.js';
import type { World } from '../../io/world.js';
import { PROVIDER_NAMES, type ProviderFacts, type ProviderName, parseProviderName } from '../../spec/stack/provider.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { projectStateDir } from '../state.js';
import { keepProvider, knownProvider } from './known-provider.js';

export type ProviderWish = {
  readonly found: FoundEngine;
  readonly project: ProjectId;
  /** `--provider`. */
  readonly flag: string | undefined;
  /** `provider` of [stack]. */
  readonly ofProfile: ProviderName | undefined;
  /** The choice is remembered when something is really done. */
  readonly acts: boolean;
  /** It has to answer now: what it said earlier does not count. */
  readonly asked?: true | undefined;
};

/**
 * The program that runs the compose files. The first choice is told and remembered for the project, for each engine apart; `--provider`
 * changes it, and nothing else does.
 */
export async function chooseProvider(wish: ProviderWish, context: Context): Promise<ProviderFacts> {
  const { world, output } = context;
  const engine = wish.found.facts.name;
  const memory = await readMemory(world, wish.project);
  const remembered = memory[engine] ?? null;
  const wanted =
    wish.flag !== undefined
      ? { name: parseProviderName(wish.flag), by: '--provider' }
      : wish.ofProfile === undefined
        ? null
        : { name: wish.ofProfile, by: 'provider of [stack]' };
  const provider = await recallOrFind(wish, { wanted, remembered }, context);
  if (provider.name === remembered || !wish.acts) return provider;
  output.note(
    `note: ${describeProvider(provider)} runs the compose files of this project; --provider NAME chooses another`,
  );
  if (wish.flag !== undefined || wanted === null)
    await remember(world, wish.project, { ...memory, [engine]: provider.name });
  return provider;
}

async function recallOrFind(
  { found, project, asked, acts }: ProviderWish,
  choice: Pick<ProviderRequest, 'wanted' | 'remembered'>,
  { world, rooms }: Context,
): Promise<ProviderFacts> {
  const { host, files } = world;
  const file = resolvePath(projectStateDir(host, project), `provider-${found.facts.name}.json`, flavourOf(host));
  const only = choice.wanted?.name ?? choice.remembered;
  const known = only === null || asked === true ? null : await knownProvider(only, { found, file }, world);
  if (known !== null) return known;
  const { findProvider } = await rooms.stack();
  const provider = await findProvider({ found, host, files, ...choice });
  if (acts) await keepProvider(provider, { found, file }, world);
  return provider;
}

/** A provider in words. */
export function describeProvider({ name, version, words }: ProviderFacts): string {
  return `${name} ${version} (${words.join(' ')})`;
}

type Memory = Readonly<Record<string, ProviderName>>;

async function readMemory(world: World, project: ProjectId): Promise<Memory> {
  const text = (await world.files.readText(memoryFile(world, project))) ?? '';
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(' ');
      const name = PROVIDER_NAMES.find((known) => known === line.slice(at + 1));
      return at === -1 || name === undefined ? [] : [[line.slice(0, at), name]];
    }),
  );
}

// A state folder that cannot be written is no reason to fail: the choice is made anew next time.
async function remember(world: World, project: ProjectId, memory: Memory): Promise<void> {
  const text = Object.entries(memory).map(([engine, name]) => `${engine} ${name}\n`);
  try {
    await world.files.makeDirectory(projectStateDir(world.host, project), 0o700);
    await world.files.writeText(memoryFile(world, project), text.join(''), 0o600);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
  }
}

function memoryFile(world: World, project: ProjectId): string {
  return resolvePath(projectStateDir(world.host, project), 'providers', flavourOf(world.host));
}
