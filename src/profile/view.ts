import { isRemovable, type Path, shapeOf } from './shape.js';
import type { Source } from './source.js';
import { isTree, type Leaf, mergeTrees, type Tree, tableAt } from './tree.js';

/** The container of one command in one mode, as written: nothing filled in yet, and nothing in it that `false` took away. */
export type View = {
  readonly tree: Tree;
  /** Every `false` that took something away, and every one that found nothing to take. */
  readonly removals: { readonly sound: readonly Source[]; readonly empty: readonly Source[] };
};

/** Lay the overlays over each other: the profile's container, the mode's, the command's. */
export function viewOf(profile: Tree, mode: string | null, command: string | null): View {
  const base = tableAt(profile, ['container']);
  const overlays = [
    ...(mode === null ? [] : [tableAt(profile, ['modes', mode, 'container'])]),
    ...(command === null ? [] : [tableAt(profile, ['commands', command, 'container'])]),
  ];
  return prune(overlays.reduce(mergeTrees, base), ['container']);
}

/** Take out what `false` takes away, at and below a path. */
export function prune(tree: Tree, path: Path): View {
  const sound: Source[] = [];
  const empty: Source[] = [];
  const walk = (node: Tree, at: Path): Tree => {
    const entries = new Map<string, Tree | Leaf>();
    for (const [key, inner] of node.entries) {
      const here = [...at, key];
      if (isTree(inner)) entries.set(key, walk(inner, here));
      else if (inner.value !== false || !isRemovable(shapeOf(here))) entries.set(key, inner);
      else (inner.over === true ? sound : empty).push(inner.source);
    }
    return { ...node, entries };
  };
  return { tree: walk(tree, path), removals: { sound, empty } };
}
