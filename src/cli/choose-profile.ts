import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { World } from '../io/world.js';
import type { LoadedProfile, MergedProfile } from '../profile/merge.js';
import { foldName } from '../profile/reserved.js';
import type { ResolvedProfile } from '../profile/resolved.js';
import type { Command } from '../profile/schema.js';
import { findProfile, loadProfile, type ShippedProfile, shippedProfiles, shippedWith } from './profiles.js';
import { findProject, type Project } from './project.js';
import { VERBS } from './verbs.js';

/** The profile that one command works with, and the folder that it works for. */
export type Chosen = { readonly loaded: LoadedProfile; readonly project: Project };

/** A command of the profile under the name that the profile gives it. */
export type ProfileCommand = Chosen & {
  readonly name: string;
  readonly command: Command;
  /** For podctl's own commands: what they change of what the profile says. */
  readonly adjust?: (resolved: ResolvedProfile) => Promise<ResolvedProfile>;
};

/** What the command line names of a profile: with several shipped ones, the one that has it is meant. */
export type Naming = { readonly mode?: string | undefined; readonly images?: readonly string[] | undefined };

/** The profile for podctl's own verbs: `--profile`, else podctl.toml upward, else the one shipped profile that has what is named. */
export async function chooseProfile(wanted: string | undefined, world: World, naming: Naming = {}): Promise<Chosen> {
  const project = await findProject(world.host, world.files);
  const file = wanted === undefined ? project.profile : await findProfile(wanted, world);
  if (file !== null) return { loaded: await loadProfile(file, world), project };
  const shipped = await shippedProfiles(world);
  const loaded = await Promise.all(shipped.map((one) => loadProfile(one.file, world)));
  const having = loaded.length === 1 ? loaded : loaded.filter(({ profile }) => hasNamed(profile, naming));
  const [only, ...more] = having;
  if (only !== undefined && more.length === 0) return { loaded: only, project };
  const names = shipped.map(({ name }) => name).join(', ');
  throw new PodctlError('USAGE', 'there is no podctl.toml here or in a folder above', {
    hint: `say --profile NAME (${names}), or write one with podctl init`,
  });
}

function hasNamed(profile: MergedProfile, { mode, images = [] }: Naming): boolean {
  return (
    (mode === undefined || Object.hasOwn(profile.modes, mode)) &&
    images.every((key) => Object.hasOwn(profile.images, key))
  );
}

/** The profile that has the command: `--profile`, else podctl.toml upward, else the one shipped profile that has it. */
export async function chooseCommand(word: string, wanted: string | undefined, world: World): Promise<ProfileCommand> {
  const project = await findProject(world.host, world.files);
  const file = wanted === undefined ? project.profile : await findProfile(wanted, world);
  const load = (shipped: readonly ShippedProfile[]): Promise<readonly LoadedProfile[]> =>
    Promise.all(shipped.map((one) => loadProfile(one.file, world)));
  const loaded = file === null ? await load(await shippedWith(word, world)) : [await loadProfile(file, world)];
  const having = loaded.flatMap((profile): readonly ProfileCommand[] => {
    const found = findInProfile(word, profile.profile);
    return found === null ? [] : [{ loaded: profile, project, ...found }];
  });
  const [first, ...more] = having;
  if (first === undefined)
    throw unknownCommand(word, file === null ? await load(await shippedProfiles(world)) : loaded);
  if (more.length === 0) return first;
  const names = having.map((one) => one.loaded.name);
  throw new PodctlError('USAGE', `\`${word}\` is a command of ${names.map((name) => `\`${name}\``).join(' and ')}`, {
    hint: `say which: podctl ${word} --profile ${names[0] ?? 'NAME'}`,
  });
}

/** Names of a profile's commands, in written order. */
export function commandNames(profile: MergedProfile): readonly string[] {
  return Object.keys(profile.commands);
}

function findInProfile(
  word: string,
  profile: MergedProfile,
): { readonly name: string; readonly command: Command } | null {
  for (const [name, command] of Object.entries(profile.commands)) {
    if ([name, ...(command.aliases ?? [])].some((known) => foldName(known) === foldName(word)))
      return { name, command };
  }
  return null;
}

function unknownCommand(word: string, profiles: readonly LoadedProfile[]): PodctlError {
  const names = profiles.flatMap((loaded) => commandNames(loaded.profile));
  const meant = nearest(word, [...names, ...VERBS, 'help']);
  return new PodctlError('USAGE', `unknown command \`${word}\``, {
    hint: meant === undefined ? 'podctl --help lists the commands' : `did you mean ${meant}?`,
  });
}
