import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { isRemote, refOf } from '../../plan/build-image.js';
import { type BuildInput, builtImages } from '../../plan/decide-build.js';
import { checkContexts } from '../build-context/check.js';
import { readBuildFlags } from '../build-flags.js';
import { type BuildOptions, checkSources, layOutBuild } from '../build-site.js';
import type { Context } from '../context.js';
import { imagesOfBuild, tellDeadImages } from '../dead-images.js';
import { finishImages, type ImageSite, openImageSite, readImageOptions } from '../images.js';
import { type Flags, makeCommand } from '../parser.js';
import { flavourOf } from '../project.js';
import { buildServices, refuseTwoDocuments, shareNames } from '../stack/images.js';
import { readStackChoice, readStackOptions } from '../stack/options.js';

const FLAGS_OF_BUILD = [
  ...([
    'withBase',
    'only',
    'pull',
    'noCache',
    'strictContext',
    'locked',
    'platform',
    'buildArg',
    'target',
    'secret',
    'cacheFrom',
    'cacheTo',
  ] as const),
  ...(['label', 'tag', 'imageServer', 'imageProject', 'imageName', 'envFile'] as const),
  ...(['dryRun', 'json', 'shell', 'engine', 'via', 'profile'] as const),
  ...(['composeFile', 'composeProfile', 'projectName', 'provider'] as const),
];

/** `podctl build [NAME…]`. */
export function defineBuild(context: Context): Command {
  return makeCommand(
    {
      name: 'build',
      about:
        "build the profile's images, missing ones that they stand on first, and the images of the stack's services",
      flags: FLAGS_OF_BUILD,
      examples: [
        'podctl build',
        'podctl build --with-base --pull',
        'podctl build --pull app',
        'podctl build --only base',
        'podctl build --platform linux/amd64,linux/arm64',
        'podctl build --secret id=npm,env=NPM_TOKEN',
      ],
    },
    context.world.streams,
  )
    .argument(
      '[NAME...]',
      "images of the profile or services of the stack; when left out the container's own, or all services",
    )
    .action((names: readonly string[], flags: Flags) => context.finish(buildBoth(names, flags, context)));
}

// Whichever the project has: names decide between images and services.
async function buildBoth(names: readonly string[], flags: Flags, context: Context): Promise<number> {
  const named = flags.only === undefined ? names : flags.only;
  const share = await shareNames(named, readStackChoice(flags), context);
  if (share === null || share.services === null) {
    return runBuild(readOptions(names, flags, context), context);
  }
  refuseTwoDocuments(share, { json: flags.json === true });
  const stack = { ...readStackOptions(flags, context), services: share.services };
  const code = share.images === null ? 0 : await runBuild(readOptions(share.images, flags, context), context);
  if (code !== 0) return code;
  return buildServices({ ...stack, pull: flags.pull === true, noCache: flags.cache === false }, share.place, context);
}

/** Build, and print the references of the images. */
export async function runBuild(options: BuildOptions, context: Context): Promise<number> {
  const opened = await openImageSite(options, context);
  const site = options.locked === true ? await (await import('../lock/images.js')).lockBases(opened, context) : opened;
  const { input, decision, flagged } = await layOutBuild(options, site, context);
  if (context.purpose !== 'explain') {
    await checkSources(input, context);
    await tellDeadBases(input, site, context);
    await checkContexts({ input, site, strict: options.strictContext }, context);
  }
  return finishImages(decision, { site, options, flagged }, context);
}

// What a build stands on is pulled by the builder, whose words for a missing image speak of a login.
async function tellDeadBases(input: BuildInput, { chosen, observer }: ImageSite, context: Context): Promise<void> {
  const { root } = chosen.project;
  const flavour = flavourOf(context.world.host);
  const built = builtImages(input);
  const named = await Promise.all(
    built.map(({ context: folder = '.', file }) => {
      const place = isRemote(folder) ? folder : resolvePath(root, folder, flavour);
      return imagesOfBuild(
        { folder: place, file: file === undefined ? null : resolvePath(root, file, flavour) },
        context,
      );
    }),
  );
  const bases = built.flatMap(({ base }) => {
    const image = base === undefined ? undefined : input.images[base];
    return image === undefined || image.context !== undefined ? [] : [refOf(image)];
  });
  const refs = [...bases, ...named.flat()];
  await tellDeadImages({ refs, dead: chosen.loaded.profile.dead_images, observer }, context);
}

function readOptions(names: readonly string[], flags: Flags, context: Context): BuildOptions {
  const only = flags.only ?? [];
  if (only.length > 0 && names.length > 0) {
    throw new PodctlError('USAGE', '`--only` names its images itself', {
      hint: `write podctl build --only ${names[0] ?? 'NAME'}`,
    });
  }
  if (only.length > 0 && flags.withBase === true) {
    throw new PodctlError('USAGE', '`--only` and `--with-base` contradict each other', {
      hint: 'leave one of them out',
    });
  }
  return {
    ...readImageOptions([...only, ...names], flags, context),
    only: only.length > 0,
    withBase: flags.withBase === true,
    pull: flags.pull === true,
    noCache: flags.cache === false,
    strictContext: flags.strictContext === true,
    flags: readBuildFlags(flags, context.world.host),
  };
}
