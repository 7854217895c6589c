import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type LifecycleOptions, readLifecycleOptions, runLifecycle } from '../lifecycle.js';
import { type Flags, makeCommand } from '../parser.js';

/** `podctl start [NAME…]`. */
export function defineStart(context: Context): Command {
  return makeCommand(
    {
      name: 'start',
      about: 'start stopped containers of this project again',
      flags: ['mode', 'envFile', 'engine', 'dryRun', 'json', 'shell'],
      examples: ['podctl start', 'podctl start server -m private'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'commands or containers; all of this project when left out')
    .action((words: readonly string[], flags: Flags) =>
      context.finish(runStart(readLifecycleOptions(words, flags, context), context)),
    );
}

/** Start what stands still. */
export function runStart(options: LifecycleOptions, context: Context): Promise<number> {
  return runLifecycle({ verb: 'start' }, options, context);
}
