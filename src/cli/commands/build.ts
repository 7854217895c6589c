import type { Command } from 'commander';
import { PodctlError, throwProblems } from '../../core/errors.js';
import { type BuildInput, buildSources, decideBuild } from '../../plan/decide-build.js';
import type { Context } from '../context.js';
import { finishImages, type ImageOptions, type ImageSite, openImageSite, readImageOptions, refOf } from '../images.js';
import { type Flags, makeCommand } from '../parser.js';
import { flavourOf } from '../project.js';

export type BuildOptions = ImageOptions & {
  readonly only: boolean;
  readonly withBase: boolean;
  readonly pull: boolean;
  readonly noCache: boolean;
};

/** `podctl build [NAME…]`. */
export function defineBuild(context: Context): Command {
  return makeCommand(
    {
      name: 'build',
      about: "build the profile's images; missing ones that they stand on are built first",
      flags: ['withBase', 'only', 'pull', 'noCache', 'tag', 'envFile', 'dryRun', 'json', 'shell', 'engine', 'profile'],
      examples: ['podctl build', 'podctl build --with-base --pull', 'podctl build --only base'],
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
  const site = await openImageSite(options, context);
  const { host } = context.world;
  const input: BuildInput = {
    ...site.frame,
    images: site.images,
    wanted: site.wanted,
    only: options.only,
    withBase: options.withBase,
    pull: options.pull,
    noCache: options.noCache,
    present: await whichArePresent(site),
    labels: site.labels,
    project: { folder: site.chosen.project.root, flavour: flavourOf(host) },
  };
  const decision = decideBuild(input);
  if (context.purpose !== 'explain') await checkSources(input, context);
  return finishImages(decision, { site, options }, context);
}

// An engine would say so only when it comes to that image, after the builds before it.
async function checkSources(input: BuildInput, { world }: Context): Promise<void> {
  const sources = buildSources(input);
  const stats = await Promise.all(sources.map(({ path }) => world.files.stat(path)));
  const missing = sources.filter((_, index) => stats[index] === null);
  const problems = missing.map(({ image, what, path }) => ({
    message: `image \`${image}\`: its ${what} \`${path}\` does not exist`,
    hint: `write it, or correct \`${what === 'Containerfile' ? 'file' : 'context'}\` of the image in the profile`,
  }));
  throwProblems('MISSING_INPUT', 'the images cannot be built', problems);
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
  };
}

async function whichArePresent({ found, observer, images }: ImageSite): Promise<Readonly<Record<string, boolean>>> {
  if (found.facts.assumed) return {};
  const answers = await Promise.all(
    Object.entries(images).map(async ([key, image]) => [key, (await observer.image(refOf(image))) !== null] as const),
  );
  return Object.fromEntries(answers);
}
