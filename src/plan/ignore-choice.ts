import type { Builder } from './ignore-file.js';

/** Names of ignore files that could count for a build, relative to the context or absolute. */
export type IgnoreNames = {
  /** The one that counts is the first that exists. */
  readonly counts: readonly string[];
  /** Files that another builder would read instead, and this one does not. */
  readonly unread: readonly string[];
};

/** Which ignore files a builder looks for. `file`: the Containerfile, as a path. */
export function ignoreNames(builder: Builder, file: string): IgnoreNames {
  const own = { docker: `${file}.dockerignore`, podman: `${file}.containerignore` };
  const choice = {
    classic: { counts: ['.dockerignore'], unread: [own.docker, own.podman, '.containerignore'] },
    buildkit: { counts: [own.docker, '.dockerignore'], unread: [own.podman, '.containerignore'] },
    podman: { counts: [own.docker, own.podman, '.containerignore', '.dockerignore'], unread: [] },
  } as const satisfies Record<Builder, IgnoreNames>;
  return choice[builder];
}

/** Containerfile names that a builder looks for when none is given. */
export function standardFiles(builder: Builder): readonly string[] {
  return builder === 'podman' ? ['Containerfile', 'Dockerfile'] : ['Dockerfile'];
}
