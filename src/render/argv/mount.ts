import { formatCsv } from '../../spec/csv.js';
import type { Mount } from '../../spec/spec.js';
import { cannotSay } from '../cannot-say.js';

/** How one engine's `--mount` spells what engines disagree on. */
export type MountWords = {
  readonly readOnly: Readonly<Record<Mount['type'], string>>;
  /** null: `--mount` cannot relabel. */
  readonly relabel: ((label: 'shared' | 'private') => string) | null;
  /** The driver and its options stand in the mount; else the volume is made with them before. */
  readonly driver: boolean;
};

/** The value of one `--mount`: comma-separated, each field quoted where it must be. */
export function formatMount(mount: Mount, words: MountWords): string {
  return formatCsv([
    `type=${mount.type}`,
    ...(mount.source === '' ? [] : [`src=${mount.source}`]),
    `target=${mount.target}`,
    ...(mount.readOnly ? [words.readOnly[mount.type]] : []),
    ...(mount.propagation === null ? [] : [`bind-propagation=${mount.propagation}`]),
    ...(mount.selinux === null || words.relabel === null ? [] : [words.relabel(mount.selinux)]),
    ...(mount.size === null ? [] : [`tmpfs-size=${mount.size}`]),
    ...(mount.mode === null ? [] : [`tmpfs-mode=${mount.mode}`]),
    ...(words.driver && mount.driver !== null ? [`volume-driver=${mount.driver}`] : []),
    ...(words.driver ? Object.entries(mount.options).map(([name, value]) => `volume-opt=${name}=${value}`) : []),
  ]);
}

/** The value of `--volume`, the only form in which docker relabels. It splits at colons, so a path must have none. */
export function formatVolume(mount: Mount): string {
  const colon = [mount.source.replace(/^[A-Za-z]:(?=[\\/])/, ''), mount.target].find((path) => path.includes(':'));
  if (colon !== undefined) {
    throw cannotSay(
      `docker cannot relabel \`${mount.source}\` on \`${mount.target}\` for SELinux: there is a colon in the path`,
      `rename the folder, or set selinux = "none" on mount \`${mount.key}\` and label it yourself`,
    );
  }
  const options = [
    ...(mount.readOnly ? ['ro'] : []),
    ...(mount.selinux === null ? [] : [mount.selinux === 'shared' ? 'z' : 'Z']),
    ...(mount.propagation === null ? [] : [mount.propagation]),
  ];
  return [mount.source, mount.target, ...(options.length === 0 ? [] : [options.join(',')])].join(':');
}
