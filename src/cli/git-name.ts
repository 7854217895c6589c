import type { LoadedProfile } from '../profile/merge.js';
import type { NamedValues } from '../profile/resolved.js';
import type { Context } from './context.js';

/** The named value `{git}`, for a profile that writes it; git is asked for no other. */
export async function gitName(
  { loaded, root }: { readonly loaded: LoadedProfile; readonly root: string },
  { world, rooms }: Pick<Context, 'world' | 'rooms'>,
): Promise<NamedValues> {
  if (!loaded.layers.some(({ text }) => text.includes('{git}'))) return {};
  const { describeCommit } = await rooms.git();
  return { git: await describeCommit(root, { host: world.host }) };
}
