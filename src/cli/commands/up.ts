import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readStackOptions, STACK_FLAGS } from '../stack/options.js';
import { readPortsWish } from '../stack/ports.js';
import type { UpOptions } from '../stack/up.js';

/** `podctl up [SERVICE…]`. */
export function defineUp(context: Context): Command {
  return makeCommand(
    {
      name: 'up',
      about: "start the services of the project's compose files, and what they depend on",
      flags: ['detach', 'build', 'pull', 'timeout', 'ports', ...STACK_FLAGS, 'dryRun', 'json', 'shell'],
      examples: ['podctl up --detach mysql minio', 'podctl up --build', 'podctl -f compose.test.yaml -p trial up -d'],
    },
    context.world.streams,
  )
    .argument('[SERVICE...]', 'services; all that belong to no profile when left out')
    .action((services: readonly string[], flags: Flags) =>
      context.finish(runOrRest(readUpOptions(services, flags, context), context)),
    );
}

// Where nothing has changed since the stack was last found to be up, neither the files are read nor the provider is started.
async function runOrRest(options: UpOptions, context: Context): Promise<number> {
  const { detach, build, pull, ports, dryRun, json } = options;
  if (detach && !build && !pull && ports === null && !dryRun && context.purpose === 'run') {
    const { stillUp } = await import('../stack/up-memory.js');
    const record = await stillUp(options, context);
    if (record !== null) {
      const { printWait } = await import('../stack/print-wait.js');
      printWait({ ...record, outcome: 'up', waited: 0 }, { project: record.project, json, extra: null }, context);
      return 0;
    }
  }
  const { runUp } = await import('../stack/up.js');
  return runUp(options, context);
}

function readUpOptions(services: readonly string[], flags: Flags, context: Context): UpOptions {
  const options = readStackOptions(flags, context);
  const detach = flags.detach === true;
  if (options.json && !detach && !options.dryRun && context.purpose !== 'explain') {
    throw new PodctlError('USAGE', '`--json` cannot describe a run that shares your terminal', {
      hint: 'add --detach to start it in the background, or --dry-run to print the plan',
    });
  }
  return {
    ...options,
    services,
    detach,
    build: flags.build === true,
    pull: flags.pull === true,
    timeout: flags.timeout,
    ports: readPortsWish(flags.ports),
  };
}
