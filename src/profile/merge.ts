import { checkProfile } from './checks.js';
import type { ParsedProfile } from './parse.js';
import { problemsError } from './placement.js';
import type { Command, Config, ConfigKey, Image, Mode, Profile } from './schema.js';
import type { Data } from './schema-data.js';
import type { EnvVariable } from './schema-env.js';
import type { Stack, StackService } from './schema-stack.js';
import type { Path } from './shape.js';
import { isTree, type Leaf, mergeTrees, type Tree, textAt, treeOf } from './tree.js';
import { profileOf } from './typed.js';
import { prune } from './view.js';

/** A profile as all its layers make it: what `false` took away is gone. */
export type MergedProfile = Omit<
  Profile,
  'images' | 'env' | 'modes' | 'commands' | 'config' | 'data' | 'stack' | 'extends'
> & {
  readonly images: Readonly<Record<string, Image>>;
  /** The env contract. */
  readonly env: Readonly<Record<string, EnvVariable>>;
  readonly modes: Readonly<Record<string, Mode>>;
  readonly commands: Readonly<Record<string, Command>>;
  readonly config: MergedConfig | null;
  readonly data: Readonly<Record<string, Data>>;
  readonly stack: MergedStack | null;
};
export type MergedStack = Omit<Stack, 'services'> & { readonly services: Readonly<Record<string, StackService>> };
export type MergedConfig = Omit<Config, 'keys'> & { readonly keys: Readonly<Record<string, ConfigKey>> };

/** All layers as one. */
export type LoadedProfile = {
  readonly name: string;
  /** Base first. */
  readonly layers: readonly ParsedProfile[];
  readonly profile: MergedProfile;
  /** The same with the layer that set each value. */
  readonly tree: Tree;
};

// These speak of one layer alone.
const OWN_KEYS = ['extends', '$schema'];

/**
 * Put layers together, base first: tables merge by key, all else is replaced, `false` takes away.
 * Throws BAD_DATA with all problems of the whole: keys of tables that no layer has, mounts without target, and so on.
 */
export function composeProfile(layers: readonly ParsedProfile[]): LoadedProfile {
  const merged = layers.map(layerTree).reduce(mergeTrees);
  const { tree, removals } = pruneTop(merged);
  // One layer of somebody else's makes another whole.
  const sound = layers.every((layer) => layer.sound === true);
  const problems = sound ? [] : checkProfile(tree, removals.empty);
  if (problems.length > 0) throw problemsError(`\`${layers.at(-1)?.file}\` has mistakes`, problems);
  return { name: textAt(tree, ['name']) ?? '', layers, profile: mergedProfile(tree), tree };
}

function layerTree(layer: ParsedProfile): Tree {
  const tree = treeOf(layer.profile, { file: layer.file, path: [] });
  return { ...tree, entries: new Map([...tree.entries].filter(([key]) => !OWN_KEYS.includes(key))) };
}

// The containers of modes, commands and tests keep their `false`: it takes something out of the profile's container, later.
function pruneTop(merged: Tree): ReturnType<typeof prune> {
  const { tree, removals } = prune(merged, []);
  const entries = new Map(tree.entries);
  for (const key of ['modes', 'commands']) {
    const pruned = entries.get(key);
    const before = merged.entries.get(key);
    if (isTree(pruned) && isTree(before)) entries.set(key, withContainers(pruned, before));
  }
  const test = entries.get('test');
  const before = merged.entries.get('test');
  if (isTree(test) && isTree(before)) entries.set('test', withContainer(test, before));
  const empty = removals.empty.filter(({ path }) => !isOverlay(path));
  return { tree: { ...tree, entries }, removals: { ...removals, empty } };
}

function isOverlay(path: Path): boolean {
  return path[0] === 'test' ? path[1] === 'container' : path[0] !== 'container' && path[2] === 'container';
}

function withContainers(pruned: Tree, before: Tree): Tree {
  const entries = new Map<string, Tree | Leaf>();
  for (const [key, node] of pruned.entries) {
    const original = before.entries.get(key);
    entries.set(key, isTree(node) && isTree(original) ? withContainer(node, original) : node);
  }
  return { ...pruned, entries };
}

function withContainer(pruned: Tree, before: Tree): Tree {
  const container = before.entries.get('container');
  return container === undefined
    ? pruned
    : { ...pruned, entries: new Map([...pruned.entries, ['container', container]]) };
}

function mergedProfile(tree: Tree): MergedProfile {
  const { images, env, modes, commands, config, data, stack, extends: _, ...rest } = profileOf(tree);
  return {
    ...rest,
    images: present(images),
    env: present(env),
    modes: present(modes),
    commands: present(commands),
    data: present(data),
    config: config === undefined || config === false ? null : { ...config, keys: present(config.keys) },
    stack: stack === undefined || stack === false ? null : { ...stack, services: present(stack.services) },
  };
}

function present<T>(record: Readonly<Record<string, T | false>> | undefined): Readonly<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const [key, value] of Object.entries(record ?? {})) if (value !== false) entries.push([key, value]);
  return Object.fromEntries(entries);
}
