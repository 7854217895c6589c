import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import { nameImages } from '../images.js';
import { findProfile, loadProfile } from '../profiles.js';
import { findProject } from '../project.js';
import type { StackChoice } from '../stack/options.js';
import { openCleanSite } from './site.js';

/** Volumes that hold protected data by the project's profile, in whatever mode. A profile that protects nothing needs no look at its stack. */
export async function protectedVolumes(choice: StackChoice, context: Context): Promise<readonly string[]> {
  const { world } = context;
  const file =
    choice.profile === undefined
      ? (await findProject(world.host, world.files)).profile
      : await findProfile(choice.profile, world);
  if (file === null) return [];
  const { profile } = await loadProfile(file, world);
  if (!Object.values(profile.data).some((one) => one.protected === true)) return [];
  const modes = choice.mode === undefined ? [undefined, ...Object.keys(profile.modes)] : [choice.mode];
  const sites = await Promise.all(modes.map((mode) => openCleanSite({ ...choice, mode, purpose: 'look' }, context)));
  return sites.flatMap(({ protectedData }) =>
    protectedData.flatMap(({ type, source }) => (type === 'volume' ? [source] : [])),
  );
}

/** Names of the images that the project's profile speaks of; none where it has no profile. */
export async function ownImages({ profile }: StackChoice, context: Context): Promise<readonly string[]> {
  try {
    const { named } = await nameImages({ names: [], profile, envFiles: [] }, context);
    return Object.values(named).map(({ name, tag }) => `${name}:${tag}`);
  } catch (error) {
    if (error instanceof PodctlError) return [];
    throw error;
  }
}
