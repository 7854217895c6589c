import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import { makeCommand } from '../parser.js';

/** `podctl plan COMMAND…`: only its help stands here, because the command itself takes the line over. */
export function definePlan(context: Context): Command {
  return makeCommand(
    {
      name: 'plan',
      about: 'print what a command would do; the same as its --dry-run, with the same options',
      flags: [],
      examples: ['podctl plan server -m public', 'podctl plan build --with-base --json'],
    },
    context.world.streams,
  )
    .argument('<COMMAND...>', 'the command with its options')
    .action(() => {
      throw new PodctlError('USAGE', '`plan` needs a command', { hint: 'for instance podctl plan server' });
    });
}
