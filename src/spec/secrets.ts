import type { Secret } from '../core/secret.js';
import type { EngineFacts, HostFacts } from './facts.js';

/** A secret that reaches the container by a file of this machine, mounted over `target`. */
export type SecretFile = {
  readonly by: 'file';
  /** Name of the variable. */
  readonly name: string;
  /** The file that podctl writes, and removes with the container. */
  readonly source: string;
  readonly target: string;
  readonly value: Secret;
  /** Mode of the file; its folder is closed to everyone else in any case. */
  readonly mode: 0o600 | 0o444;
  readonly selinux: 'private' | null;
};

/** A secret that the engine keeps under a name of its own, as a variable or as a file. */
export type EngineSecret = {
  readonly by: 'engine';
  readonly name: string;
  readonly secret: string;
  readonly as: 'env' | 'file';
  /** Name of the variable, or path inside the container. */
  readonly target: string;
};

export type ContainerSecret = SecretFile | EngineSecret;

/** Who reads a secret file: the engine and host, the container's user (`imageUser` null: not known), and rights taken away. */
export type SecretReader = {
  readonly engine: Pick<EngineFacts, 'name' | 'rootless' | 'vm' | 'usernsRemap'>;
  readonly host: Pick<HostFacts, 'uid'>;
  readonly user: string | null;
  readonly userns: string | null;
  readonly imageUser: string | null;
  /** The user that an image changes to by itself; null: it does not. */
  readonly runsAs: string | null;
  readonly capDrop: readonly string[];
};

/**
 * Mode of a secret file so that the container's user can read it: 0600 where that user is the host's owner of the file or a root that
 * may read everything; else 0444, in a folder that nobody else on this machine may enter.
 */
export function secretMode(reader: SecretReader): SecretFile['mode'] {
  return readsOwn(reader) ? 0o600 : 0o444;
}

// Whether the container's user may read a file that only the host's user may.
function readsOwn(reader: SecretReader): boolean {
  const { engine, userns } = reader;
  // File sharing of virtual machines gives every file to whoever asks; remapped roots are nobody here.
  if (engine.vm || engine.usernsRemap) return engine.vm;
  const [uid = ''] = (reader.runsAs ?? reader.user ?? reader.imageUser ?? 'unknown').split(':');
  if (userns?.startsWith('keep-id') === true) return isOwner(uid, userns, reader.host.uid);
  return uid === '' || uid === '0' || uid === 'root' ? rootReads(reader) : isSame(uid, reader);
}

function rootReads({ engine, host, capDrop }: SecretReader): boolean {
  return engine.rootless || host.uid === 0 || !dropsReading(capDrop);
}

function isSame(uid: string, { engine, host, userns }: SecretReader): boolean {
  return !engine.rootless && userns === null && uid === String(host.uid);
}

// keep-id maps the host user to the same number inside, or to the one that it names.
function isOwner(uid: string, userns: string, host: number | null): boolean {
  const inside = /[:,]uid=(\d+)/.exec(userns)?.[1] ?? String(host);
  return uid === inside;
}

function dropsReading(capDrop: readonly string[]): boolean {
  return capDrop.some((right) => /^(CAP_)?(ALL|DAC_OVERRIDE|DAC_READ_SEARCH)$/i.test(right));
}
