import { resolvePath } from '../../core/path.js';
import { Secret } from '../../core/secret.js';
import { looksSecret } from '../../core/secret-name.js';
import { redactUrls } from '../../core/text.js';
import type { World } from '../../io/world.js';
import type { ComposeSource, UsedVariable } from '../../profile/compose/source.js';
import type { LoadedProfile } from '../../profile/merge.js';
import type { DotenvEntry, Variables } from '../../profile/resolved.js';
import { flavourOf } from '../project.js';
import { processVariables, readEnvFiles, withFileVariables } from '../run/variables.js';

/** Variables for compose files: the process environment over the env files. */
export type StackVariables = {
  readonly variables: Variables;
  /** Env files that somebody named; empty: .env beside the first compose file, where there is one. */
  readonly named: readonly string[];
  /** Those that were read. */
  readonly files: readonly string[];
  readonly entries: readonly DotenvEntry[];
};

/** Read what fills the compose files in. Throws BAD_DATA with every bad line of an env file. */
export async function readStackVariables(
  { envFiles, directory }: { readonly envFiles: readonly string[]; readonly directory: string },
  world: World,
): Promise<StackVariables> {
  const flavour = flavourOf(world.host);
  const process = processVariables(world.host);
  const others = (world.host.env['COMPOSE_ENV_FILES'] ?? '').split(',').filter((part) => part !== '');
  const named = (envFiles.length > 0 ? envFiles : others).map((file) => resolvePath(world.host.cwd, file, flavour));
  const usual = resolvePath(directory, '.env', flavour);
  const there = named.length === 0 && (await world.files.stat(usual))?.kind === 'file';
  const files = there ? [usual] : named;
  const read = await readEnvFiles(
    files.map((path) => ({ path, required: true })),
    process,
    world,
  );
  return { variables: withFileVariables(process, read.entries), named, files, entries: read.entries };
}

/** The variables that the compose files use, as their provider gets them: what may be a password is a secret. */
export function usedEnvironment(
  sources: readonly ComposeSource[],
  variables: Variables,
  loaded: LoadedProfile | null,
): Readonly<Record<string, string | Secret>> {
  const uses = sources.flatMap((source) => source.variables);
  const names = [...new Set(uses.map(({ name }) => name))];
  const entries = names.flatMap((name) => {
    const variable = variables[name];
    if (variable === undefined) return [];
    const own = uses.filter((use) => use.name === name);
    const secret = isSecret(name, variable, { uses: own, loaded });
    return [[name, secret ? new Secret(variable.value) : variable.value] as const];
  });
  return Object.fromEntries(entries);
}

function isSecret(
  name: string,
  { value, file }: { readonly value: string; readonly file?: string | undefined },
  { uses, loaded }: { readonly uses: readonly UsedVariable[]; readonly loaded: LoadedProfile | null },
): boolean {
  const declared = loaded?.profile.env[name];
  if (declared?.secret === true || looksSecret(name) || redactUrls(value) !== value) return true;
  if (declared !== undefined) return false;
  // Env files carry passwords under any name; but what makes up a port or a path is none.
  return file !== undefined && !uses.every(isStructure);
}

const STRUCTURE = new Set([
  'ports',
  'volumes',
  'image',
  'build',
  'container_name',
  'networks',
  'restart',
  'user',
  'profiles',
]);

function isStructure({ path }: UsedVariable): boolean {
  if (path[0] === 'services') return STRUCTURE.has(String(path[2]));
  return path[0] === 'networks' || path[0] === 'volumes' || path[0] === 'name';
}
