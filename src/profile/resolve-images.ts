import { formatImageRef, parseImageRef } from '../core/image-ref.js';
import type { Filler } from './fill.js';
import { problemAt } from './placement.js';
import type { ResolvedImage } from './resolved.js';
import { sourceOf, type Tree, tableAt, textAt } from './tree.js';
import { imageOf } from './typed.js';

/** An image and everything that it is built on, the image first. */
export function imageChain(profile: Tree, key: string): readonly string[] {
  const images = tableAt(profile, ['images']);
  const chain: string[] = [];
  for (let next: string | undefined = key; next !== undefined && !chain.includes(next); ) {
    chain.push(next);
    next = textAt(images, [next, 'base']);
  }
  return chain;
}

/** The tables of some images with every text final. */
export function fillImages(profile: Tree, keys: readonly string[], filler: Filler): ReadonlyMap<string, Tree> {
  const images = tableAt(profile, ['images']);
  return new Map(keys.map((key) => [key, filler.fillTree(tableAt(images, [key]), ['images', key])] as const));
}

/** Typed images from filled tables: name and tag apart, and a name for those that give none. */
export function typedImages(
  filled: ReadonlyMap<string, Tree>,
  filler: Filler,
): Readonly<Record<string, ResolvedImage>> {
  return Object.fromEntries([...filled].map(([key, tree]) => [key, typedImage(key, tree, filler)] as const));
}

function typedImage(key: string, tree: Tree, filler: Filler): ResolvedImage {
  const image = imageOf(tree);
  const ref = parseImageRef(image.name ?? key.toLowerCase());
  const carried = ref.digest ?? ref.tag;
  if (carried !== null && image.tag !== undefined) {
    const at = tree.entries.get('tag');
    const message = `the image's name already carries \`${carried}\``;
    filler.add(problemAt(sourceOf(at ?? tree), { message, hint: 'write the tag in one place, `name` or `tag`' }));
  }
  return {
    ...image,
    key,
    name: formatImageRef({ ...ref, tag: null }),
    tag: image.tag ?? ref.tag ?? (ref.digest === null ? 'latest' : ''),
    args: texts(image.args),
    labels: texts(image.labels),
  };
}

/** A keyed table without what `false` took away. */
export function texts(table: Readonly<Record<string, string | false>> | undefined): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [key, value] of Object.entries(table ?? {})) if (value !== false) entries.push([key, value]);
  return Object.fromEntries(entries);
}

/** Key of the container's image: the one it names, else the profile's only one. */
export function imageKey(container: Tree, profile: Tree): string {
  const [only = ''] = tableAt(profile, ['images']).entries.keys();
  return textAt(container, ['image']) ?? only;
}
