import { PodctlError } from '../core/errors.js';
import type { FileKind, Files, FolderEntry } from './files.js';

/** An entry that was met. `path` is relative to where the walk began, with slashes. `size` null: it could not be looked at. */
export type Walked = { readonly path: string; readonly kind: FileKind; readonly size: number | null };

/** Whoever walks: `State` goes from a folder to everything in it. */
export type Visitor<State> = {
  /** State for what is in this folder; null: it is not entered. */
  readonly enter: (path: string, parent: State) => State | null;
  /** Whether an entry that is no folder is met at all. */
  readonly wants: (path: string, parent: State) => boolean;
  readonly meet: (entry: Walked, parent: State) => void;
  /** A folder that cannot be read, and why. */
  readonly unreadable: (path: string, why: string) => void;
};

export type WalkStart<State> = { readonly root: string; readonly state: State; readonly files: Files };

/** Walk a tree, folder by folder: nothing of it is kept, and links are met, not followed. */
export async function walkTree<State>(start: WalkStart<State>, visitor: Visitor<State>): Promise<void> {
  const waiting: { readonly path: string; readonly state: State }[] = [{ path: '', state: start.state }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, state } = next;
    const prefix = path === '' ? '' : `${path}/`;
    for (const entry of await entriesOf(next, start, visitor)) {
      const below = prefix + entry.name;
      visitor.meet({ path: below, kind: entry.kind, size: entry.size }, state);
      if (entry.kind !== 'directory') continue;
      const inner = visitor.enter(below, state);
      if (inner !== null) waiting.push({ path: below, state: inner });
    }
  }
}

async function entriesOf<State>(
  { path, state }: { readonly path: string; readonly state: State },
  { root, files }: WalkStart<State>,
  visitor: Visitor<State>,
): Promise<readonly FolderEntry[]> {
  const prefix = path === '' ? '' : `${path}/`;
  try {
    const entries = await files.entries(path === '' ? root : `${root}/${path}`, (name) =>
      visitor.wants(prefix + name, state),
    );
    // Gone since its parent was read: nothing would be sent of it either.
    return entries ?? [];
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    visitor.unreadable(path === '' ? '.' : path, error.message);
    return [];
  }
}
