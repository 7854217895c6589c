import { nearest } from '../core/nearest.js';
import { type PathFlavour, resolvePath } from '../core/path.js';
import type { Secret } from '../core/secret.js';
import type { ImageWant } from '../spec/image-capability.js';
import { type Refusal, refuse } from './refusal.js';

/** What building needs of a profile's image. `tag` is empty when `name` carries a digest. */
export type BuildImage = {
  readonly key: string;
  readonly name: string;
  readonly tag: string;
  readonly context?: string | undefined;
  readonly file?: string | undefined;
  readonly target?: string | undefined;
  /** A secret value reaches the build by the environment, not by the command line. */
  readonly args: Readonly<Record<string, string | Secret>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly base?: string | undefined;
  readonly base_arg?: string | undefined;
  readonly with_base?: boolean | undefined;
  readonly uid_arg?: string | undefined;
  readonly gid_arg?: string | undefined;
  readonly secrets?: Readonly<Record<string, BuildSecret>> | undefined;
  readonly cache_from?: readonly string[] | undefined;
  readonly cache_to?: readonly string[] | undefined;
  readonly platform?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
};

/** One of the two. A file is relative to the project. */
export type BuildSecret = { readonly file?: string | undefined; readonly env?: string | undefined };

export type BuildImages = Readonly<Record<string, BuildImage>>;

/** Folder that relative contexts and files start from. */
export type ProjectFolder = { readonly folder: string; readonly flavour: PathFlavour };

/** Name and tag as engines take them. */
export function refOf({ name, tag }: Pick<BuildImage, 'name' | 'tag'>): string {
  return tag === '' ? name : `${name}:${tag}`;
}

/** The platforms that an image is built for; none: the engine's own. */
export function platformsOf({ platform, platforms }: BuildImage): readonly string[] {
  if (platforms !== undefined && platforms.length > 0) return platforms;
  return platform === undefined ? [] : [platform];
}

/** True for a context that the engine itself fetches from a server. */
export function isRemote(context: string): boolean {
  return /^([a-z+]+:\/\/|git@)/.test(context);
}

/** The image that stands below, then the one below that, and so on; the image itself comes first. */
export function chainOf(images: BuildImages, key: string): readonly string[] {
  const chain: string[] = [];
  for (let next: string | undefined = key; next !== undefined && !chain.includes(next); next = images[next]?.base) {
    chain.push(next);
  }
  return chain;
}

/** The place of a secret: an absolute path, or a variable. */
export function secretPlace(
  secret: BuildSecret,
  { folder, flavour }: ProjectFolder,
): { readonly file: string } | { readonly env: string } {
  if (secret.env !== undefined) return { env: secret.env };
  return { file: resolvePath(folder, secret.file ?? '', flavour) };
}

/** What building an image asks of the engine. `runs`: whether the build file runs programs. */
export function wantOf(image: BuildImage, runs: boolean): ImageWant {
  return {
    verb: 'build',
    platforms: platformsOf(image),
    runsPrograms: runs,
    secrets: Object.entries(image.secrets ?? {}).map(([id, { env }]) => ({
      id,
      from: env === undefined ? 'file' : 'env',
    })),
    cacheFrom: image.cache_from ?? [],
    cacheTo: image.cache_to ?? [],
  };
}

/**
 * Whether a build file runs programs of the image's own platform: a stage with RUN, unless it says that it runs on the machine that
 * builds. An image that only copies files can be made for any platform, without emulation.
 */
export function runsPrograms(text: string): boolean {
  let native = false;
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split('\n')) {
    const [word = ''] = line.trim().split(/\s/, 1);
    if (/^from$/i.test(word)) native = /--platform=["']?\$\{?BUILDPLATFORM\}?/i.test(line);
    if (/^(run|onbuild)$/i.test(word) && !native) return true;
  }
  return false;
}

/** The refusal for a key that the profile does not have. */
export function unknownImage(images: BuildImages, key: string): Refusal {
  const known = Object.keys(images);
  const meant = nearest(key, known);
  const hint =
    meant === undefined ? `the profile has ${known.join(', ') || 'no images'}` : `did you mean \`${meant}\`?`;
  return refuse('USAGE', `the profile has no image \`${key}\``, hint);
}
