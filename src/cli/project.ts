import { PodctlError } from '../core/errors.js';
import { shortHash } from '../core/hash.js';
import { type PathFlavour, resolvePath } from '../core/path.js';
import type { ProjectId } from '../core/project.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';

/** The folder that podctl works for. `profile` is its podctl.toml, null when no folder upward has one. */
export type Project = { readonly root: string; readonly profile: string | null; readonly id: ProjectId };

export const PROFILE_FILE = 'podctl.toml';

/** How this host writes paths. */
export function flavourOf(host: Pick<Host, 'platform'>): PathFlavour {
  return host.platform === 'win32' ? 'windows' : 'posix';
}

/** The nearest folder upward with a podctl.toml, else the working directory itself. */
export async function findProject(host: Host, files: Files): Promise<Project> {
  const flavour = flavourOf(host);
  for (let folder = host.cwd; ; folder = resolvePath(folder, '..', flavour)) {
    const file = resolvePath(folder, PROFILE_FILE, flavour);
    if ((await files.stat(file))?.kind === 'file')
      return { root: folder, profile: file, id: await identify(folder, files) };
    if (resolvePath(folder, '..', flavour) === folder) break;
  }
  return { root: host.cwd, profile: null, id: await identify(host.cwd, files) };
}

/** Name and hash of a folder, by its real path. */
export async function identify(folder: string, files: Files): Promise<ProjectId> {
  const real = await files.realPath(folder);
  if (real === null) {
    throw new PodctlError('MISSING_INPUT', `the folder \`${folder}\` is gone`, { hint: 'go to a folder that exists' });
  }
  const name = real.split(/[\\/]/).findLast((part) => part !== '') ?? 'root';
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return {
    name: slug === '' ? 'project' : slug.slice(0, 40),
    hash: shortHash(real),
  };
}
