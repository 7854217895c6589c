import type { ParsedProfile, ProfileSource } from './parse.js';
import { foldName } from './reserved.js';
import type { Profile } from './schema.js';

/** What the build leaves beside podctl of a shipped profile: its text, and what the checks made of it. */
export type KeptProfile = { readonly text: string; readonly profile: Profile };

/** Commands and aliases of the shipped profiles, folded, by profile. */
export type KeptCommands = Readonly<Record<string, readonly string[]>>;

/**
 * A shipped profile without checking it again: the build did, alone and with all that it extends. `kept` is the build's file.
 * null when the text is not the one that was checked.
 */
export function readKept(source: ProfileSource, kept: string): ParsedProfile | null {
  const data: unknown = JSON.parse(kept);
  return isKept(data) && data.text === source.text ? { ...source, profile: data.profile, sound: true } : null;
}

/** Names of the shipped profiles that may have a command: those that the build's list gives it to, and those that it does not know. */
export function keptWith(word: string, names: readonly string[], list: string): readonly string[] {
  const data: unknown = JSON.parse(list);
  if (!isCommands(data)) return names;
  return names.filter((name) => data[name]?.includes(foldName(word)) ?? true);
}

function isCommands(data: unknown): data is KeptCommands {
  return typeof data === 'object' && data !== null;
}

// Such a file is a part of podctl like its scripts, so its form is taken at its word; the text is what may have been changed since.
function isKept(data: unknown): data is KeptProfile {
  return typeof data === 'object' && data !== null && 'text' in data && 'profile' in data;
}
