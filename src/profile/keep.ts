import { profileChain } from './chain.js';
import type { KeptProfile } from './kept.js';
import { composeProfile } from './merge.js';
import { parseProfile } from './parse.js';

/** For the build: check the shipped profiles (texts by name), each with all that it extends. Throws BAD_DATA with the first one's problems. */
export async function keepProfiles(texts: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, KeptProfile>> {
  const kept = new Map<string, KeptProfile>();
  for (const name of texts.keys()) {
    // oxlint-disable-next-line no-await-in-loop -- the build stops at the first profile with mistakes
    const layers = await profileChain(name, async (word) => {
      const text = texts.get(word);
      return text === undefined ? undefined : parseProfile({ file: `profiles/${word}.toml`, text });
    });
    composeProfile(layers);
    const { text, profile } = layers.at(-1) ?? { text: '', profile: {} };
    kept.set(name, { text, profile });
  }
  return kept;
}
