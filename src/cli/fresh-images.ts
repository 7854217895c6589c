import { readBuildFlags } from './build-flags.js';
import { runBuild } from './commands/build.js';
import { runPull } from './commands/pull.js';
import type { Context } from './context.js';
import { openImageSite, readImageOptions } from './images.js';
import type { Flags } from './parser.js';

/**
 * The same for a profile without a stack: newer images. Its containers are left alone: podctl does not know with which words each of them
 * was started.
 */
export async function runImagesFresh(names: readonly string[], flags: Flags, context: Context): Promise<number> {
  const options = readImageOptions(names, flags, context);
  const { images, wanted } = await openImageSite({ ...options, looks: true }, context);
  const built = wanted.filter((key) => images[key]?.context !== undefined);
  const pulled = wanted.filter((key) => !built.includes(key));
  if (pulled.length > 0) {
    const exitCode = await runPull({ ...options, names: pulled, platforms: [] }, context);
    if (exitCode !== 0 || built.length === 0) return exitCode;
  }
  return runBuild(
    {
      ...options,
      names: built,
      only: false,
      withBase: true,
      pull: true,
      noCache: false,
      strictContext: false,
      flags: readBuildFlags({}, context.world.host),
    },
    context,
  );
}
