import type { Command } from 'commander';
import { type ResetOptions, readResetOptions } from '../clean/options.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

/** `podctl reset [SERVICE…]`. */
export function defineReset(context: Context): Command {
  return makeCommand(
    {
      name: 'reset',
      about:
        'empty data: list it, put it away for undo, stop what uses it, and start that again; asks for the name of the project',
      flags: ['volume', 'noSnapshot', 'confirm', 'dryRun', 'json', 'shell', ...STACK_FLAGS],
      examples: ['podctl reset mysql', 'podctl reset --volume ./uploads', 'podctl reset mysql --confirm stager --json'],
    },
    context.world.streams,
  )
    .argument('[SERVICE...]', 'services whose data are meant; all of the stack when left out')
    .action((services: readonly string[], flags: Flags) =>
      context.finish(runReset(readResetOptions(services, flags, context), context)),
    );
}

/** Empty data. */
export async function runReset(options: ResetOptions, context: Context): Promise<number> {
  return (await import('../clean/reset.js')).runReset(options, context);
}
