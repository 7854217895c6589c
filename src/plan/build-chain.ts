import { type BuildImage, type BuildImages, chainOf, platformsOf, unknownImage } from './build-image.js';
import { type Refusal, refuse } from './refusal.js';

/** What decides which images are built. */
export type ChainInput = {
  readonly images: BuildImages;
  /** Keys of the images that are wanted. */
  readonly wanted: readonly string[];
  /** Build exactly the wanted ones, and nothing that they stand on. */
  readonly only: boolean;
  /** Build what they stand on again, too. */
  readonly withBase: boolean;
  readonly pull: boolean;
  /** By key. undefined: no engine was asked; then the image counts as missing. */
  readonly present: Readonly<Record<string, boolean | undefined>>;
};

/** One image that something is done for. `why` null: it is only pulled. */
export type Build = { readonly key: string; readonly why: string | null };

/** Every image that something is done for, once, bases first. */
export function buildsOf(input: ChainInput): readonly Build[] | Refusal {
  const done = new Map<string, Build>();
  for (const key of input.wanted) {
    const builds = input.only ? onlyOne(input, key) : buildsOfChain(input, key);
    if ('kind' in builds) return builds;
    for (const build of builds.toReversed()) if (!done.has(build.key)) done.set(build.key, build);
  }
  return [...done.values()];
}

function onlyOne(input: ChainInput, key: string): readonly Build[] | Refusal {
  const image = input.images[key];
  if (image === undefined) return unknownImage(input.images, key);
  const found = whatFor(input, image, { role: 'wanted', forcedBy: null });
  return 'kind' in found ? found : [found];
}

// From the top down: what stands below an image counts only where that image is built.
function buildsOfChain(input: ChainInput, top: string): readonly Build[] | Refusal {
  const builds: Build[] = [];
  let forcedBy: string | null = null;
  let isNeeded = true;
  for (const key of chainOf(input.images, top)) {
    const image = input.images[key];
    if (image === undefined) return unknownImage(input.images, key);
    const role: Role = { role: input.wanted.includes(key) ? 'wanted' : 'base', forcedBy };
    isNeeded = isAsked(input, role) || (isNeeded && input.present[key] !== true);
    if (!isNeeded) continue;
    const found = whatFor(input, image, role);
    if ('kind' in found) return found;
    builds.push(found);
    isNeeded = found.why !== null;
    if (isNeeded && image.with_base === true) forcedBy ??= key;
  }
  return builds.filter((build) => build.why !== null || isFetched(input, build.key));
}

function isAsked({ withBase }: ChainInput, { role, forcedBy }: Role): boolean {
  return role === 'wanted' || withBase || forcedBy !== null;
}

// A base that is only pulled is fetched when it is missing, or when newer ones are asked for.
function isFetched(input: ChainInput, key: string): boolean {
  return input.pull || input.present[key] !== true;
}

// `forcedBy`: an image above whose `with_base` has this one built again.
type Role = { readonly role: 'wanted' | 'base'; readonly forcedBy: string | null };

function whatFor(input: ChainInput, image: BuildImage, { role, forcedBy }: Role): Build | Refusal {
  const { key } = image;
  if (image.context !== undefined) return { key, why: whyBuild(input, image, { role, forcedBy }) };
  if (role === 'base') return { key, why: null };
  const message = `image \`${key}\` is not built here: the profile gives it no build context`;
  return refuse('USAGE', message, 'get it with `podctl pull`, or give it a `context` in the profile');
}

function whyBuild(input: ChainInput, image: BuildImage, { role, forcedBy }: Role): string {
  const { key } = image;
  if (role === 'wanted') return `build image \`${key}\``;
  const platforms = platformsOf(image).join(' and ');
  if (input.present[key] !== true) {
    return `image \`${key}\` is missing${platforms && ` for ${platforms}`}, and another one stands on it`;
  }
  return input.withBase || forcedBy === null
    ? `\`--with-base\` builds image \`${key}\` again`
    : `\`with_base\` of image \`${forcedBy}\` builds image \`${key}\` again`;
}
