import type { World } from '../io/world.js';
import type { Context } from './context.js';
import { findCommand } from './flags.js';
import { makeCommand, runCommand } from './parser.js';
import type { Rooms } from './rooms.js';
import { makeOutput } from './ui/output.js';

/** Find the command on the line, load it, and run it. */
export async function dispatch(argv: readonly string[], world: World, rooms: Rooms): Promise<number> {
  const { name, rest } = findCommand(argv);
  let exitCode = 0;
  const context: Context = {
    world,
    rooms,
    output: makeOutput(world),
    finish: async (work) => {
      exitCode = await work;
    },
  };
  const command = makeCommand({ name: name ?? '', about: 'x', flags: ['mode', 'json'] }, world.streams).action(() =>
    context.finish(Promise.resolve(0)),
  );
  await runCommand(command, rest);
  return exitCode;
}
