import { isWithin, type PathFlavour, resolvePath } from '../core/path.js';

/** A mount by what matters here; `source` is a normalised path of the host. */
export type Shared = { readonly type: string; readonly source: string; readonly target: string };

/**
 * The folder in the container that is the host's folder `cwd`; null when no bind shows it. `cwd` may have several names (as typed, and
 * with links resolved). Of several binds the one that is nearest to the folder counts.
 */
export function placeInside(cwd: readonly string[], mounts: readonly Shared[], flavour: PathFlavour): string | null {
  const showing = mounts
    .filter(({ type }) => type === 'bind')
    .flatMap((mount) => cwd.filter((name) => isWithin(name, mount.source)).map((name) => ({ mount, name })))
    .toSorted((a, b) => b.mount.source.length - a.mount.source.length);
  const [nearest] = showing;
  if (nearest === undefined) return null;
  const below = nearest.name.slice(nearest.mount.source.length);
  const parts = below.split(flavour === 'windows' ? /[\\/]/ : '/').filter((part) => part !== '');
  return resolvePath(nearest.mount.target, parts.join('/'), 'posix');
}
