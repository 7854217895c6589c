import type { Command } from 'commander';
import type { Context } from '../context.js';
import { runLifecycle } from '../lifecycle.js';
import { type LifecycleOptions, readLifecycleOptions } from '../lifecycle-options.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

/** `podctl down [NAME…]`. */
export function defineDown(context: Context): Command {
  return makeCommand(
    {
      name: 'down',
      about: 'stop and remove the containers of this project; volumes and images stay',
      flags: [...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl down', 'podctl down server -m private'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'services, commands or containers; all of this project when left out')
    .action((words: readonly string[], flags: Flags) =>
      context.finish(runDown(readLifecycleOptions(words, flags, context), context)),
    );
}

/** Stop and remove; named volumes stay. */
export function runDown(options: LifecycleOptions, context: Context): Promise<number> {
  return runLifecycle({ verb: 'down', timeout: null }, options, context);
}
