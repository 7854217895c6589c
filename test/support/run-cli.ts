import { main } from '../../src/cli/main.js';
import { type FakeEngine, type FakeRooms, fakeEngine } from './fake-engine.js';
import { type MemoryOptions, type MemoryWorld, memoryWorld } from './world.js';

/** One whole run of podctl in memory: what it printed, what it did, and what is left. */
export type CliRun = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly engine: FakeRooms;
  readonly memory: MemoryWorld;
};

/** Run a command line in a memory world with a strict fake engine. */
export async function runCli(
  argv: readonly string[],
  options: MemoryOptions & { readonly engine?: FakeEngine } = {},
): Promise<CliRun> {
  const memory = memoryWorld(options);
  const engine = fakeEngine(options.engine);
  const code = await main(argv, memory.world, engine.rooms);
  if (engine.leftover() > 0) throw new Error(`${engine.leftover()} announced runs never came\n${memory.stderr()}`);
  return { code, stdout: memory.stdout(), stderr: memory.stderr(), engine, memory };
}

/** A project of DESI's: config file, a tree with two public and one private release. */
export const DESI: MemoryOptions = {
  shipped: ['desi-api'],
  files: {
    '/home/ann/sky/config.toml': '[cache]\npath = "/cache"\nmax_age = 60\nmax_size = "1gb"\n',
    '/home/ann/sky/Dockerfile': 'FROM desipod\n',
    '/home/ann/sky/etc/docker/Containerfile-desipod': 'FROM scratch\n',
    '/data/redux/fuji/spectra': '',
    '/data/redux/iron/spectra': '',
    '/data/redux/daily/spectra': '',
    '/proc/self/mountinfo': '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
  },
  host: { env: { DESI_SPECTRO_REDUX: '/data/redux', PATH: '/usr/bin' } },
};
