import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import { makeCommand } from '../parser.js';

/** `podctl explain COMMAND…`: only its help stands here, because the command itself takes the line over. */
export function defineExplain(context: Context): Command {
  return makeCommand(
    {
      name: 'explain',
      about:
        'say of every word of a command which file, line, mode, flag, variable or engine rule it comes from, why it is there, and what would happen without it; with the options of the command, --json and --shell',
      flags: [],
      examples: ['podctl explain server -m public', 'podctl explain server --shell powershell'],
    },
    context.world.streams,
  )
    .argument('<COMMAND...>', 'the command with its options')
    .action(() => {
      throw new PodctlError('USAGE', '`explain` needs a command', { hint: 'for instance podctl explain server' });
    });
}
