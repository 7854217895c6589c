import { PodctlError, throwProblems } from '../../core/errors.js';
import type { Origin } from '../../core/origin.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { checkConfigFile } from '../../profile/config-file.js';
import type { LoadedProfile, MergedConfig } from '../../profile/merge.js';
import { configDefault } from '../../profile/resolve.js';
import type { ResolveRequest } from '../../profile/resolved.js';
import { isTree, nodeAt } from '../../profile/tree.js';
import type { Chosen } from '../choose-profile.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';

/** The application's own config file on the host, and who named it. */
export type ConfigPath = { readonly path: string; readonly origin: Origin | undefined };

/** Where the config file stands: `-c` below the working directory, else the profile's default below the project; null: there is none. */
export function findConfig(
  { chosen, config: given }: { readonly chosen: Chosen; readonly config: string | undefined },
  base: Pick<ResolveRequest, 'variables' | 'names'>,
  world: World,
): ConfigPath | null {
  const { loaded, project } = chosen;
  const flavour = flavourOf(world.host);
  if (given !== undefined) {
    return { path: resolvePath(world.host.cwd, given, flavour), origin: { kind: 'flag', flag: '-c' } };
  }
  const text = configDefault(loaded, base);
  return text === null ? null : { path: resolvePath(project.root, text, flavour), origin: defaultOrigin(loaded) };
}

/** Read and check the config file. Throws MISSING_INPUT when it must be there and is not, BAD_DATA with all of its mistakes. */
export async function checkConfig(path: string, config: MergedConfig, world: World): Promise<void> {
  const file = shownPath(path, world.host);
  if ((await world.files.stat(path))?.kind === 'directory') {
    const hint = 'name the file itself with -c FILE';
    throw new PodctlError('MISSING_INPUT', `the config file \`${file}\` is a folder`, { hint });
  }
  const text = await world.files.readText(path);
  if (text !== null) {
    throwProblems('BAD_DATA', `\`${file}\` has mistakes`, await checkConfigFile({ file, text }, config));
  } else if (config.required !== false) {
    throw new PodctlError('MISSING_INPUT', `the config file \`${file}\` does not exist`, {
      hint: 'write it, or name another one with -c FILE',
    });
  }
}

function defaultOrigin({ tree }: LoadedProfile): Origin | undefined {
  const leaf = nodeAt(tree, ['config', 'default']);
  if (leaf === undefined || isTree(leaf)) return undefined;
  return { kind: 'profile', file: leaf.source.file, path: leaf.source.path };
}
