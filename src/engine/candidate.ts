import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { EngineName } from '../spec/facts.js';

/** One way that may lead to an engine. */
export type Candidate = {
  /** The way in words, for instance `DOCKER_HOST` or `socket /run/docker.sock`. */
  readonly foundBy: string;
  /** The engine that usually answers there; a docker socket may turn out to be podman's. */
  readonly engine: EngineName;
  /** Plain API address to ask; null: ask the program. */
  readonly address: string | null;
  /** Options that the engine's program needs to go the same way; null: podctl works them out from the address. */
  readonly globals: readonly string[] | null;
  /** Why there is nothing to ask, when that is already known. */
  readonly broken?: string | undefined;
};

/** What detectors may look at. */
export type Surroundings = { readonly host: Host; readonly files: Files };

/** A place to look for an engine. `chosen`: set by hand in the environment, so nothing else is tried when it stays silent. */
export type Detector = {
  readonly engine: EngineName;
  readonly chosen: (host: Host) => boolean;
  readonly find: (surroundings: Surroundings) => Promise<readonly Candidate[]>;
};

/** Value of an environment variable; empty counts as unset, as engines read it. */
export function variable(host: Host, name: string): string | null {
  const value = host.env[name];
  return value === undefined || value === '' ? null : value;
}

export type SocketPlace = { readonly path: string; readonly address: string };

/** Of the paths given, those that are there. What cannot be looked at (named pipes, a folder closed to this user) is kept to be asked. */
export async function existing(paths: readonly string[], { files }: Surroundings): Promise<readonly SocketPlace[]> {
  const places: SocketPlace[] = [];
  for (const path of paths) {
    if (path.startsWith('//./pipe/')) places.push({ path, address: `npipe://${path}` });
    else if (await mayBeThere(path, files)) places.push({ path, address: `unix://${path}` });
  }
  return places;
}

// The engine of root stands in a folder that other users may not look into; asked, it answers so itself.
async function mayBeThere(path: string, files: Files): Promise<boolean> {
  try {
    return (await files.stat(path)) !== null;
  } catch {
    return true;
  }
}

/** A way that is known to lead nowhere; the list of failures shows why. */
export function nothing(engine: EngineName, foundBy: string, broken: string): Candidate {
  return { foundBy, engine, address: null, globals: [], broken };
}
