import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { decidePull } from '../../plan/decide-pull.js';
import type { ResolvedImage } from '../../profile/resolved.js';
import { readPlatforms } from '../build-flags.js';
import type { Context } from '../context.js';
import { finishImages, type ImageOptions, openImageSite, readImageOptions } from '../images.js';
import { type Flags, makeCommand } from '../parser.js';

/** `podctl pull [NAME…]`. */
export function definePull(context: Context): Command {
  return makeCommand(
    {
      name: 'pull',
      about: "pull the profile's images",
      flags: [
        'platform',
        'tag',
        'locked',
        'imageServer',
        'imageProject',
        'imageName',
        'envFile',
        'dryRun',
        'json',
        'shell',
        'engine',
        'via',
        'profile',
      ],
      examples: ['podctl pull', 'podctl pull base --tag 1.2'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', "images of the profile; the container's own when left out")
    .action((names: readonly string[], flags: Flags) =>
      context.finish(
        runPull(
          { ...readImageOptions(names, flags, context), platforms: readPlatforms(flags.platform ?? []) },
          context,
        ),
      ),
    );
}

/** Pull, and print the references of the images. */
export async function runPull(
  options: ImageOptions & { readonly platforms: readonly string[] },
  context: Context,
): Promise<number> {
  const { platforms, via } = options;
  if (platforms.length > 1) {
    throw new PodctlError('USAGE', 'an image is pulled for one platform at a time', {
      hint: `write --platform ${platforms[0] ?? 'OS/ARCH'}`,
    });
  }
  const opened = await openImageSite(options, context);
  const site = options.locked === true ? await (await import('../lock/images.js')).lockPulled(opened, context) : opened;
  const pulled = (image: ResolvedImage) => (platforms.length === 0 ? image : { ...image, platforms });
  const images = Object.fromEntries(Object.entries(site.images).map(([key, image]) => [key, pulled(image)]));
  const decision = decidePull({ ...site.frame, images, wanted: site.wanted, via });
  const flagged = Object.fromEntries(
    platforms.length === 0
      ? []
      : site.wanted.map((key) => [`images/${key}/platform`, [{ kind: 'flag', flag: '--platform' } as const]]),
  );
  return finishImages(decision, { site, options, flagged }, context);
}
