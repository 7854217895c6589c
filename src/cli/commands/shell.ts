import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readRunOptions } from '../run/options.js';
import { runShell } from '../shell/run.js';
import { readStackChoice } from '../stack/options.js';
import { readPlace } from './exec.js';

const SHELL_FLAGS = [
  ...(['new', 'composeFile', 'projectName', 'mode', 'workdir', 'user', 'config', 'mount', 'env', 'envFile'] as const),
  ...(['image', 'tag', 'dryRun', 'json', 'shell', 'engine', 'via', 'profile'] as const),
] as const;

/** `podctl shell [NAME]`. */
export function defineShell(context: Context): Command {
  return makeCommand(
    {
      name: 'shell',
      about:
        "open a shell in a running container of this project, or in a new container of the profile's that goes away afterwards; it starts in the folder that is your working directory, where a mount shows it",
      flags: SHELL_FLAGS,
      examples: ['podctl shell', 'podctl shell server -m private', 'podctl shell --new'],
    },
    context.world.streams,
  )
    .argument('[NAME]', 'running service, command or container')
    .action((word: string | undefined, flags: Flags) =>
      context.finish(
        runShell(
          {
            ...readPlace(flags),
            ...readRunOptions(flags, [], context.purpose),
            word: word ?? null,
            fresh: flags.new === true,
            profile: flags.profile,
            stack: readStackChoice(flags),
          },
          context,
        ),
      ),
    );
}
