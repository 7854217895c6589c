import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { isWithin, resolvePath } from '../core/path.js';
import { findAssets } from '../io/assets.js';
import type { Host } from '../io/host.js';
import type { World } from '../io/world.js';
import { profileChain } from '../profile/chain.js';
import { keptWith, readKept } from '../profile/kept.js';
import { composeProfile, type LoadedProfile } from '../profile/merge.js';
import { type ParsedProfile, type ProfileSource, parseProfile } from '../profile/parse.js';
import { flavourOf } from './project.js';

/** A profile that podctl brings along. */
export type ShippedProfile = { readonly name: string; readonly file: string };

/** The profiles in podctl's own package, by name. */
export async function shippedProfiles(world: World): Promise<readonly ShippedProfile[]> {
  const { profiles } = await findAssets(world.files, world.assets);
  const names = (await world.files.list(profiles)) ?? [];
  return names
    .filter((name) => name.endsWith('.toml'))
    .map((name) => ({
      name: name.slice(0, -'.toml'.length),
      file: resolvePath(profiles, name, flavourOf(world.host)),
    }));
}

/** The shipped profiles that may have a command. The built podctl has a list, so that the other profiles need not be read. */
export async function shippedWith(word: string, world: World): Promise<readonly ShippedProfile[]> {
  const shipped = await shippedProfiles(world);
  const list = await world.files.readText(resolvePath(world.assets, 'profile-commands.json', flavourOf(world.host)));
  if (list === null) return shipped;
  const names = keptWith(
    word,
    shipped.map(({ name }) => name),
    list,
  );
  return shipped.filter(({ name }) => names.includes(name));
}

/** The file of a profile by the word that `--profile` gives: a shipped name, or a path below the working directory. */
export async function findProfile(word: string, world: World): Promise<string> {
  const found = await locateProfile(word, world.host.cwd, world);
  if (found !== null) return found;
  const names = (await shippedProfiles(world)).map((profile) => profile.name);
  const meant = nearest(word, names);
  throw new PodctlError('MISSING_INPUT', `no shipped profile is called \`${word}\``, {
    hint:
      meant === undefined
        ? `podctl profiles list shows them; a file is given as a path, for instance ./${word}.toml`
        : `did you mean ${meant}?`,
  });
}

async function locateProfile(word: string, folder: string, world: World): Promise<string | null> {
  if (/[\\/]/.test(word) || word.endsWith('.toml')) return resolvePath(folder, word, flavourOf(world.host));
  return (await shippedProfiles(world)).find(({ name }) => name === word)?.file ?? null;
}

/** Read a profile and everything that it extends. `file` is absolute; errors and origins name files as a person in this folder would. */
export async function loadProfile(file: string, world: World): Promise<LoadedProfile> {
  const { host } = world;
  const flavour = flavourOf(host);
  const layers = await profileChain(file, async (word, from) => {
    const folder = from === null ? host.cwd : resolvePath(resolvePath(host.cwd, from.file, flavour), '..', flavour);
    const path = from === null ? file : await locateProfile(word, folder, world);
    return path === null ? undefined : readLayer(path, world);
  });
  return composeProfile(layers);
}

/** A path as a person would write it from the working directory: relative below it, else absolute. */
export function shownPath(path: string, host: Host): string {
  return path !== host.cwd && isWithin(path, host.cwd) ? path.slice(host.cwd.length).replace(/^[\\/]/, '') : path;
}

async function readLayer(file: string, world: World): Promise<ParsedProfile | undefined> {
  const text = await world.files.readText(file);
  if (text === null) return undefined;
  const source = { file: shownPath(file, world.host), text };
  return (await readBuilt(file, source, world)) ?? parseProfile(source);
}

// In the built podctl the scripts' folder has a checked copy of each profile in `profiles/` beside it (.config/build.mjs).
async function readBuilt(
  file: string,
  source: ProfileSource,
  { files, assets, host }: World,
): Promise<ParsedProfile | null> {
  const flavour = flavourOf(host);
  const name =
    file
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.toml$/, '') ?? '';
  if (file !== resolvePath(assets, `../profiles/${name}.toml`, flavour)) return null;
  const kept = await files.readText(resolvePath(assets, `profile-${name}.json`, flavour));
  return kept === null ? null : readKept(source, kept);
}
