import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readStackOptions, STACK_FLAGS } from '../stack/options.js';
import { runWatch } from '../stack/program.js';

/** `podctl watch [SERVICE…]`. */
export function defineWatch(context: Context): Command {
  return makeCommand(
    {
      name: 'watch',
      about: 'carry changes of the sources into the services of the stack as their `develop:` says, until Ctrl-C',
      flags: [...STACK_FLAGS, 'dryRun', 'shell'],
      examples: ['podctl watch', 'podctl watch app'],
    },
    context.world.streams,
  )
    .argument('[SERVICE...]', 'services; all that say what to watch when left out')
    .action((services: readonly string[], flags: Flags) =>
      context.finish(runWatch({ ...readStackOptions(flags, context), services }, context)),
    );
}
