import { PodctlError } from '../core/errors.js';
import { findAssets } from '../io/assets.js';
import type { World } from '../io/world.js';
import type { Rooms } from './rooms.js';

export { realWorld } from './real-world.js';

/** Run one command line; resolves with the exit code. Nothing here ends the process, and nothing is loaded before it is needed. */
export async function main(argv: readonly string[], world: World, rooms?: Rooms): Promise<number> {
  const failedWrite = watchWrites(world);
  try {
    const exitCode = await run(argv, world, rooms);
    const failure = await failedWrite();
    if (failure !== null) throw failure;
    return exitCode;
  } catch (error) {
    const { printError } = await import('./ui/error.js');
    return printError(error, world);
  }
}

async function run(argv: readonly string[], world: World, rooms: Rooms | undefined): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { version } = await findAssets(world.files, world.assets);
    world.streams.stdout.write(`${version}\n`);
    return 0;
  }
  const { dispatch } = await import('./dispatch.js');
  return dispatch(argv, world, rooms);
}

// `podctl ps | head -1`: a reader that has what it wanted is no failure; a full disk below `> file` is one.
function watchWrites({ streams }: World): () => Promise<PodctlError | null> {
  let failure: PodctlError | null = null;
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    failure = new PodctlError('IO', `cannot write the result: ${error.message}`, {
      hint: 'make room and run again',
      cause: error,
    });
  });
  streams.stderr.on('error', () => undefined);
  return async () => {
    // Streams report a failed write one turn later.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return failure;
  };
}
