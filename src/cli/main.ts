import { findAssets } from '../io/assets.js';
import type { World } from '../io/world.js';
import { ROOMS, type Rooms } from './rooms.js';

export { realWorld } from './real-world.js';

/** Run one command line; resolves with the exit code. Nothing here ends the process, and nothing is loaded before it is needed. */
export async function main(argv: readonly string[], world: World, rooms: Rooms = ROOMS): Promise<number> {
  keepQuietOnBrokenPipe(world.streams.stdout);
  try {
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return await printVersion(world);
    const { dispatch } = await import('./dispatch.js');
    return await dispatch(argv, world, rooms);
  } catch (error) {
    const { printError } = await import('./ui/error.js');
    return await printError(error, world);
  }
}

async function printVersion(world: World): Promise<number> {
  const { version } = await findAssets(world.files, world.assets);
  world.streams.stdout.write(`${version}\n`);
  return 0;
}

// `podctl ps | head -1`: the reader has what it wanted; the writer has nothing to complain about.
function keepQuietOnBrokenPipe(stdout: World['streams']['stdout']): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
