import { renderPull } from '../render/argv/image.js';
import type { Via } from '../spec/capability.js';
import { imageProblems } from '../spec/image-capability.js';
import { type BuildImage, type BuildImages, platformsOf, refOf, unknownImage } from './build-image.js';
import { pullPath } from './image-paths.js';
import { engineStep, execStep, wayOf } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import { type PlanFrame, planOf } from './run-input.js';
import type { Plan, Step } from './step.js';

export type PullInput = PlanFrame & {
  readonly images: BuildImages;
  readonly wanted: readonly string[];
  readonly via?: Via;
};

/** Lay out the pulls. Images that are built here are left alone unless they are all that is wanted. */
export function decidePull(input: PullInput): { readonly kind: 'plan'; readonly plan: Plan } | Refusal {
  const images: BuildImage[] = [];
  for (const key of input.wanted) {
    const image = input.images[key];
    if (image === undefined) return unknownImage(input.images, key);
    images.push(image);
  }
  const pulled = images.filter((image) => image.context === undefined);
  const [first] = images;
  if (pulled.length === 0 && first !== undefined) {
    const message = `image \`${first.key}\` is built here, not pulled`;
    return refuse('USAGE', message, 'build it with `podctl build`');
  }
  const problem = pulled.flatMap((image) => problemsOf(input, image))[0];
  if (problem !== undefined) return refuse('UNAVAILABLE', problem.message, problem.hint ?? 'run with --via cli');
  const steps = pulled.map((image) => pullStep(input, image, `image \`${image.key}\` was asked for`));
  return { kind: 'plan', plan: planOf(input, steps) };
}

/** One pull, by the engine's program or its API. An image of several platforms is pulled for the first of them. */
export function pullStep(input: PlanFrame & { readonly via?: Via }, image: BuildImage, why: string): Step {
  const platform = platformsOf(image)[0] ?? null;
  if (input.via === 'api') {
    return engineStep(input, { method: 'POST', path: pullPath(refOf(image), platform), output: 'progress', why });
  }
  const tokens = renderPull(wayOf(input), { image: refOf(image), platform, at: `images/${image.key}` });
  return execStep(tokens, { output: 'progress', why });
}

function problemsOf({ engine, via = 'cli' }: PullInput, image: BuildImage) {
  const platforms = platformsOf(image).slice(0, 1);
  const want = { verb: 'pull', platforms, runsPrograms: false, secrets: [], cacheFrom: [], cacheTo: [] } as const;
  return imageProblems(want, { engine, via, builder: null });
}
