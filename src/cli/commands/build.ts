import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { checkContexts } from '../build-context/check.js';
import { readBuildFlags } from '../build-flags.js';
import { type BuildOptions, checkSources, layOutBuild } from '../build-site.js';
import type { Context } from '../context.js';
import { finishImages, openImageSite, readImageOptions } from '../images.js';
import { type Flags, makeCommand } from '../parser.js';

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
];

/** `podctl build [NAME…]`. */
export function defineBuild(context: Context): Command {
  return makeCommand(
    {
      name: 'build',
      about: "build the profile's images; missing ones that they stand on are built first",
      flags: FLAGS_OF_BUILD,
      examples: [
        'podctl build',
        'podctl build --with-base --pull',
        'podctl build --only base',
        'podctl build --platform linux/amd64,linux/arm64',
        'podctl build --secret id=npm,env=NPM_TOKEN',
      ],
    },
    context.world.streams,
  )
    .argument('[NAME...]', "images of the profile; the container's own when left out")
    .action((names: readonly string[], flags: Flags) =>
      context.finish(runBuild(readOptions(names, flags, context), context)),
    );
}

/** Build, and print the references of the images. */
export async function runBuild(options: BuildOptions, context: Context): Promise<number> {
  const opened = await openImageSite(options, context);
  const site = options.locked === true ? await (await import('../lock/images.js')).lockBases(opened, context) : opened;
  const { input, decision, flagged } = await layOutBuild(options, site, context);
  if (context.purpose !== 'explain') {
    await checkSources(input, context);
    await checkContexts({ input, site, strict: options.strictContext }, context);
  }
  return finishImages(decision, { site, options, flagged }, context);
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
