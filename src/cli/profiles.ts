import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { isAbsolute, isWithin, resolvePath } from '../core/path.js';
import { findAssets } from '../io/assets.js';
import type { Host } from '../io/host.js';
import type { World } from '../io/world.js';
import { composeProfile, type LoadedProfile } from '../profile/merge.js';
import { type ParsedProfile, parseProfile } from '../profile/parse.js';
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

/** A profile by the word that `--profile` or `extends` gives: a shipped name, or a path relative to `folder`. */
export async function findProfile(word: string, folder: string, world: World): Promise<string> {
  if (looksLikePath(word)) return resolvePath(folder, word, flavourOf(world.host));
  const shipped = await shippedProfiles(world);
  const found = shipped.find((profile) => profile.name === word);
  if (found !== undefined) return found.file;
  const meant = nearest(
    word,
    shipped.map((profile) => profile.name),
  );
  throw new PodctlError('MISSING_INPUT', `no shipped profile is called \`${word}\``, {
    hint:
      meant === undefined
        ? `podctl profiles list shows them; a file is given as a path, for instance ./${word}.toml`
        : `did you mean ${meant}?`,
  });
}

/** Read a profile and everything that it extends. `file` is absolute; errors and origins name files as a person in this folder would. */
export async function loadProfile(file: string, world: World): Promise<LoadedProfile> {
  const flavour = flavourOf(world.host);
  const seen: string[] = [];
  const layers: ParsedProfile[] = [];
  for (let next: string | null = file; next !== null; ) {
    if (seen.includes(next)) throw circle(shownPath(seen[0] ?? next, world.host), shownPath(next, world.host));
    seen.push(next);
    const layer: ParsedProfile = await readLayer(next, world);
    layers.unshift(layer);
    const base: string | undefined = layer.profile.extends;
    next = base === undefined ? null : await findProfile(base, resolvePath(next, '..', flavour), world);
  }
  return composeProfile(layers);
}

/** A path as a person would write it from the working directory: relative below it, else absolute. */
export function shownPath(path: string, host: Host): string {
  return path !== host.cwd && isWithin(path, host.cwd) ? path.slice(host.cwd.length).replace(/^[\\/]/, '') : path;
}

async function readLayer(file: string, world: World): Promise<ParsedProfile> {
  const text = await world.files.readText(file);
  const shown = shownPath(file, world.host);
  if (text === null) {
    throw new PodctlError('MISSING_INPUT', `the profile \`${shown}\` does not exist`, {
      hint: 'podctl init writes a podctl.toml; podctl profiles list shows the shipped ones',
    });
  }
  return await parseProfile({ file: shown, text });
}

function looksLikePath(word: string): boolean {
  return /[\\/]/.test(word) || word.endsWith('.toml') || isAbsolute(word, 'windows');
}

function circle(first: string, again: string): PodctlError {
  return new PodctlError('BAD_DATA', `the profile \`${again}\` extends itself by way of \`${first}\``, {
    hint: 'take one `extends` out',
  });
}
