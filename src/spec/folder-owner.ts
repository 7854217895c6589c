import type { EngineFacts, HostFacts } from './facts.js';

type Folder = {
  readonly engine: Pick<EngineFacts, 'rootless' | 'vm' | 'usernsRemap'>;
  readonly host: Pick<HostFacts, 'uid'>;
  /** `--user` as the ownership rules chose it; null: the image's. */
  readonly user: string | null;
  /** Empty for root; null: not inspected. */
  readonly imageUser: string | null;
};

/** Who must own a new folder so that the container's user can write there; null: the user who runs podctl, or nobody can tell. */
export function folderOwner({
  engine,
  host,
  user,
  imageUser,
}: Folder): { readonly uid: number; readonly gid: number } | null {
  // Others cannot give files away; without root and in virtual machines the mapping makes the user's own files the container's.
  if (host.uid !== 0 || engine.rootless || engine.vm || engine.usernsRemap) return null;
  const match = /^(\d+)(?::(\d+))?$/.exec(user ?? imageUser ?? '');
  const uid = Number(match?.[1] ?? 0);
  if (uid === 0) return null;
  return { uid, gid: Number(match?.[2] ?? uid) };
}

/** A user by name, whose number only the image knows: a new folder cannot be made its own. */
export function namedUser({ user, imageUser, host }: Folder): string | null {
  const name = (user ?? imageUser ?? '').split(':')[0] ?? '';
  return host.uid === 0 && /^[^\d]/.test(name) && name !== 'root' ? name : null;
}
