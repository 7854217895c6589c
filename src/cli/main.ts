import { PodctlError } from '../core/errors.js';
import { findAssets } from '../io/assets.js';
import type { World } from '../io/world.js';
import type { Rooms } from './rooms.js';

export { realWorld } from './real-world.js';

/** Run one command line; resolves with the exit code. Nothing here ends the process, and nothing is loaded before it is needed. */
export async function main(argv: readonly string[], world: World, rooms?: Rooms): Promise<number> {
  try {
    const exitCode = await run(argv, world, rooms);
    const failure = await world.streams.failedWrite();
    if (failure !== null) throw unwritten(failure);
    return exitCode;
  } catch (error) {
    const { printError } = await import('./ui/error.js');
    return printError(error, world);
  }
}

async function run(argv: readonly string[], world: World, rooms: Rooms | undefined): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { version } = await findAssets(world.files, world.assets);
    world.streams.print('stdout', `${version}\n`);
    return 0;
  }
  const { dispatch } = await import('./dispatch.js');
  return dispatch(argv, world, rooms);
}

function unwritten(cause: Error): PodctlError {
  return new PodctlError('IO', `cannot write the result: ${cause.message}`, { hint: 'make room and run again', cause });
}
