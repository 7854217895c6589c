import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type LoginOptions, runLogin } from '../login/login.js';
import { passwordSource } from '../login/password.js';
import { readRegistry } from '../login/registry-name.js';
import { type Flags, makeCommand } from '../parser.js';
import { readPrinting } from '../printing.js';

/** `podctl login [REGISTRY]`. */
export function defineLogin(context: Context): Command {
  return makeCommand(
    {
      name: 'login',
      about: 'log engines in to a registry, after trying the password there; it is never on a command line',
      flags: [
        'user',
        'passwordStdin',
        'passwordFile',
        'passwordCommand',
        'plainHttp',
        'allEngines',
        'engine',
        'dryRun',
        'json',
        'shell',
      ],
      examples: [
        'podctl login ghcr.io -u ann --password-command "gh auth token"',
        'podctl login registry.example/team/app -u ann --all-engines',
      ],
    },
    context.world.streams,
  )
    .argument(
      '[REGISTRY]',
      "registry, or a repository in it whose images shall be readable; docker's own when left out",
    )
    .action((word: string | undefined, flags: Flags) =>
      context.finish(runLogin(readOptions(word, flags, context), context)),
    );
}

function readOptions(word: string | undefined, flags: Flags, { world, purpose }: Context): LoginOptions {
  return {
    ...readRegistry(word),
    ...readPrinting(flags, purpose),
    user: flags.user,
    password: passwordSource(flags, world),
    plainHttp: flags.plainHttp === true,
    engines: { engine: flags.engine, all: flags.allEngines === true },
  };
}
