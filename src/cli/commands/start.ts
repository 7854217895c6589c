import type { Command } from 'commander';
import type { Context } from '../context.js';
import { runLifecycle } from '../lifecycle.js';
import { type LifecycleOptions, readLifecycleOptions } from '../lifecycle-options.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

/** `podctl start [NAME…]`. */
export function defineStart(context: Context): Command {
  return makeCommand(
    {
      name: 'start',
      about: 'start stopped containers of this project again',
      flags: [...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl start', 'podctl start server -m private'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'services, commands or containers; all of this project when left out')
    .action((words: readonly string[], flags: Flags) =>
      context.finish(runStart(readLifecycleOptions(words, flags, context), context)),
    );
}

/** Start what stands still. */
export function runStart(options: LifecycleOptions, context: Context): Promise<number> {
  return runLifecycle({ verb: 'start' }, options, context);
}
