import { createReadStream } from 'node:fs';
import { PodctlError } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { checkKept, writeKept } from '../../io/kept-archive.js';
import type { VolumeFacts } from '../../spec/facts.js';
import type { FoundEngine } from '../engine.js';
import { engineError } from '../engine-error.js';
import { toVolume } from '../inspect.js';
import { asList, asObject, parseJson } from '../json.js';
import type { FileEnds, PipeEnds } from '../piped.js';
import { type Processes, realProcesses } from '../process.js';
import { type VolumeHelper, withVolumeHelper } from './volume-helper.js';
import { VOLUME_FOLDER, type VolumeWay, wayTo } from './volume-way.js';

/** Keeps what is in named volumes, and brings it back. Nothing passes through memory as a whole. */
export type VolumeStore = {
  /** Whether `keep` and `fill` can be done; null: yes, else why not. */
  readonly refuses: (volume: VolumeFacts) => Promise<string | null>;
  /** Archive a volume that nobody uses as the file `at`, which is there when it is whole and never before. */
  readonly keep: (volume: VolumeFacts, at: string) => Promise<{ readonly bytes: number }>;
  /** Bring an archive back into a new, empty volume: owners, modes, links and the folder's own owner too. The checksum is compared first. */
  readonly fill: (volume: VolumeFacts, from: string) => Promise<void>;
};

export type VolumeStoreDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly processes?: Processes | undefined;
};

/** The store of one engine's volumes. `project`: value of the label on what must be made in the engine meanwhile. */
export function openVolumeStore(found: FoundEngine, project: string, deps: VolumeStoreDeps): VolumeStore {
  const processes = deps.processes ?? realProcesses(deps.host);
  const site: Site = { found, project, processes };
  const way = async (volume: VolumeFacts) =>
    wayTo({ ...volume, mountpoint: await folderOf(volume, site) }, found, { ...deps, run: processes.run });
  return {
    refuses: async (volume) => {
      const chosen = await way(volume);
      return chosen.kind === 'none' ? chosen.why : null;
    },
    keep: async (volume, at) => {
      const { bytes } = await writeKept(at, async (file) => copyOut(volume, { way: await way(volume), file }, site));
      return { bytes };
    },
    fill: async (volume, from) => {
      await checkKept(from);
      await copyIn(volume, { way: await way(volume), from }, site);
    },
  };
}

type Site = { readonly found: FoundEngine; readonly project: string; readonly processes: Processes };
// What undo knows of a volume was written down before the volume was made anew.
async function folderOf({ name, mountpoint }: VolumeFacts, { found, processes }: Site): Promise<string | undefined> {
  if (mountpoint !== undefined) return mountpoint;
  const { program: file, globals } = found.connection;
  const { stdout } = await processes.run({ file, args: [...globals, 'volume', 'inspect', name], timeout: 60_000 });
  return toVolume(asObject(asList(parseJson(stdout))[0])).mountpoint;
}

type Out = { readonly way: VolumeWay; readonly file: number };
type In = { readonly way: VolumeWay; readonly from: string };

async function copyOut(volume: VolumeFacts, { way, file }: Out, site: Site): Promise<void> {
  const ends = { input: null, file };
  if (way.kind === 'none') throw cannot(volume, way.why);
  if (way.kind === 'tar') return pass(way.out, ends, site);
  await withVolumeHelper(volume.name, site, ({ argv, id }) =>
    pass([...argv, 'cp', `${id}:/${VOLUME_FOLDER}`, '-'], ends, site),
  );
}

async function copyIn(volume: VolumeFacts, { way, from }: In, site: Site): Promise<void> {
  if (way.kind === 'none') throw cannot(volume, way.why);
  const ends = (): PipeEnds => ({ input: pieces(from), onOutput: () => undefined });
  if (way.kind === 'copy') {
    return withVolumeHelper(volume.name, site, ({ argv, id }) => pass([...argv, 'cp', '-', `${id}:/`], ends(), site));
  }
  if (site.found.facts.name !== 'docker') await withVolumeHelper(volume.name, site, (made) => markUsed(made, site));
  return pass(way.into, ends(), site);
}

// Podman gives a volume that no container has used yet to the first one's user. A container that cannot start makes it used.
async function markUsed({ argv: [file = '', ...globals], id }: VolumeHelper, { processes }: Site): Promise<void> {
  await processes.run({ file, args: [...globals, 'init', id], timeout: 60_000 });
}

async function pass(
  [file = '', ...args]: readonly string[],
  ends: PipeEnds | FileEnds,
  { processes }: Site,
): Promise<void> {
  const { exitCode, stderr } = await processes.pipe({ file, args }, ends);
  if (exitCode !== 0) throw engineError({ argv: [file, ...args], exitCode, output: stderr });
}

async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

function cannot({ name }: VolumeFacts, why: string): PodctlError {
  return new PodctlError('UNAVAILABLE', `what is in volume \`${name}\` cannot be kept: ${why}`, {
    hint: 'run podctl on the machine of the engine',
  });
}
