import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { runConfig } from '../stack/config.js';
import { readStackOptions, STACK_FLAGS } from '../stack/options.js';

/** `podctl config`. */
export function defineConfig(context: Context): Command {
  return makeCommand(
    {
      name: 'config',
      about:
        'print the compose files as their provider reads them, secrets taken out; with --json what podctl knows of the stack',
      flags: [...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl config', 'podctl config --json', 'podctl -f compose.yaml -f compose.test.yaml config'],
    },
    context.world.streams,
  ).action((flags: Flags) => context.finish(runConfig(readStackOptions(flags, context), context)));
}
