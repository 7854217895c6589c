import { type PathFlavour, resolvePath } from '../../core/path.js';
import type { Mount } from '../../spec/spec.js';

/** Where a file of the container stands on this machine; null: it is not in a bind mount. */
export function hostPathOf(inside: string, mounts: readonly Mount[], flavour: PathFlavour): string | null {
  if (!inside.startsWith('/')) return null;
  const above = mounts
    .filter(({ target }) => inside === target || inside.startsWith(`${target.replace(/\/$/, '')}/`))
    .toSorted((a, b) => b.target.length - a.target.length);
  const [mount] = above;
  if (mount?.type !== 'bind') return null;
  const rest = inside.slice(mount.target.length).replace(/^\//, '');
  return rest === '' ? mount.source : resolvePath(mount.source, rest, flavour);
}
