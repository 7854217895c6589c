import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { COMPOSE_FILES, OVERRIDE_FILES, splitComposeFile } from '../../profile/compose/names.js';
import { parseDotenv } from '../../profile/dotenv.js';
import { shownPath } from '../profiles.js';
import { flavourOf, type Project } from '../project.js';
import { processVariables } from '../run/variables.js';

/** A stack's compose files: absolute, in order; relative paths in all of them begin at `directory`. */
export type StackFiles = {
  readonly directory: string;
  readonly files: readonly string[];
  readonly by: 'flag' | 'COMPOSE_FILE' | 'profile' | 'found';
};

export type FilesRequest = {
  /** `-f`, as typed. */
  readonly files: readonly string[];
  readonly project: Project;
  /** `files` of [stack]. */
  readonly ofProfile: readonly string[] | null;
};

/**
 * The compose files as compose finds them: `-f`, COMPOSE_FILE (of the environment, else of .env here), the profile's, else the usual
 * names here or in the nearest folder above, but not above the project's podctl.toml: another project's stack begins there. null: there
 * is no stack. Throws MISSING_INPUT for a file that is named and not there.
 */
export async function findStackFiles(request: FilesRequest, world: World): Promise<StackFiles | null> {
  const { host } = world;
  const flavour = flavourOf(host);
  if (request.files.length > 0) return existing(request.files, { base: host.cwd, by: 'flag' }, world);
  const variable = await composeVariable('COMPOSE_FILE', world);
  if (variable !== null) {
    const separator =
      (await composeVariable('COMPOSE_PATH_SEPARATOR', world)) ?? (host.platform === 'win32' ? ';' : ':');
    return existing(splitComposeFile(variable, separator), { base: host.cwd, by: 'COMPOSE_FILE' }, world);
  }
  if (request.ofProfile !== null && request.ofProfile.length > 0) {
    return existing(request.ofProfile, { base: request.project.root, by: 'profile' }, world);
  }
  for (let folder = host.cwd; ; folder = resolvePath(folder, '..', flavour)) {
    const found = await filesIn(folder, world);
    if (found.length > 0) return { directory: folder, files: found, by: 'found' };
    const isProject = request.project.profile !== null && folder === request.project.root;
    if (isProject || resolvePath(folder, '..', flavour) === folder) return null;
  }
}

// compose reads its own variables from .env of the working directory, too.
async function composeVariable(name: string, world: World): Promise<string | null> {
  const own = world.host.env[name];
  if (own !== undefined && own !== '') return own;
  const path = resolvePath(world.host.cwd, '.env', flavourOf(world.host));
  const text = await world.files.readText(path);
  if (text === null || !text.includes(name)) return null;
  const { entries } = parseDotenv({ file: '.env', text }, processVariables(world.host));
  const value = entries.findLast((entry) => entry.name === name)?.value ?? '';
  return value === '' ? null : value;
}

async function existing(
  names: readonly string[],
  { base, by }: { readonly base: string; readonly by: StackFiles['by'] },
  world: World,
): Promise<StackFiles> {
  const flavour = flavourOf(world.host);
  const files = names.map((name) => resolvePath(base, name, flavour));
  for (const [index, file] of files.entries()) {
    if (names[index] === '-') {
      throw new PodctlError('USAGE', 'podctl reads compose files from the disk only', { hint: 'name a file after -f' });
    }
    if ((await world.files.stat(file))?.kind !== 'file') {
      const from = by === 'flag' ? '-f' : by === 'profile' ? '`files` of [stack]' : by;
      throw new PodctlError('MISSING_INPUT', `the compose file \`${shownPath(file, world.host)}\` does not exist`, {
        hint: `write it, or correct ${from}`,
      });
    }
  }
  const [first] = files;
  if (first === undefined)
    throw new PodctlError('USAGE', 'COMPOSE_FILE names no file', { hint: 'correct it, or unset it' });
  return { directory: resolvePath(first, '..', flavour), files, by };
}

async function filesIn(folder: string, world: World): Promise<readonly string[]> {
  const path = async (names: readonly string[]): Promise<readonly string[]> => {
    for (const name of names) {
      const file = resolvePath(folder, name, flavourOf(world.host));
      if ((await world.files.stat(file))?.kind === 'file') return [file];
    }
    return [];
  };
  const base = await path(COMPOSE_FILES);
  return base.length === 0 ? [] : [...base, ...(await path(OVERRIDE_FILES))];
}
