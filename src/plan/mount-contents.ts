import type { Problem } from '../core/errors.js';
import { isAbsolute, isWithin, normalizePath, type PathFlavour, resolvePath } from '../core/path.js';
import type { ContainerSpec, Mount } from '../spec/spec.js';
import type { PathFacts } from './host-answers.js';

/** A path of the host that must be there because of what a mount lays over the image. */
export type MountContent = {
  readonly mount: Mount;
  /** On the host. */
  readonly path: string;
  /** In the container. */
  readonly inside: string;
  /** The image's entrypoint uses it; else the profile names it. */
  readonly entrypoint: boolean;
};

/**
 * What must be below the binds of a container: what the profile lists, and programs and scripts of the entrypoint that a mount
 * hides. A wrong folder is found by this before the start, where the engine would say "no such file" of a file that the image has.
 */
export function mountContents(spec: ContainerSpec, entrypoint: readonly string[] | null): readonly MountContent[] {
  const listed = spec.mounts.flatMap((mount) =>
    mount.contains.map((path) => contentAt(mount, path, { entrypoint: false })),
  );
  const words = (spec.entrypoint ?? entrypoint ?? []).filter((word) => word.startsWith('/'));
  const hidden = words.flatMap((word) => {
    const mount = coveringMount(normalizePath(word, 'posix'), spec.mounts);
    if (mount === null || mount.type !== 'bind') return [];
    const below = normalizePath(word, 'posix').slice(mount.target.length).replace(/^\/+/, '');
    return [contentAt(mount, below, { entrypoint: true })];
  });
  return [...listed, ...hidden.filter(({ path }) => !listed.some((content) => content.path === path))];
}

/** What is wrong with one of them, or null. `source`: what the mount's own source is. */
export function judgeContent(
  { mount, path, inside, entrypoint }: MountContent,
  facts: { readonly content: PathFacts | undefined; readonly source: PathFacts | undefined },
): Omit<Problem, 'at'> | null {
  // A folder that is missing itself is told once, as such.
  if (facts.content === undefined || facts.content.kind !== null || facts.source?.kind !== 'directory') return null;
  if (leadsOut(facts.content, facts.source)) return null;
  const what = mount.key.startsWith('flag/') ? '`--mount`' : `mount \`${mount.key}\``;
  if (entrypoint) {
    return {
      message: `${what}: \`${mount.source}\` hides the image's \`${inside}\`, which its entrypoint runs, and has no such file`,
      hint: `name the folder that has it: \`${path}\` must be there`,
    };
  }
  return {
    message: `${what}: \`${mount.source}\` is not the right folder: it has no \`${path.slice(mount.source.length + 1)}\``,
    hint: 'name the folder that has it',
  };
}

// A link out of the folder means another place in the container, where the image may have the file.
function leadsOut({ links }: PathFacts, { realPath, links: own }: PathFacts): boolean {
  return links.slice(own.length).some(({ target }) => realPath !== null && !isWithin(target, realPath));
}

// The deepest mount wins, as in the container.
function coveringMount(path: string, mounts: readonly Mount[]): Mount | null {
  const covering = mounts.filter(({ target }) => target !== '/' && isWithin(path, target));
  return covering.reduce<Mount | null>(
    (deepest, mount) => (deepest === null || mount.target.length > deepest.target.length ? mount : deepest),
    null,
  );
}

function contentAt(mount: Mount, below: string, { entrypoint }: Pick<MountContent, 'entrypoint'>): MountContent {
  const flavour: PathFlavour = isAbsolute(mount.source, 'posix') ? 'posix' : 'windows';
  return {
    mount,
    entrypoint,
    path: below === '' ? mount.source : resolvePath(mount.source, below, flavour),
    inside: resolvePath(mount.target, below, 'posix'),
  };
}
