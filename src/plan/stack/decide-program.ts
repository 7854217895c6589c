import type { Secret } from '../../core/secret.js';
import { renderLifecycle } from '../../render/argv/verbs.js';
import { execStep, wayOf } from '../make-step.js';
import type { ExecStep, Plan } from '../step.js';
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
  /** Milliseconds that the container may take to end. */
  readonly patience: number;
  /** A name that no container has. */
  readonly name: string;
};

/** Lay out one program in a new container of a service, which goes away afterwards. */
export function decideStackRun(frame: LabelledFrame, { values, name, patience, ...wish }: RunWish): Plan {
  const why = 'a container of its own for this program, removed when it ends';
  const stays = losesCode(frame) ? name : undefined;
  const step = labelledStep(frame, { verb: 'run', ...wish, stays }, { output: 'attached', why });
  const run = { ...step, patience, env: { ...step.env, ...values } };
  return stackPlan(frame, [...overSteps(frame), run, ...(stays === undefined ? [] : [removal(frame, stays)])]);
}

// Through podman's API compose asks for the exit code when the container has removed itself, and takes none for 0.
function losesCode({ engine, provider }: LabelledFrame): boolean {
  return engine.name === 'podman' && (provider.kind === 'compose-v2' || provider.kind === 'compose-v1');
}

function removal(frame: LabelledFrame, name: string): ExecStep {
  const action = { verb: 'rm', containers: [name], force: true, volumes: true } as const;
  const why = 'had it removed itself, podman would not have told its exit code';
  return { ...execStep(renderLifecycle(wayOf(frame), action), { output: 'quiet', why }), always: true };
}

/** Lay out the watching of sources: the provider carries changes into the services, or builds them again. */
export function decideStackWatch(frame: LabelledFrame, services: readonly string[]): Plan {
  const why = 'carry changes of the sources into the services, until Ctrl-C';
  return stackPlan(frame, [
    ...overSteps(frame),
    labelledStep(frame, { verb: 'watch', services }, { output: 'attached', why }),
  ]);
}
