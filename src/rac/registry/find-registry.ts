import { isAbsolute } from 'node:path';
import { PodctlError } from '../../core/errors.js';
import type { Api } from '../../engine/api.js';
import type { Processes } from '../../engine/process.js';
import type { Files } from '../../io/files.js';
import { findProgram } from '../../io/find-program.js';
import type { Host } from '../../io/host.js';

/** What will be the registry. */
export type FoundRegistry =
  | { readonly kind: 'program'; readonly file: string; readonly version: string }
  | { readonly kind: 'image'; readonly ref: string };

export type FindRegistryDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly processes: Pick<Processes, 'run'>;
  /** null: no engine's API, so no image. */
  readonly api: Api | null;
};

const PROGRAMS = ['docker-registry', 'registry'] as const;
const IMAGES = ['registry:3', 'registry:2', 'docker.io/library/registry:3', 'docker.io/library/registry:2'] as const;

/**
 * The registry that is wanted (a path, or an image that is there), else a program on the path, else a local image. Throws
 * PodctlError('UNAVAILABLE') that says how to get one; nothing is downloaded.
 */
export async function findRegistry(wanted: string | null, deps: FindRegistryDeps): Promise<FoundRegistry> {
  if (wanted !== null) return (await wantedOne(wanted, deps)) ?? notThere(wanted);
  for (const name of PROGRAMS) {
    const file = await findProgram(name, { host: deps.host, files: deps.files, folder: deps.host.cwd });
    const found = file === null ? null : await program(file, deps);
    if (found !== null) return found;
  }
  for (const ref of IMAGES) if (await hasImage(ref, deps)) return { kind: 'image', ref };
  throw new PodctlError('UNAVAILABLE', 'there is no registry on this machine that RAC could start', {
    hint: 'install one (Debian: apt-get install docker-registry), or take its image: docker pull registry:2',
  });
}

async function wantedOne(wanted: string, deps: FindRegistryDeps): Promise<FoundRegistry | null> {
  const file = await findProgram(wanted, { host: deps.host, files: deps.files, folder: deps.host.cwd });
  if (file !== null) return program(file, deps);
  return !isAbsolute(wanted) && (await hasImage(wanted, deps)) ? { kind: 'image', ref: wanted } : null;
}

// `registry` may be another program of that name: only one that names Distribution is taken.
async function program(file: string, { processes }: FindRegistryDeps): Promise<FoundRegistry | null> {
  const { stdout, exitCode } = await processes.run({ file, args: ['--version'], timeout: 10_000, atMost: 10_000 });
  const version = exitCode === 0 ? versionIn(stdout) : null;
  return version === null ? null : { kind: 'program', file, version };
}

/** `2.8.2` of what `registry --version` says; null: it is no Distribution. */
export function versionIn(said: string): string | null {
  return /distribution(?:\/distribution)?(?:\/v3)?\s+v?(\d+\.\d+[^\s+]*)/.exec(said)?.[1] ?? null;
}

async function hasImage(ref: string, { api }: FindRegistryDeps): Promise<boolean> {
  if (api === null) return false;
  try {
    await api.call({ method: 'GET', path: `/images/${ref}/json` });
    return true;
  } catch (error) {
    if (error instanceof PodctlError) return false;
    throw error;
  }
}

function notThere(wanted: string): never {
  throw new PodctlError('UNAVAILABLE', `\`${wanted}\` is neither a Distribution registry's program nor a local image`, {
    hint: 'name the path of docker-registry, or an image that the engine has, for instance registry:2',
  });
}
