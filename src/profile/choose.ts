import { PodctlError } from '../core/errors.js';
import type { LoadedProfile } from './merge.js';
import { foldName } from './reserved.js';
import { hintFor } from './words.js';

/** The profile's name of a command that a person typed: dashes count as underscores, aliases are followed. USAGE when there is none. */
export function chooseCommand(loaded: LoadedProfile, word: string): string {
  const { commands } = loaded.profile;
  const folded = foldName(word);
  const found = Object.entries(commands).find(
    ([name, command]) =>
      foldName(name) === folded || (command.aliases ?? []).some((alias) => foldName(alias) === folded),
  );
  if (found !== undefined) return found[0];
  throw new PodctlError('USAGE', `the profile \`${loaded.name}\` has no command \`${word}\``, {
    hint: hintFor(word, 'command', Object.keys(commands)),
  });
}

/** The mode to use: the one asked for, else the profile's default, else its only one; null for a profile without modes. USAGE otherwise. */
export function chooseMode(loaded: LoadedProfile, word: string | null): string | null {
  const { modes, default_mode: standard } = loaded.profile;
  const names = Object.keys(modes);
  if (word !== null) {
    if (names.includes(word)) return word;
    throw new PodctlError('USAGE', `the profile \`${loaded.name}\` has no mode \`${word}\``, {
      hint: hintFor(word, 'mode', names),
    });
  }
  if (standard !== undefined) return standard;
  const [only, another] = names;
  if (only === undefined) return null;
  if (another === undefined) return only;
  throw new PodctlError('USAGE', `the profile \`${loaded.name}\` has several modes and no default one`, {
    hint: `choose with -m: ${names.join(', ')}`,
  });
}
