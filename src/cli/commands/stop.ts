import type { Command } from 'commander';
import type { Context } from '../context.js';
import { runLifecycle } from '../lifecycle.js';
import { type LifecycleOptions, readLifecycleOptions } from '../lifecycle-options.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

/** `podctl stop [NAME…]`. */
export function defineStop(context: Context): Command {
  return makeCommand(
    {
      name: 'stop',
      about: 'stop containers of this project; those started with --detach stay and can be started again',
      flags: [...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl stop', 'podctl stop server -m private'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'services, commands or containers; all of this project when left out')
    .action((words: readonly string[], flags: Flags) =>
      context.finish(runStop(readLifecycleOptions(words, flags, context), context)),
    );
}

/** Stop what runs; each program gets its own time to end. */
export function runStop(options: LifecycleOptions, context: Context): Promise<number> {
  return runLifecycle({ verb: 'stop', timeout: null }, options, context);
}
