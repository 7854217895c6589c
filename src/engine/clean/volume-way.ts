import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { VolumeFacts } from '../../spec/facts.js';
import type { FoundEngine } from '../engine.js';
import type { Processes } from '../process.js';

/** Folder that a volume's content has in an archive; as a place in a container it is in nobody's way. */
export const VOLUME_FOLDER = 'podctl-volume';

/**
 * How the content of a volume goes out and in. `tar`: a program of this machine reads the engine's folder; `copy`: the engine copies
 * through a container that is never started; `none`: neither can be done, and why.
 */
export type VolumeWay =
  | { readonly kind: 'tar'; readonly out: readonly string[]; readonly into: readonly string[] }
  | { readonly kind: 'copy' }
  | { readonly kind: 'none'; readonly why: string };

type WayDeps = { readonly host: Host; readonly files: Files; readonly run: Processes['run'] };

/** The fastest way that keeps owners, modes, links and extended attributes as the containers see them. */
export async function wayTo(
  volume: VolumeFacts,
  { facts, connection }: FoundEngine,
  deps: WayDeps,
): Promise<VolumeWay> {
  const { host, run } = deps;
  const folder = volume.mountpoint;
  const isPodman = facts.name !== 'docker';
  const copies: VolumeWay = isPodman
    ? { kind: 'none', why: 'podctl keeps volumes of podman only on the machine that podman runs on, with GNU tar' }
    : { kind: 'copy' };
  if (folder === undefined || !isPlain(volume) || !isHere({ facts, connection }, host)) return copies;
  const user = host.uid === 0 ? [] : unshared({ facts, connection });
  if (user === null || !(await isGnuTar(run))) return copies;
  // A folder that root cannot see is not on this machine, whatever the socket says.
  if (host.uid === 0 && (await deps.files.stat(folder))?.kind !== 'directory') return copies;
  return tarWay(user, folder);
}

// A hundred kilobytes at once: in its own ten, tar takes more than twice the time. A multiple of those, as programs read them.
const BLOCKS = '--blocking-factor=200';

function tarWay(user: readonly string[], folder: string): VolumeWay {
  const keeps = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls'];
  const at = ['--directory', folder];
  const name = `--transform=s,^\\.,${VOLUME_FOLDER},S`;
  const out = ['--create', '--format=posix', BLOCKS, '--sparse', name, ...at, '.'];
  const into = ['--extract', '--preserve-permissions', '--same-owner', `--transform=s,^${VOLUME_FOLDER},.,S`, ...at];
  return { kind: 'tar', out: [...user, 'tar', ...keeps, ...out], into: [...user, 'tar', ...keeps, ...into] };
}

// One that is mounted from elsewhere has nothing in the engine's folder while no container uses it.
function isPlain({ driver, options }: VolumeFacts): boolean {
  const { type = '', device = '' } = options;
  return (driver === '' || driver === 'local') && type === '' && device === '';
}

function isHere({ facts, connection: { address } }: FoundEngine, { platform, env }: Host): boolean {
  if (platform !== 'linux' || facts.vm || facts.usernsRemap) return false;
  if (address !== null) return address.startsWith('unix:');
  return facts.name !== 'docker' && !env['CONTAINER_HOST'] && !env['CONTAINER_CONNECTION'];
}

// Files of a rootless engine belong to numbers that only its own user namespace may read and give away.
function unshared({ facts, connection }: FoundEngine): readonly string[] | null {
  if (facts.name === 'docker' || !facts.rootless) return null;
  return [connection.program, ...connection.globals, 'unshare'];
}

async function isGnuTar(run: Processes['run']): Promise<boolean> {
  try {
    return /GNU tar/.test((await run({ file: 'tar', args: ['--version'], timeout: 10_000 })).stdout);
  } catch {
    return false;
  }
}
