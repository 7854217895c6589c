import type { Host } from '../io/host.js';
import type { BuilderFacts } from '../spec/image-capability.js';
import type { FoundEngine } from './engine.js';
import { asList, parseJson } from './json.js';
import { type Processes, realProcesses } from './process.js';

const TIMEOUT_MS = 20_000;

/** Questions about what builds and keeps images; each starts the engine's program, so they are asked only where the answer counts. */
export type Builder = {
  readonly facts: () => Promise<BuilderFacts>;
  /** What stands under a name: podman keeps lists of images of several platforms apart from images. */
  readonly named: (ref: string) => Promise<'list' | 'image' | null>;
};

/** Ask through the engine's program. Engines other than docker have one builder, which always can. */
export function makeBuilder(
  { facts, connection }: FoundEngine,
  { host, run = realProcesses(host).run }: { readonly host: Host; readonly run?: Processes['run'] },
): Builder {
  const ask = (...args: readonly string[]) =>
    run({ file: connection.program, args: [...connection.globals, ...args], timeout: TIMEOUT_MS });
  return {
    facts: async () => {
      if (facts.name !== 'docker') return { buildkit: true, containerd: true };
      const [buildx, info] = await Promise.all([
        ask('buildx', 'version'),
        ask('info', '--format', '{{json .DriverStatus}}'),
      ]);
      // A user who switched BuildKit off gets the classic builder whatever is installed.
      const off = host.env['DOCKER_BUILDKIT'] === '0';
      return { buildkit: buildx.exitCode === 0 && !off, containerd: isContainerd(info.stdout) };
    },
    named: async (ref) => {
      if ((await ask('manifest', 'exists', ref)).exitCode === 0) return 'list';
      return (await ask('image', 'exists', ref)).exitCode === 0 ? 'image' : null;
    },
  };
}

function isContainerd(status: string): boolean {
  const entries = asList(parseJson(status));
  return entries.some((entry) => asList(entry).join(' ').includes('containerd.snapshotter'));
}
