import type { ComposeModel } from '../../spec/stack/model.js';
import type { Plan, Step } from '../step.js';
import { type LabelledFrame, labelledStep, overSteps, stackPlan } from './compose-step.js';
import { decideStackBuild, decideStackPull } from './decide-images.js';

export type FreshWish = {
  /** The services that are meant, each of them. */
  readonly services: readonly string[];
  /** What the provider is told to start; empty: all. */
  readonly named: readonly string[];
};

/** An image that a service runs, and whether it is built here. */
export type ServiceImage = { readonly service: string; readonly image: string; readonly built: boolean };

/** The images of services, by the names that the provider gives those that have none. */
export function serviceImages(
  model: ComposeModel,
  services: readonly string[],
  { project, kind }: { readonly project: string; readonly kind: string },
): readonly ServiceImage[] {
  const joint = kind === 'compose-v2' || kind === 'nerdctl compose' ? '-' : '_';
  return services.flatMap((name) => {
    const service = model.services[name];
    if (service === undefined) return [];
    const built = service.build !== null;
    return [{ service: name, image: service.image ?? `${project}${joint}${name}`, built }];
  });
}

/** Newer images for services, and new containers for those whose image is another one then. */
export function decideFresh(frame: LabelledFrame, wish: FreshWish, images: readonly ServiceImage[]): Plan {
  const pulled = images.filter(({ built }) => !built);
  const built = images.filter((one) => one.built).map(({ service }) => service);
  const steps: Step[] = [...overSteps(frame)];
  if (pulled.length > 0) {
    const refs = [...new Set(pulled.map(({ image }) => image))];
    steps.push(...decideStackPull(frame, { services: pulled.map(({ service }) => service), images: refs }).steps);
  }
  if (built.length > 0) {
    steps.push(...decideStackBuild(frame, { services: built, pull: true, noCache: false }).steps);
  }
  const up = { verb: 'up', services: wish.named, detach: true, build: false, pull: false } as const;
  const why = 'put new containers in the place of those whose image is another one now';
  // The sibling does not look at the image of a container that is there.
  const sibling = frame.provider.kind === 'podman-compose';
  steps.push(
    labelledStep(frame, sibling ? { ...up, forceRecreate: true } : up, { output: sibling ? 'quiet' : 'progress', why }),
  );
  return stackPlan(frame, steps);
}
