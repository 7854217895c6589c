import { PodctlError } from '../../core/errors.js';
import { decideStackBuild, decideStackPull } from '../../plan/stack/decide-images.js';
import type { Plan } from '../../plan/step.js';
import type { ComposeModel } from '../../profile/compose/model.js';
import { tableIn } from '../../profile/compose/plain.js';
import { OPTION_FEATURES } from '../../spec/stack/features.js';
import type { Context } from '../context.js';
import { tellDeadInStack } from './dead-images.js';
import { finishStack, purposeOf } from './finish.js';
import type { StackChoice, StackOptions } from './options.js';
import { type StackPlace, stackNearby } from './place.js';
import { refuseOption } from './refuse.js';
import { activeServices, checkServices } from './services.js';
import { readSources, type StackSite, siteAt } from './site.js';

/** Which of the names are services of the stack, and which are images of the profile. null: that part is not meant. */
export type ImageShare = {
  readonly place: StackPlace;
  readonly services: readonly string[] | null;
  readonly images: readonly string[] | null;
};

/**
 * `build` and `pull` act on a profile's images and on a stack's services. Names decide; without any, the stack is meant where the profile
 * has no images, and both where it has [stack] too. null: there is no stack.
 */
export async function shareNames(
  names: readonly string[],
  choice: StackChoice,
  context: Context,
): Promise<ImageShare | null> {
  const place = await stackNearby(choice, context.world);
  if (place === null) return null;
  const keys = Object.keys(place.loaded?.profile.images ?? {});
  if (names.length === 0) {
    const named = place.stack.by !== 'found';
    if (keys.length === 0 || place.stack.by === 'flag') return { place, services: [], images: null };
    return { place, services: named || place.loaded?.profile.stack !== null ? [] : null, images: [] };
  }
  const sources = await readSources(place.stack.files, context.world);
  const known = sources.flatMap(({ data }) => Object.keys(tableIn(data['services'])));
  // What other files bring along only the provider knows.
  const open = sources.some(({ data }) => data['include'] !== undefined);
  const services = names.filter((name) => !keys.includes(name) && (known.includes(name) || open));
  const images = names.filter((name) => !services.includes(name));
  return {
    place,
    services: services.length === 0 ? null : services,
    images: images.length === 0 ? null : images,
  };
}

/** Both parts in one document would be two. */
export function refuseTwoDocuments({ services, images }: ImageShare, { json }: { readonly json: boolean }): void {
  if (!json || services === null || images === null) return;
  throw new PodctlError('USAGE', '`--json` prints one document, and images of the profile and of the stack are meant', {
    hint: 'name the services or the images',
  });
}

export type StackImageOptions = StackOptions & {
  readonly services: readonly string[];
  readonly pull: boolean;
  readonly noCache: boolean;
};

/** Build the images of services. */
export async function buildServices(options: StackImageOptions, place: StackPlace, context: Context): Promise<number> {
  const { services, pull, noCache } = options;
  return onImages({ options, place, context }, ({ frame, provider }) => {
    if (pull) refuseOption(OPTION_FEATURES.buildPull, provider);
    return decideStackBuild(frame, { services, pull, noCache });
  });
}

/** Pull the images of services. */
export async function pullServices(options: StackImageOptions, place: StackPlace, context: Context): Promise<number> {
  const { services } = options;
  return onImages({ options, place, context }, ({ frame, profiles }, model) => {
    const meant = services.length > 0 ? services : activeServices(model, profiles);
    const images = meant.flatMap((name) => {
      const service = model.services[name];
      return service === undefined || service.build !== null ? [] : (service.image ?? []);
    });
    return decideStackPull(frame, { services, images: [...new Set(images)] });
  });
}

type Work = { readonly options: StackImageOptions; readonly place: StackPlace; readonly context: Context };

async function onImages(
  { options, place, context }: Work,
  decide: (site: StackSite, model: ComposeModel) => Plan,
): Promise<number> {
  const site = await siteAt(place, { ...options, purpose: purposeOf(options, context) }, context);
  const model = await site.model();
  checkServices(options.services, model, site);
  const meant = options.services.length > 0 ? options.services : activeServices(model, site.profiles);
  await tellDeadInStack(
    site,
    meant.flatMap((name) => model.services[name] ?? []),
    context,
  );
  const ended = await finishStack(decide(site, model), { site, options }, context);
  if (ended === null) return 0;
  if (options.json) context.output.json({ services: meant });
  return ended.exitCode;
}
