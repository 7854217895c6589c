import type { Secret } from '../../core/secret.js';
import type { Plan } from '../step.js';
import { type LabelledFrame, labelledStep, overSteps, stackPlan } from './compose-step.js';

export type RunWish = {
  readonly service: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly entrypoint: string | null;
  readonly user: string | null;
  readonly workdir: string | null;
  /** `NAME=VALUE`, or NAME alone, whose value is in `values` or in podctl's environment. */
  readonly env: readonly string[];
  readonly values: Readonly<Record<string, Secret>>;
  readonly noDeps: boolean;
};

/** Lay out one program in a new container of a service, which goes away afterwards. */
export function decideStackRun(frame: LabelledFrame, { values, ...wish }: RunWish): Plan {
  const why = 'a container of its own for this program, removed when it ends';
  const step = labelledStep(frame, { verb: 'run', ...wish }, { output: 'attached', why });
  return stackPlan(frame, [...overSteps(frame), { ...step, env: { ...step.env, ...values } }]);
}

/** Lay out the watching of sources: the provider carries changes into the services, or builds them again. */
export function decideStackWatch(frame: LabelledFrame, services: readonly string[]): Plan {
  const why = 'carry changes of the sources into the services, until Ctrl-C';
  return stackPlan(frame, [
    ...overSteps(frame),
    labelledStep(frame, { verb: 'watch', services }, { output: 'attached', why }),
  ]);
}
