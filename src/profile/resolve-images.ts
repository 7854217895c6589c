import { PodctlError } from '../core/errors.js';
import { composeImageRef, formatImageRef, type ImageParts, type ImageRef, parseImageRef } from '../core/image-ref.js';
import type { Filler } from './fill.js';
import { problemAt } from './placement.js';
import type { ResolvedImage } from './resolved.js';
import type { Image } from './schema.js';
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
  const ref = composedRef(image, { key, tree, filler });
  const carried = ref.digest ?? ref.tag;
  if (carried !== null && image.tag !== undefined) {
    const at = tree.entries.get('tag');
    const message = `the image's name already carries \`${carried}\``;
    filler.add(problemAt(sourceOf(at ?? tree), { message, hint: 'write the tag in one place, `name` or `tag`' }));
  }
  const { server: _server, project: _project, secrets, with_base: withBase, ...rest } = image;
  return {
    ...rest,
    key,
    name: formatImageRef({ ...ref, tag: null }),
    tag: image.tag ?? ref.tag ?? (ref.digest === null ? 'latest' : ''),
    args: texts(image.args),
    labels: texts(image.labels),
    ...(secrets === undefined ? {} : { secrets: kept(secrets) }),
    ...(withBase === undefined ? {} : { with_base: withBase === true || withBase === 'true' }),
  };
}

function composedRef(
  { server = '', project = '', name }: Image,
  { key, tree, filler }: { readonly key: string; readonly tree: Tree; readonly filler: Filler },
): ImageRef {
  const own = parseImageRef(name ?? key.toLowerCase());
  if (server === '' && project === '') return own;
  const at = tree.entries.get(server === '' ? 'project' : 'server');
  if (own.domain === null)
    return composed({ server, project, name: formatImageRef(own) }, (error) => {
      filler.add(problemAt(sourceOf(at ?? tree), error));
      return own;
    });
  const message = `the image's name already carries \`${own.domain}\``;
  const hint = 'write the server in one place: `server`, `project` and `name`, or `name` alone';
  filler.add(problemAt(sourceOf(at ?? tree), { message, hint }));
  return own;
}

function composed(parts: ImageParts, otherwise: (error: PodctlError) => ImageRef): ImageRef {
  try {
    return composeImageRef(parts);
  } catch (error) {
    if (error instanceof PodctlError) return otherwise(error);
    throw error;
  }
}

/** A keyed table without what `false` took away. */
export function texts(table: Readonly<Record<string, string | false>> | undefined): Readonly<Record<string, string>> {
  return kept(table ?? {});
}

function kept<T>(table: Readonly<Record<string, T | false>>): Readonly<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const [key, value] of Object.entries(table)) if (value !== false) entries.push([key, value]);
  return Object.fromEntries(entries);
}

/** Key of the container's image: the one it names, else the profile's only one. */
export function imageKey(container: Tree, profile: Tree): string {
  const [only = ''] = tableAt(profile, ['images']).entries.keys();
  return textAt(container, ['image']) ?? only;
}
