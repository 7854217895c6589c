import { PodctlError } from '../../core/errors.js';
import { parseImageRef } from '../../core/image-ref.js';
import { resolvePath } from '../../core/path.js';
import type { FoundEngine } from '../../engine/engine.js';
import { isRemote } from '../../plan/build-image.js';
import { fromRefs } from '../../plan/copied-paths.js';
import { type Lock, type LockedImage, lockRef } from '../../profile/lock-file.js';
import type { ResolvedImage } from '../../profile/resolved.js';
import type { Context } from '../context.js';
import { chooseEngine, type EngineRequest } from '../engine-choice.js';
import type { NamedImages } from '../images.js';
import { flavourOf } from '../project.js';

type Wish = { readonly names: readonly string[]; readonly engine: string | undefined };

/** The images as they are now: pulled ones by their registry's digest, built ones by their id. Nothing is pulled. */
export async function lookAtImages(images: NamedImages, wish: Wish, context: Context): Promise<Lock> {
  const { named } = images;
  const keys = wish.names.length > 0 ? wish.names : Object.keys(named);
  const needed = keys.some((key) => named[key]?.context !== undefined);
  const found = await engineFor({ project: images.chosen.project, wanted: wish.engine, needed }, context);
  const entries: [string, LockedImage][] = [];
  for (const key of keys) {
    const image = named[key];
    if (image === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- a few images, and a registry that limits its askers
    const entry =
      image.context === undefined
        ? await pulled(image, found, context)
        : await built(image, { found, images }, context);
    if (entry !== null) entries.push([key, entry]);
  }
  return Object.fromEntries(entries);
}

type Asked = { readonly found: FoundEngine | null; readonly images: NamedImages };

// Registries are asked without an engine; what was built here is known to the engine alone.
async function engineFor(
  { project, wanted, needed }: Pick<EngineRequest, 'project' | 'wanted'> & { readonly needed: boolean },
  context: Context,
): Promise<FoundEngine | null> {
  try {
    return await chooseEngine({ wanted, project, purpose: 'look' }, context);
  } catch (error) {
    if (!(error instanceof PodctlError) || error.code !== 'UNAVAILABLE' || needed) throw error;
    return null;
  }
}

async function pulled(image: ResolvedImage, found: FoundEngine | null, context: Context): Promise<LockedImage> {
  const ref = lockRef(image);
  const { digest, platforms } = await lookUp(ref, found, context);
  return { kind: 'pulled', ref, digest, platforms };
}

async function built(image: ResolvedImage, asked: Asked, context: Context): Promise<LockedImage | null> {
  const { found } = asked;
  const ref = lockRef(image);
  if (found === null) return null;
  const { makeObserver } = await context.rooms.observe();
  const facts = await makeObserver(found, { host: context.world.host }).image(ref);
  if (facts === null) {
    context.output.note(
      `note: image \`${image.key}\` is not built yet, and stays out of the lock; build it with podctl build`,
    );
    return null;
  }
  return { kind: 'built', ref, id: `sha256:${facts.id}`, from: await basesOf(image, asked, context) };
}

// Digests of what the Containerfile names by itself. A base that is in no registry was built here, and has a lock of its own.
async function basesOf(
  image: ResolvedImage,
  { found, images }: Asked,
  context: Context,
): Promise<Readonly<Record<string, string>>> {
  const own = new Set(Object.values(images.named).map(lockRef));
  const bases: [string, string][] = [];
  for (const ref of fromRefs(await containerfileOf(image, images, context))) {
    if (own.has(ref) || own.has(`${ref}:latest`) || parseImageRef(ref).domain === 'localhost') continue;
    try {
      bases.push([ref, (await lookUp(ref, found, context)).digest]);
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      context.output.note(`note: image \`${image.key}\`: \`FROM ${ref}\` is not locked: ${error.message}`);
    }
  }
  return Object.fromEntries(bases);
}

async function containerfileOf(
  { context: folder = '.', file }: ResolvedImage,
  { chosen: { project } }: NamedImages,
  { world }: Context,
): Promise<string> {
  if (isRemote(folder)) return '';
  const flavour = flavourOf(world.host);
  const base = resolvePath(project.root, folder, flavour);
  const paths =
    file === undefined
      ? ['Containerfile', 'Dockerfile'].map((name) => resolvePath(base, name, flavour))
      : [resolvePath(project.root, file, flavour)];
  for (const path of paths) {
    const text = await world.files.readText(path);
    if (text !== null) return text;
  }
  return '';
}

async function lookUp(ref: string, found: FoundEngine | null, { rooms, world }: Context) {
  const room = await rooms.registry();
  return room.lookUp(ref, { host: world.host, files: world.files, found });
}
