import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readStackOptions, STACK_FLAGS } from '../stack/options.js';
import { runService } from '../stack/program.js';
import { readPlace } from './exec.js';

/** `podctl run SERVICE [PROGRAM ARGS…]`. */
export function defineRun(context: Context): Command {
  return makeCommand(
    {
      name: 'run',
      about: 'run a program in a new container of a service of the stack, which is removed when it ends',
      flags: [
        ...(['entrypoint', 'workdir', 'user', 'env', 'noTty', 'noDeps', 'rm'] as const),
        ...STACK_FLAGS,
        ...(['dryRun', 'shell'] as const),
      ],
      examples: ['podctl run app black .', 'podctl -p trial -f compose.test.yaml run -T app pytest -x'],
    },
    context.world.streams,
  )
    .argument('<SERVICE>', 'service of the stack')
    .argument('[PROGRAM...]', "program and its arguments, passed on as they are; the service's own when left out")
    .action((service: string, command: readonly string[], flags: Flags) =>
      context.finish(
        runService(
          {
            ...readStackOptions(flags, context),
            ...readPlace(flags),
            service,
            command,
            entrypoint: flags.entrypoint,
            env: flags.env ?? [],
            noTty: flags.tty === false,
            noDeps: flags.deps === false,
          },
          context,
        ),
      ),
    );
}
