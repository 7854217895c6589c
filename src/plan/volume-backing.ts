import type { VolumeFacts } from '../spec/facts.js';
import type { Mount } from '../spec/spec.js';
import type { HostView } from './host-view.js';

/** What stands behind a volume: the engine's own folder, a path of the host, memory, or something that podctl cannot look into. */
export type Backing =
  | { readonly kind: 'engine' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'unseen'; readonly what: string };

type Declared = Pick<VolumeFacts, 'driver' | 'options'>;

/**
 * Every backing that a volume mount may turn out to have. A volume that the engine knows keeps the options it was made with, but it may
 * be removed and made again from the declared ones, so both count.
 */
export function backingsOf(mount: Mount, existing: VolumeFacts | null | undefined): readonly Backing[] {
  const declared = { driver: mount.driver ?? 'local', options: mount.options };
  const all: readonly Declared[] = existing == null ? [declared] : [declared, existing];
  return all.map(backingOf);
}

/** Mount points of the host below the data folder of the engine's volume: files that were put into it from elsewhere. */
export function mountedInto(view: HostView, volume: string): readonly string[] {
  const folder = `/volumes/${volume}/_data`;
  return view.mounts.map((mount) => mount.mountPoint).filter((at) => volume !== '' && `${at}/`.includes(`${folder}/`));
}

/**
 * The folder of the engine's volume, when a link stands in its place: the volume then shows whatever the link leads to. Links further
 * up only say where the engine keeps its storage.
 */
export function linkedFolder(view: HostView, volume: VolumeFacts | null | undefined): string | null {
  const folder = volume?.mountpoint;
  if (volume == null || folder === undefined) return null;
  const places = [`/${volume.name}`, `/${volume.name}/_data`];
  const linked = (view.facts[folder]?.links ?? []).some(({ path }) => places.some((place) => path.endsWith(place)));
  return linked ? folder : null;
}

function backingOf({ driver, options }: Declared): Backing {
  if (driver === 'image') return { kind: 'engine' };
  if (!LOCAL.test(driver)) return { kind: 'unseen', what: `the volume driver \`${driver}\`` };
  const { type: written = '', device = '', o: flags = '' } = options;
  const type = written.toLowerCase();
  if (type === 'tmpfs') return { kind: 'memory' };
  if (device === '' && (type === '' || type === 'none')) return { kind: 'engine' };
  return binds(type, flags) && isFolder(device) ? { kind: 'path', path: device } : unseen(type, device);
}

const LOCAL = /^(local)?$/;

function binds(type: string, flags: string): boolean {
  return ['', 'none', 'bind', 'rbind'].includes(type) || flags.split(',').some((flag) => /^r?bind$/.test(flag));
}

function isFolder(device: string): boolean {
  return /^(\/(?!\/)|[A-Za-z]:[\\/])/.test(device) && !device.startsWith('/dev/');
}

function unseen(type: string, device: string): Backing {
  return { kind: 'unseen', what: `a volume of type \`${type === '' ? 'none' : type}\` on \`${device}\`` };
}
