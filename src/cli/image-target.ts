import { PodctlError } from '../core/errors.js';
import { formatImageRef, type ImageParts, parseImageRef, withImageParts } from '../core/image-ref.js';
import { nearest } from '../core/nearest.js';
import type { Origin } from '../core/origin.js';
import type { FoundEngine } from '../engine/engine.js';
import { refOf } from '../plan/build-image.js';
import type { PlanFrame } from '../plan/run-input.js';
import type { Texts } from '../profile/placement.js';
import type { Context } from './context.js';
import { chooseEngine } from './engine-choice.js';
import { type ImageSite, openImageSite } from './images.js';
import { findProject } from './project.js';

/** An image that a command works on: the key of one of the profile's, or any reference. */
export type ImageTarget = {
  readonly ref: string;
  /** Reference of the profile's image that it stands on. */
  readonly base: string | null;
  readonly frame: PlanFrame;
  readonly found: FoundEngine;
  /** Keys of the profile's images, for a hint. */
  readonly keys: readonly string[];
  /** Where the reference comes from, and the texts in which origins are looked up. */
  readonly origins: readonly Origin[];
  readonly texts: Texts;
};

// The word after the action.
const TYPED: readonly Origin[] = [{ kind: 'argument', index: 1 }];

export type TargetOptions = {
  /** Key or reference; undefined: the image that the profile's container runs. */
  readonly image: string | undefined;
  readonly profile: string | undefined;
  readonly engine: string | undefined;
  readonly envFiles: readonly string[];
  readonly dryRun: boolean;
  /** Nothing is changed. */
  readonly looks: boolean;
};

/** Find out which image is meant, and the engine that has it. A reference needs no profile. */
export async function openImageTarget(options: TargetOptions, context: Context): Promise<ImageTarget> {
  const site = await siteOf(options, context);
  return site === null ? withoutProfile(options, context) : fromProfile(options, site);
}

function fromProfile({ image }: TargetOptions, site: ImageSite): ImageTarget {
  const { images, wanted, frame, found } = site;
  const texts = site.chosen.loaded.layers;
  const key = image ?? wanted[0] ?? '';
  const keys = Object.keys(images);
  const own = Object.hasOwn(images, key) ? images[key] : undefined;
  if (own === undefined) return { ref: readRef(image), base: null, frame, found, keys, origins: TYPED, texts };
  const base = own.base === undefined ? undefined : images[own.base];
  const known = site.origins();
  const origins = ['server', 'project', 'name', 'tag'].flatMap((field) => known[`images/${key}/${field}`] ?? []);
  return { ref: refOf(own), base: base === undefined ? null : refOf(base), frame, found, keys, origins, texts };
}

async function withoutProfile(options: TargetOptions, context: Context): Promise<ImageTarget> {
  const ref = readRef(options.image);
  const project = await findProject(context.world.host, context.world.files);
  const printed = options.dryRun || context.purpose === 'explain';
  const purpose = options.looks ? 'look' : printed ? 'plan' : 'act';
  const found = await chooseEngine({ wanted: options.engine, project, purpose }, context);
  const frame = { profile: null, mode: null, engine: found.facts, connection: found.connection };
  return { ref, base: null, frame, found, keys: [], origins: TYPED, texts: [] };
}

/** The error for an image that the engine does not have. */
export function missingImage({ ref, keys, found }: ImageTarget, word: string | undefined): PodctlError {
  const meant = word === undefined ? undefined : nearest(word, keys);
  return new PodctlError('UNAVAILABLE', `${found.facts.name} has no image \`${ref}\``, {
    hint: meant === undefined ? 'build it with `podctl build`, or pull it' : `did you mean \`${meant}\`?`,
  });
}

/** The target's name with other parts and another tag. Throws PodctlError('USAGE') for what makes no name. */
export function otherName(ref: string, parts: Partial<ImageParts>, tag: string | undefined): string {
  try {
    const named = withImageParts(ref, parts);
    return tag === undefined ? named : formatImageRef({ ...parseImageRef(named), tag, digest: null });
  } catch (error) {
    throw asUsage(error);
  }
}

/** A reference as typed; `latest` where it says nothing. Throws PodctlError('USAGE'). */
export function readRef(text: string | undefined): string {
  if (text === undefined) throw noImage();
  // An image's id is no name, but every engine takes it; what could be either is left to the engine.
  if (/^(sha256:)?[0-9a-f]{12,64}$/.test(text)) return text;
  try {
    const ref = parseImageRef(text);
    return formatImageRef(ref.tag === null && ref.digest === null ? { ...ref, tag: 'latest' } : ref);
  } catch (error) {
    throw asUsage(error);
  }
}

// A reference is enough by itself: it needs no profile, and not that of the project either when that cannot be used.
async function siteOf(options: TargetOptions, context: Context): Promise<ImageSite | null> {
  const { image, profile, engine, envFiles, dryRun, looks } = options;
  const site = {
    names: [],
    profile,
    engine,
    envFiles,
    dryRun,
    looks,
    via: 'cli',
    tag: undefined,
    parts: {},
    json: false,
    shell: 'sh',
  } as const;
  const look = image === undefined || profile !== undefined || !/[/:]/.test(image);
  if (!look) return null;
  try {
    return await openImageSite(site, context);
  } catch (error) {
    if (image === undefined || profile !== undefined || !(error instanceof PodctlError) || error.code !== 'USAGE')
      throw error;
    return null;
  }
}

function noImage(): PodctlError {
  return new PodctlError('USAGE', 'no image is named', { hint: 'give a key of the profile’s images, or a reference' });
}

function asUsage(error: unknown): Error {
  return error instanceof PodctlError
    ? new PodctlError('USAGE', error.message, { hint: error.hint })
    : new PodctlError('BUG', String(error));
}
