import { modeOf } from './shape.js';
import type { Source, Use } from './source.js';

/** TOML data that remembers its sources: tables by key, everything else (arrays too) a leaf. */
export type Tree = {
  readonly entries: ReadonlyMap<string, Tree | Leaf>;
  /** Every layer that wrote to this table. */
  readonly sources: readonly Source[];
  /** What the table as a whole drew on, when it is an entry of a list. */
  readonly uses?: readonly Use[] | undefined;
};

export type Leaf = {
  readonly value: unknown;
  readonly source: Source;
  /** An earlier layer had set something here. */
  readonly over?: boolean | undefined;
  /** What each element of an array, or the one value, drew on. */
  readonly uses?: readonly (readonly Use[])[] | undefined;
};

/** True for a table, and not for an array, a date or null. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function isTree(node: Tree | Leaf | undefined): node is Tree {
  return node !== undefined && 'entries' in node;
}

/** A layer's table as a tree; `source` is the table's own place. Keys without a value are left out. */
export function treeOf(table: Readonly<Record<string, unknown>>, source: Source): Tree {
  const entries = new Map<string, Tree | Leaf>();
  for (const [key, value] of Object.entries(table)) {
    if (value === undefined) continue;
    const path = [...source.path, key];
    const at: Source = { file: source.file, path, mode: modeOf(path) };
    entries.set(key, isTable(value) ? treeOf(value, at) : { value, source: at });
  }
  return { entries, sources: [source] };
}

/** Put one tree over another: tables merge by key, all else is replaced. The keys of `base` keep their order. */
export function mergeTrees(base: Tree, over: Tree): Tree {
  const entries = new Map(base.entries);
  for (const [key, node] of over.entries) {
    const before = entries.get(key);
    if (before === undefined) entries.set(key, node);
    else if (isTree(node)) entries.set(key, isTree(before) ? mergeTrees(before, node) : node);
    else entries.set(key, { ...node, over: isTree(before) || before.value !== false || before.over === true });
  }
  return { entries, sources: [...base.sources, ...over.sources] };
}

/** The node at a path, or undefined. */
export function nodeAt(tree: Tree, path: readonly string[]): Tree | Leaf | undefined {
  let node: Tree | Leaf | undefined = tree;
  for (const key of path) {
    if (!isTree(node)) return undefined;
    node = node.entries.get(key);
  }
  return node;
}

/** The table at a path; an empty one where there is none. */
export function tableAt(tree: Tree, path: readonly string[]): Tree {
  const node = nodeAt(tree, path);
  return isTree(node) ? node : { entries: new Map(), sources: [] };
}

/** The text at a path, or undefined. */
export function textAt(tree: Tree, path: readonly string[]): string | undefined {
  const node = nodeAt(tree, path);
  return node === undefined || isTree(node) || typeof node.value !== 'string' ? undefined : node.value;
}

/** Back to plain data. */
export function plainOf(tree: Tree): Record<string, unknown> {
  return Object.fromEntries(
    [...tree.entries].map(([key, node]) => [key, isTree(node) ? plainOf(node) : node.value] as const),
  );
}

/** Where a node was last set. */
export function sourceOf(node: Tree | Leaf): Source {
  return isTree(node) ? (node.sources.at(-1) ?? { file: '', path: [] }) : node.source;
}
