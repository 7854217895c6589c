import type { Command } from 'commander';
import { decidePull } from '../../plan/decide-build.js';
import type { Context } from '../context.js';
import { finishImages, type ImageOptions, openImageSite, readImageOptions } from '../images.js';
import { type Flags, makeCommand } from '../parser.js';

/** `podctl pull [NAME…]`. */
export function definePull(context: Context): Command {
  return makeCommand(
    {
      name: 'pull',
      about: "pull the profile's images",
      flags: ['tag', 'envFile', 'dryRun', 'json', 'shell', 'engine', 'profile'],
      examples: ['podctl pull', 'podctl pull base --tag 1.2'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', "images of the profile; the container's own when left out")
    .action((names: readonly string[], flags: Flags) =>
      context.finish(runPull(readImageOptions(names, flags, context), context)),
    );
}

/** Pull, and print the references of the images. */
export async function runPull(options: ImageOptions, context: Context): Promise<number> {
  const site = await openImageSite(options, context);
  const decision = decidePull({ ...site.frame, images: site.images, wanted: site.wanted });
  return finishImages(decision, { site, options }, context);
}
