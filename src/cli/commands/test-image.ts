import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readTestOptions } from '../test-image/options.js';

/** `podctl test-image [IMAGE] [-- ARGS…]`. */
export function defineTestImage(context: Context): Command {
  return makeCommand(
    {
      name: 'test-image',
      about: "run the profile's tests in its image, and check what the profile expects of the image",
      flags: [
        ...(['build', 'mountSource', 'timeout', 'watch', 'reportDir', 'noServices'] as const),
        ...(['config', 'mode', 'mount', 'env', 'envFile', 'tag'] as const),
        ...(['dryRun', 'json', 'shell', 'engine', 'via', 'profile'] as const),
      ],
      examples: [
        'podctl test-image',
        'podctl test-image --build --mount-source -- -k solver',
        'podctl test-image --json ghcr.io/team/app:1.4',
      ],
    },
    context.world.streams,
  )
    .argument('[IMAGE]', "an image of the profile, or any other by its reference; the profile's choice when left out")
    .argument('[ARGS...]', 'further arguments for the tests; they stand after --')
    .action((image: string | undefined, args: readonly string[], flags: Flags) =>
      context.finish(start({ image: image === '' ? undefined : image, args }, flags, context)),
    );
}

async function start(
  words: { readonly image: string | undefined; readonly args: readonly string[] },
  flags: Flags,
  context: Context,
): Promise<number> {
  const options = readTestOptions(words, flags, context.purpose);
  const { runTestImage } = await import('../test-image/test-image.js');
  return runTestImage(options, context);
}
