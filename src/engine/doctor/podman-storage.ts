import { ifPossible } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { textKey } from '../podman-ways.js';
import type { EngineDetails } from './engine-details.js';

type Surroundings = { readonly host: Host; readonly files: Files };

const DRIVERS = ['overlay', 'vfs', 'btrfs', 'zfs'] as const;

/**
 * What a podman on this very machine keeps where, from its own files: asked, it starts a dozen programs, and takes longer than all of
 * doctor's other questions together. null: its files cannot be seen.
 */
export async function readPodmanStorage(rootless: boolean, surroundings: Surroundings): Promise<EngineDetails | null> {
  const { files } = surroundings;
  const root = await graphRoot(rootless, surroundings);
  const names = await ifPossible(() => files.list(root));
  if (names === null) return null;
  const driver = DRIVERS.find((name) => names.includes(`${name}-images`)) ?? '';
  const [network, mounts, real] = await Promise.all([
    ifPossible(() => files.readText(`${root}/defaultNetworkBackend`)),
    ifPossible(() => files.readText('/proc/self/mountinfo')),
    ifPossible(() => files.realPath(root)),
  ]);
  const backing = fileSystemOf(real ?? root, mounts ?? '');
  return { root, driver, backing, dType: null, proxies: null, time: null, network: (network ?? '').trim() };
}

// The rules of containers-storage.conf(5).
async function graphRoot(rootless: boolean, { host, files }: Surroundings): Promise<string> {
  const text = async (path: string): Promise<string> => (await ifPossible(() => files.readText(path))) ?? '';
  const stated = host.env['CONTAINERS_STORAGE_CONF'] ?? '';
  const config = host.env['XDG_CONFIG_HOME'] ?? `${host.home}/.config`;
  const system = ['/etc/containers/storage.conf', '/usr/share/containers/storage.conf'];
  const own = stated !== '' ? [stated] : rootless ? [`${config}/containers/storage.conf`] : system;
  for (const path of own) {
    // oxlint-disable-next-line no-await-in-loop -- the first that says it wins
    const named = textKey(await text(path), 'storage', 'graphroot');
    if (named !== '') return named.replaceAll('$HOME', host.home);
  }
  if (!rootless) return '/var/lib/containers/storage';
  const shared = await Promise.all(
    system.map(async (path) => textKey(await text(path), 'storage', 'rootless_storage_path')),
  );
  const named = shared.find((path) => path !== '');
  if (named !== undefined) return named.replaceAll('$HOME', host.home).replaceAll('$UID', String(host.uid));
  return `${host.env['XDG_DATA_HOME'] ?? `${host.home}/.local/share`}/containers/storage`;
}

/** The kind of the file system that a path is on, by the text of /proc/self/mountinfo; '' where it does not say. */
export function fileSystemOf(path: string, mountinfo: string): string {
  let best = { point: '', type: '' };
  for (const line of mountinfo.split('\n')) {
    const [, , , , point = ''] = line.split(' ');
    const type = / - (\S+) /.exec(line)?.[1] ?? '';
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (point !== '' && holds && point.length >= best.point.length) best = { point, type };
  }
  return best.type;
}
