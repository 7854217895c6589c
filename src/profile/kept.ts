import type { ParsedProfile, ProfileSource } from './parse.js';
import type { Profile } from './schema.js';

/** What the build leaves beside podctl of a shipped profile: its text, and what the checks made of it. */
export type KeptProfile = { readonly text: string; readonly profile: Profile };

/**
 * A shipped profile without checking it again: the build did, alone and with all that it extends. `kept` is the build's file.
 * null when the text is not the one that was checked.
 */
export function readKept(source: ProfileSource, kept: string): ParsedProfile | null {
  const data: unknown = JSON.parse(kept);
  return isKept(data) && data.text === source.text ? { ...source, profile: data.profile, sound: true } : null;
}

// Such a file is a part of podctl like its scripts, so its form is taken at its word; the text is what may have been changed since.
function isKept(data: unknown): data is KeptProfile {
  return typeof data === 'object' && data !== null && 'text' in data && 'profile' in data;
}
