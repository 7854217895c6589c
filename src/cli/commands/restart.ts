import type { Command } from 'commander';
import type { Context } from '../context.js';
import { runLifecycle } from '../lifecycle.js';
import { type LifecycleOptions, readLifecycleOptions } from '../lifecycle-options.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

/** `podctl restart [NAME…]`. */
export function defineRestart(context: Context): Command {
  return makeCommand(
    {
      name: 'restart',
      about: 'stop containers of this project and start them again',
      flags: [...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl restart', 'podctl restart server -m private'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'services, commands or containers; all of this project when left out')
    .action((words: readonly string[], flags: Flags) =>
      context.finish(runRestart(readLifecycleOptions(words, flags, context), context)),
    );
}

/** Stop and start again. */
export function runRestart(options: LifecycleOptions, context: Context): Promise<number> {
  return runLifecycle({ verb: 'restart', timeout: null }, options, context);
}
