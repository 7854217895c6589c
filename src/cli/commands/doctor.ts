import type { Command } from 'commander';
import { checkNames } from '../../plan/doctor/checks.js';
import type { Context } from '../context.js';
import { runDoctor } from '../doctor/doctor.js';
import { type Flags, makeCommand } from '../parser.js';
import { readRunOptions } from '../run/options.js';

/** `podctl doctor [CHECK...]`. */
export function defineDoctor(context: Context): Command {
  return makeCommand(
    {
      name: 'doctor',
      about:
        'look at engines, this machine and what the project wants of it, and say what would hurt, why, and the command that mends it; it changes nothing; 78 when something needs mending',
      flags: ['mode', 'config', 'env', 'envFile', 'composeFile', 'provider', 'json', 'engine', 'profile'],
      examples: ['podctl doctor', 'podctl doctor ports dns', 'podctl doctor --engine podman --json'],
    },
    context.world.streams,
  )
    .argument('[CHECK...]', `only these checks: ${checkNames().join(', ')}`)
    .action((checks: readonly string[], flags: Flags) => {
      const { json, ...rest } = flags;
      // Nothing starts, so no source of a secret is asked.
      const options = { ...readRunOptions(rest, [], context.purpose), dryRun: true, json: json === true };
      const { profile, provider, composeFile: files = [] } = flags;
      return context.finish(runDoctor({ ...options, profile, provider, files, checks }, context));
    });
}
