import { formatImageRef, parseImageRef } from '../../core/image-ref.js';
import { decideFresh, type ServiceImage, serviceImages } from '../../plan/stack/decide-fresh.js';
import { fileAsks } from '../../profile/compose/asks.js';
import type { ImageDetails } from '../../spec/image-details.js';
import { OPTION_FEATURES } from '../../spec/stack/features.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import { finishStack, purposeOf } from './finish.js';
import { labelledFrame } from './labels.js';
import type { StackOptions } from './options.js';
import { settlePorts } from './ports.js';
import type { Extra } from './print-wait.js';
import { refuseAsks, refuseOption } from './refuse.js';
import { activeServices, checkServices, startedServices } from './services.js';
import { openStackSite, type StackSite } from './site.js';
import { startAndWait } from './wait.js';

export type FreshOptions = StackOptions & {
  readonly services: readonly string[];
  /** `--timeout`, as typed. */
  readonly timeout: string | undefined;
};

/** Pull what is pulled, build on newer bases what is built, and put new containers where the image changed. */
export async function runStackFresh(options: FreshOptions, context: Context): Promise<number> {
  const purpose = purposeOf(options, context);
  const acts = purpose === 'act';
  const site = await openStackSite({ ...options, purpose, starts: options.services }, context);
  const model = await site.model();
  checkServices(options.services, model, site);
  const started = startedServices(model, { named: options.services, profiles: site.profiles });
  refuseAsks(fileAsks(site.sources), site.provider, started);
  const services = options.services.length > 0 ? options.services : activeServices(model, site.profiles);
  const images = serviceImages(model, services, { project: site.name, kind: site.provider.kind });
  if (images.some(({ built }) => built)) refuseOption(OPTION_FEATURES.buildPull, site.provider);
  const labelled = await labelledFrame(site, context);
  const frame = await settlePorts(labelled, { site, model, started, wish: null, acts }, context);
  const plan = decideFresh(frame, { services, named: services }, images);
  if (!acts) {
    await finishStack(plan, { site, options }, context);
    return 0;
  }
  const before = await imagesOf(images, site, context);
  const also = async (): Promise<Extra> => changes(images, { before, after: await imagesOf(images, site, context) });
  return startAndWait(plan, { site, started, options, also }, context);
}

/** Images by their references, as they were at one time; null: there is none. */
type Seen = ReadonlyMap<string, ImageDetails | null>;

async function imagesOf(
  images: readonly ServiceImage[],
  { found }: StackSite,
  { rooms, world }: Context,
): Promise<Seen> {
  const { makeImageReader } = await rooms.imageReader();
  const read = makeImageReader(found, { host: world.host });
  const refs = [...new Set(images.map(({ image }) => image))];
  return new Map(await Promise.all(refs.map(async (ref) => [ref, await read(ref)] as const)));
}

function changes(
  images: readonly ServiceImage[],
  { before, after }: { readonly before: Seen; readonly after: Seen },
): Extra {
  const rows = images.map(({ service, image, built }) => {
    const [old, now] = [before.get(image) ?? null, after.get(image) ?? null];
    // A pull may give an image a digest, or one more, without another image.
    const changed = old?.id !== now?.id;
    const shown = { before: digestOf(image, changed ? old : now), after: digestOf(image, now) };
    return { service, image, built, ...shown, changed };
  });
  const cells = rows.map((row) => [
    row.service,
    row.image,
    short(row.before),
    short(row.after),
    row.changed ? (row.built ? 'built anew' : 'newer') : 'the same',
  ]);
  return {
    json: { images: rows },
    text: `${formatTable(['SERVICE', 'IMAGE', 'BEFORE', 'AFTER', ''], cells)}\n`,
  };
}

// Its registry's digest under this very name, which people can look up; else the image's own id.
function digestOf(ref: string, image: ImageDetails | null): string | null {
  if (image === null) return null;
  const name = formatImageRef({ ...parseImageRef(ref), tag: null, digest: null });
  const own = image.digests.find((one) => `/${one}`.includes(`/${name}@`));
  return own?.split('@')[1] ?? `sha256:${image.id}`;
}

function short(digest: string | null): string {
  return digest === null ? 'none' : digest.replace(/^sha256:/, '').slice(0, 12);
}
