import { PodctlError } from '../../core/errors.js';
import { resolveData } from '../../profile/resolve-data.js';
import type { Context } from '../context.js';
import { nameImages } from '../images.js';
import { loadProfile } from '../profiles.js';
import { flavourOf, type Project } from '../project.js';
import { readEnvironment } from '../run/environment.js';
import { hostNames } from '../run/variables.js';

type Asked = { readonly profile: string | undefined };

/** Volumes that hold protected data by the project's profile, in whatever mode. */
export async function protectedVolumes(
  _asked: Asked,
  project: Project,
  { world }: Context,
): Promise<readonly string[]> {
  if (project.profile === null) return [];
  const loaded = await loadProfile(project.profile, world);
  const modes = [null, ...Object.keys(loaded.profile.modes ?? {})];
  const found = await Promise.all(
    modes.map(async (mode) => {
      const asked = { chosen: { loaded, project }, mode, command: null, envFiles: [], env: [], lenient: true };
      const { variables } = await readEnvironment(asked, world);
      const names = hostNames(world.host, project.root);
      return resolveData(loaded, { mode, variables, names, flavour: flavourOf(world.host) }).data;
    }),
  );
  return found.flat().flatMap((one) => (one.protected && one.mount.type === 'volume' ? [one.mount.source] : []));
}

/** Names of the images that the project's profile speaks of; none where it has no profile. */
export async function ownImages({ profile }: Asked, context: Context): Promise<readonly string[]> {
  try {
    const { named } = await nameImages({ names: [], profile, envFiles: [] }, context);
    return Object.values(named).map(({ name, tag }) => `${name}:${tag}`);
  } catch (error) {
    if (error instanceof PodctlError) return [];
    throw error;
  }
}
