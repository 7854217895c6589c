import { profileChain } from './chain.js';
import type { KeptCommands, KeptProfile } from './kept.js';
import { composeProfile } from './merge.js';
import { parseProfile } from './parse.js';
import { foldName } from './reserved.js';

/** What the build leaves of the shipped profiles, by name: each for itself, and the commands of each. */
export type Kept = {
  readonly profiles: ReadonlyMap<string, KeptProfile>;
  readonly commands: KeptCommands;
};

/** For the build: check the shipped profiles (texts by name), each with all that it extends. Throws BAD_DATA with the first one's problems. */
export async function keepProfiles(texts: ReadonlyMap<string, string>): Promise<Kept> {
  const profiles = new Map<string, KeptProfile>();
  const commands: [string, readonly string[]][] = [];
  for (const name of texts.keys()) {
    // oxlint-disable-next-line no-await-in-loop -- the build stops at the first profile with mistakes
    const layers = await profileChain(name, async (word) => {
      const text = texts.get(word);
      return text === undefined ? undefined : parseProfile({ file: `profiles/${word}.toml`, text });
    });
    const whole = composeProfile(layers).profile;
    const { text, profile } = layers.at(-1) ?? { text: '', profile: {} };
    profiles.set(name, { text, profile });
    const called = Object.entries(whole.commands).flatMap(([key, { aliases = [] }]) => [key, ...aliases]);
    commands.push([name, called.map(foldName)]);
  }
  return { profiles, commands: Object.fromEntries(commands) };
}
