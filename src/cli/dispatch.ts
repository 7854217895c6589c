import type { Command } from 'commander';
import { PodctlError } from '../core/errors.js';
import { findAssets } from '../io/assets.js';
import type { World } from '../io/world.js';
import { findCommand, keepPlace, separateProgram } from './command-line.js';
import { COMMANDS } from './command-table.js';
import type { Context } from './context.js';
import { runCommand } from './parser.js';
import { ROOMS, type Rooms } from './rooms.js';
import { printError } from './ui/error.js';
import { makeOutput } from './ui/output.js';
import { isVerb } from './verbs.js';

/** Find the command on the line, load it, and run it. Resolves with the exit code. */
export async function dispatch(argv: readonly string[], world: World, rooms: Rooms = ROOMS): Promise<number> {
  let exitCode = 0;
  const context: Context = {
    world,
    rooms,
    output: makeOutput(world),
    purpose: 'run',
    report: async (error) => void (await printError(error, world)),
    finish: async (work) => {
      exitCode = await work;
    },
  };
  await route(argv, context);
  return exitCode;
}

async function route(argv: readonly string[], context: Context): Promise<void> {
  const { name, rest } = findCommand(argv);
  if (name === null) return withoutCommand(rest, context);
  if (name === 'help') return help(rest, context);
  if ((name === 'plan' || name === 'explain') && findCommand(rest).name !== null) return inner(name, rest, context);
  const line = programLine(name, rest);
  await runCommand(await loadCommand(name, line, context), line);
}

// `exec NAME ls -la`: the program's own dashes are not podctl's. `test-image -- -x`: nor is its first word the image.
function programLine(name: string, rest: readonly string[]): readonly string[] {
  if (name === 'exec' || name === 'run') return separateProgram(rest, 1);
  if (name === 'rac') return rest[0] === 'exec' ? separateProgram(rest, 2) : rest;
  return name === 'test-image' ? keepPlace(rest, 1) : rest;
}

/** The commander command behind a name: a verb of podctl, else a command of the profile. */
async function loadCommand(name: string, rest: readonly string[], context: Context): Promise<Command> {
  if (isVerb(name)) return (await COMMANDS[name].load())(context);
  const { defineProfileCommand } = await import('./commands/profile-command.js');
  return defineProfileCommand(name, rest, context);
}

// `plan X` is `X --dry-run`; `explain X` is X asked for the words of its plan.
async function inner(verb: 'plan' | 'explain', rest: readonly string[], context: Context): Promise<void> {
  const found = findCommand(rest);
  const name = found.name ?? '';
  const line = programLine(name, found.rest);
  const changes = isVerb(name) ? COMMANDS[name].changes : 'engine';
  if (changes === 'nothing' || (verb === 'explain' && changes === 'files')) {
    const message = `there is nothing to ${verb} about \`${name}\`: it starts no engine command`;
    throw new PodctlError('USAGE', message, { hint: `run podctl ${name} itself` });
  }
  if (verb === 'plan') return runCommand(await loadCommand(name, rest, context), ['--dry-run', ...line]);
  const explaining: Context = { ...context, purpose: 'explain' };
  await runCommand(await loadCommand(name, line, explaining), line);
}

async function help(rest: readonly string[], context: Context): Promise<void> {
  const { name } = findCommand(rest);
  if (name === null) return overview(context);
  await runCommand(await loadCommand(name, rest, context), ['--help']);
}

async function overview(context: Context): Promise<void> {
  const { formatOverview } = await import('./ui/overview.js');
  context.output.text(await formatOverview(context));
}

async function withoutCommand(rest: readonly string[], context: Context): Promise<void> {
  const words = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined);
  if (words.some((word) => word === '--help' || word === '-h')) return overview(context);
  if (words.some((word) => word === '--version' || word === '-V')) {
    const { version } = await findAssets(context.world.files, context.world.assets);
    return context.output.text(`${version}\n`);
  }
  throw new PodctlError('USAGE', 'no command given', { hint: 'podctl --help lists the commands' });
}
