import { renderPullMany } from '../../render/argv/verbs.js';
import { canDo, OPTION_FEATURES } from '../../spec/stack/features.js';
import { execStep, wayOf } from '../make-step.js';
import type { Plan } from '../step.js';
import { composeStep, type StackFrame, stackPlan } from './compose-step.js';

export type StackBuildWish = {
  readonly services: readonly string[];
  /** Ask registries for newer bases. */
  readonly pull: boolean;
  readonly noCache: boolean;
};

/** Lay out the build of a stack's images. */
export function decideStackBuild(frame: StackFrame, wish: StackBuildWish): Plan {
  const why = 'build the images of the services that say how';
  return stackPlan(frame, [composeStep(frame, { verb: 'build', ...wish }, { output: 'progress', why })]);
}

export type StackPullWish = {
  readonly services: readonly string[];
  /** Images of the services that are meant and are not built here. */
  readonly images: readonly string[];
};

/** Lay out the pull of a stack's images. A provider that can only pull all of them leaves it to the engine. */
export function decideStackPull(frame: StackFrame, { services, images }: StackPullWish): Plan {
  const about = { output: 'progress', why: 'ask the registries for newer images' } as const;
  if (canDo(frame.provider, OPTION_FEATURES.pullService)) {
    return stackPlan(frame, [composeStep(frame, { verb: 'pull', services }, about)]);
  }
  return stackPlan(frame, images.length === 0 ? [] : [execStep(renderPullMany(wayOf(frame), images), about)]);
}
