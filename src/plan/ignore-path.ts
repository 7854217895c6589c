import type { FolderState, Ignore } from './ignore-file.js';

/** What an ignore file says of one path alone, whose folders nobody walked through. Paths are relative to the context, with slashes. */
export type PathRules = {
  /** True for a file or folder that stays out. */
  readonly leavesOut: (path: string) => boolean;
  /** True for a folder below which nothing can be let in. */
  readonly isClosed: (path: string) => boolean;
};

/** The rules of an ignore file for single paths. */
export function pathRules(ignore: Ignore): PathRules {
  return {
    leavesOut: (path) => {
      const above = stateAbove(ignore, path);
      return above === 'closed' || ignore.leavesOut(path, above);
    },
    isClosed: (path) => {
      const above = stateAbove(ignore, path);
      return above === 'closed' || ignore.folder(path, above).closed;
    },
  };
}

function stateAbove(ignore: Ignore, path: string): FolderState | 'closed' {
  const parts = path.split('/').slice(0, -1);
  let parent: FolderState = null;
  for (const index of parts.keys()) {
    const { state, closed } = ignore.folder(parts.slice(0, index + 1).join('/'), parent);
    if (closed) return 'closed';
    parent = state;
  }
  return parent;
}
