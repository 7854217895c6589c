import type { Command } from 'commander';
import type { Context } from '../context.js';
import { runLogout } from '../login/logout.js';
import { readRegistry } from '../login/registry-name.js';
import { type Flags, makeCommand } from '../parser.js';
import { readPrinting } from '../printing.js';

/** `podctl logout [REGISTRY]`. */
export function defineLogout(context: Context): Command {
  return makeCommand(
    {
      name: 'logout',
      about: 'let engines forget the login for a registry',
      flags: ['allEngines', 'engine', 'dryRun', 'json', 'shell'],
      examples: ['podctl logout ghcr.io', 'podctl logout --all-engines'],
    },
    context.world.streams,
  )
    .argument('[REGISTRY]', "registry; docker's own when left out")
    .action((word: string | undefined, flags: Flags) => {
      const { registry } = readRegistry(word);
      const engines = { engine: flags.engine, all: flags.allEngines === true };
      return context.finish(runLogout({ registry, engines, ...readPrinting(flags, context.purpose) }, context));
    });
}
