import type { Command } from 'commander';
import type { Streams } from '../../io/streams.js';
import { chooseCommand } from '../choose-profile.js';
import { findValue } from '../command-line.js';
import type { Context } from '../context.js';
import { type CommandWords, type Flags, makeCommand } from '../parser.js';

/** A profile's command, for instance `podctl server`. */
export async function defineProfileCommand(word: string, line: readonly string[], context: Context): Promise<Command> {
  const target = await chooseCommand(word, findValue(line, 'profile'), context.world);
  const { command, name } = target;
  const words = { name, about: command.about ?? `run \`${name}\``, examples: command.examples ?? [] };
  return makeProfileCommand(words, context.world.streams).action((args: readonly string[], flags: Flags) =>
    context.finish(start(args, flags)),
  );

  async function start(args: readonly string[], flags: Flags): Promise<number> {
    const { readRunOptions } = await import('../run/options.js');
    const { runProfileCommand } = await import('../run/run.js');
    return runProfileCommand(target, readRunOptions(flags, args, context.purpose), context);
  }
}

/** The options that every profile's command has. */
export function makeProfileCommand(words: Omit<CommandWords, 'flags'>, streams: Streams): Command {
  return makeCommand(
    {
      ...words,
      flags: [
        ...([
          'config',
          'mode',
          'port',
          'mount',
          'env',
          'envFile',
          'image',
          'tag',
          'locked',
          'detach',
          'iKnow',
        ] as const),
        ...(['imageServer', 'imageProject', 'imageName'] as const),
        ...(['dryRun', 'json', 'shell', 'engine', 'via', 'profile'] as const),
      ],
    },
    streams,
  ).argument('[ARGS...]', "arguments for the container's own program; put -- before those that begin with a dash");
}
