import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readStackOptions, STACK_FLAGS } from '../stack/options.js';
import { findStack } from '../stack/place.js';

/** `podctl fresh [SERVICE…]`. */
export function defineFresh(context: Context): Command {
  return makeCommand(
    {
      name: 'fresh',
      about: 'newer images: pull, build on newer bases, and recreate the services whose image changed',
      flags: ['timeout', ...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl fresh', 'podctl fresh mysql --json'],
    },
    context.world.streams,
  )
    .argument(
      '[SERVICE...]',
      'services; all that belong to no profile when left out; without a stack, images of the profile',
    )
    .action((services: readonly string[], flags: Flags) => context.finish(runFresh(services, flags, context)));
}

async function runFresh(services: readonly string[], flags: Flags, context: Context): Promise<number> {
  const options = readStackOptions(flags, context);
  if ((await findStack(options, context.world)) === null) {
    const { runImagesFresh } = await import('../fresh-images.js');
    return runImagesFresh(services, flags, context);
  }
  const { runStackFresh } = await import('../stack/fresh.js');
  return runStackFresh({ ...options, services, timeout: flags.timeout }, context);
}
