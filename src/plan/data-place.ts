import { isWithin } from '../core/path.js';
import type { ContainerFacts, MountedFacts } from '../spec/facts.js';

/** What an entry of [data] is, as far as plans for it look. */
export type DataSource = {
  readonly key: string;
  readonly holds: 'sqlite' | 'mysql' | 'mariadb' | 'postgres' | 'files';
  readonly mount: { readonly type: 'bind' | 'volume'; readonly source: string; readonly target: string };
  /** sqlite: the database's path inside the container, and below the mount. */
  readonly file: { readonly inside: string; readonly below: string } | null;
  readonly protected: boolean;
};

/**
 * How podctl gets at data. `direct`: a path of this machine that it may read and write. `shared`: such a path, but programs in a virtual
 * machine use it too, and no lock reaches across. `engine`: only the engine can hand the data over. `absent`: nothing is there yet.
 */
export type DataPlace =
  | { readonly kind: 'direct' | 'shared'; readonly path: string }
  | { readonly kind: 'engine' }
  | { readonly kind: 'absent'; readonly path: string | null };

const ALIVE: readonly ContainerFacts['state'][] = ['running', 'paused', 'restarting'];

/** Containers that have the data mounted, stopped ones too. */
export function holdersOf(
  { mount }: Pick<DataSource, 'mount'>,
  containers: readonly ContainerFacts[],
): readonly ContainerFacts[] {
  return containers.filter(({ mounts }) => mounts.some((one) => isSame(one, mount)));
}

/** Those of them that run, or are paused. */
export function usersOf(
  source: Pick<DataSource, 'mount'>,
  containers: readonly ContainerFacts[],
): readonly ContainerFacts[] {
  return holdersOf(source, containers).filter(({ state }) => ALIVE.includes(state));
}

/** Those that may also write it. */
export function writersOf(
  source: Pick<DataSource, 'mount'>,
  containers: readonly ContainerFacts[],
): readonly ContainerFacts[] {
  return usersOf(source, containers).filter(({ mounts }) =>
    mounts.some((one) => isSame(one, source.mount) && !one.readOnly),
  );
}

/** Path of the data inside a container that mounts them: its target may be another than the profile's. */
export function insideOf(source: DataSource, { mounts }: ContainerFacts): string {
  const target = mounts.find((one) => isSame(one, source.mount))?.target ?? source.mount.target;
  return source.file === null ? target : `${target === '/' ? '' : target}/${source.file.below}`;
}

/** Where the data lie, for people. */
export function sourceWords({ mount, file }: DataSource): string {
  const what = mount.type === 'volume' ? `volume \`${mount.source}\`` : `folder \`${mount.source}\``;
  return file === null ? what : `${what}, ${file.below}`;
}

function isSame(mounted: MountedFacts, mount: DataSource['mount']): boolean {
  if (mounted.type !== mount.type) return false;
  if (mount.type === 'volume') return mounted.source === mount.source;
  return isWithin(mounted.source, mount.source) || isWithin(mount.source, mounted.source);
}
