import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { refOf } from '../../plan/build-image.js';
import { decidePull } from '../../plan/decide-pull.js';
import type { ResolvedImage } from '../../profile/resolved.js';
import { readPlatforms } from '../build-flags.js';
import type { Context } from '../context.js';
import { tellDeadImages } from '../dead-images.js';
import { finishImages, type ImageOptions, type ImageSite, openImageSite, readImageOptions } from '../images.js';
import { type Flags, makeCommand } from '../parser.js';
import { pullServices, refuseTwoDocuments, shareNames } from '../stack/images.js';
import { readStackChoice, readStackOptions } from '../stack/options.js';

/** `podctl pull [NAME…]`. */
export function definePull(context: Context): Command {
  return makeCommand(
    {
      name: 'pull',
      about: "pull the profile's images, and those of the stack's services",
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
        'composeFile',
        'composeProfile',
        'projectName',
        'provider',
      ],
      examples: ['podctl pull', 'podctl pull base --tag 1.2'],
    },
    context.world.streams,
  )
    .argument(
      '[NAME...]',
      "images of the profile or services of the stack; when left out the container's own, or all services",
    )
    .action((names: readonly string[], flags: Flags) => context.finish(pullBoth(names, flags, context)));
}

// Whichever the project has: names decide between images and services.
async function pullBoth(names: readonly string[], flags: Flags, context: Context): Promise<number> {
  const pullImages = (images: readonly string[]) =>
    runPull({ ...readImageOptions(images, flags, context), platforms: readPlatforms(flags.platform ?? []) }, context);
  const share = await shareNames(names, readStackChoice(flags), context);
  if (share === null || share.services === null) return pullImages(names);
  refuseTwoDocuments(share, { json: flags.json === true });
  const code = share.images === null ? 0 : await pullImages(share.images);
  if (code !== 0) return code;
  const options = { ...readStackOptions(flags, context), services: share.services, pull: true, noCache: false };
  return pullServices(options, share.place, context);
}

async function tellDead({ images, wanted, chosen, observer }: ImageSite, context: Context): Promise<void> {
  const refs = wanted.flatMap((key) => {
    const image = images[key];
    return image === undefined || image.context !== undefined ? [] : [refOf(image)];
  });
  await tellDeadImages({ refs, dead: chosen.loaded.profile.dead_images, observer }, context);
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
  if (context.purpose !== 'explain') await tellDead(site, context);
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
