import { PodctlError } from '../../core/errors.js';
import type { World } from '../../io/world.js';
import type { LoadedProfile } from '../../profile/merge.js';
import { findProfile, loadProfile } from '../profiles.js';
import { findProject, identify, type Project } from '../project.js';
import { findStackFiles, type StackFiles } from './files.js';
import type { StackChoice } from './options.js';

/** A project's stack, before any engine or provider is asked. */
export type StackPlace = {
  /** What the labels name: the profile's folder when it names the files, else the folder of the first compose file. */
  readonly project: Project;
  /** null: the project has no podctl.toml, and needs none. */
  readonly loaded: LoadedProfile | null;
  readonly stack: StackFiles;
};

/** The stack that is meant: `-f`, COMPOSE_FILE, [stack] of the profile, or the project's own compose files. null: there is none. */
export async function findStack(
  choice: Pick<StackChoice, 'files' | 'profile'>,
  world: World,
): Promise<StackPlace | null> {
  const near = await findProject(world.host, world.files);
  const file = choice.profile === undefined ? near.profile : await findProfile(choice.profile, world);
  const loaded = file === null ? null : await loadProfile(file, world);
  const ofProfile = loaded?.profile.stack?.files ?? null;
  const stack = await findStackFiles({ files: choice.files, project: near, ofProfile }, world);
  if (stack === null) return null;
  if (stack.by === 'profile' || stack.directory === near.root) return { project: near, loaded, stack };
  const id = await identify(stack.directory, world.files);
  return { project: { root: stack.directory, profile: near.profile, id }, loaded, stack };
}

/**
 * The stack that a verb on containers may mean. A profile with mistakes keeps nobody from stopping what runs: then only labels tell what
 * is there.
 */
export async function stackNearby(choice: StackChoice | undefined, world: World): Promise<StackPlace | null> {
  if (choice === undefined) return null;
  try {
    return await findStack(choice, world);
  } catch (error) {
    const named = choice.files.length > 0 || choice.profile !== undefined;
    if (!named && error instanceof PodctlError && error.code === 'BAD_DATA') return null;
    throw error;
  }
}
