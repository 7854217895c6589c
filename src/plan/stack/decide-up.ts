import { canDo, OPTION_FEATURES } from '../../spec/stack/features.js';
import type { Plan, Step } from '../step.js';
import { composeStep, type LabelledFrame, labelledStep, overSteps, stackPlan } from './compose-step.js';

export type UpWish = {
  /** Empty: all that no profile keeps back. */
  readonly services: readonly string[];
  readonly detach: boolean;
  readonly build: boolean;
  readonly pull: boolean;
  /** Services that a provider without profiles is to be told, in place of none. */
  readonly active: readonly string[];
  /** Milliseconds that those which start may take to end. */
  readonly patience: number;
};

/** Lay out the start of a stack, or of some of its services and what they depend on. */
export function decideUp(frame: LabelledFrame, wish: UpWish): Plan {
  const steps: Step[] = [...overSteps(frame)];
  const { provider } = frame;
  const named = wish.services.length === 0 && !canDo(provider, OPTION_FEATURES.profiles) ? wish.active : wish.services;
  if (wish.pull && !canDo(provider, OPTION_FEATURES.upPull)) {
    const services = canDo(provider, OPTION_FEATURES.pullService) ? wish.services : [];
    const why = 'ask the registries for newer images';
    steps.push(composeStep(frame, { verb: 'pull', services }, { output: 'progress', why }));
  }
  const { build, pull } = wish;
  const up = { verb: 'up', services: named, build, pull } as const;
  if (wish.detach) {
    const why = 'create and start what is not there as the files say it';
    steps.push(labelledStep(frame, { ...up, detach: true }, { output: 'progress', why }));
  } else if (provider.kind === 'podman-compose') steps.push(...watchedStart(frame, named, up));
  else {
    const why = 'create and start, and show what they write until Ctrl-C';
    const { patience } = wish;
    const step = labelledStep(frame, { ...up, detach: false }, { output: 'attached', why });
    steps.push({ ...step, patience, signalCode: true });
  }
  return stackPlan(frame, steps);
}

// Its own start in the foreground makes containers without a look at those that are there, and prints every value.
function watchedStart(
  frame: LabelledFrame,
  services: readonly string[],
  up: { readonly verb: 'up'; readonly services: readonly string[]; readonly build: boolean; readonly pull: boolean },
): readonly Step[] {
  const start = labelledStep(frame, { ...up, detach: true }, { output: 'quiet', why: 'create and start' });
  const logs = { verb: 'logs', services, follow: true, tail: null } as const;
  const stop = { verb: 'stop', services, timeout: null } as const;
  return [
    start,
    composeStep(frame, logs, { output: 'attached', why: 'show what they write until Ctrl-C' }),
    { ...composeStep(frame, stop, { output: 'quiet', why: 'what ran in the foreground ends with it' }), always: true },
  ];
}
