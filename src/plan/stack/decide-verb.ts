import { COMPOSE_LABEL } from '../../core/compose-label.js';
import { renderNetworkRemove } from '../../render/argv/verbs.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { decideLifecycle, type LifecycleWish } from '../decide-lifecycle.js';
import { execStep, wayOf } from '../make-step.js';
import type { Step } from '../step.js';
import { composeStep, type StackFrame } from './compose-step.js';

/** A verb on services that are there. */
export type VerbWish =
  | Extract<LifecycleWish, { readonly verb: 'start' | 'logs' }>
  | { readonly verb: 'stop' | 'restart'; readonly timeout: number | null }
  | { readonly verb: 'down'; readonly timeout: number | null };

export type VerbInput = {
  readonly wish: VerbWish;
  /** The stack's containers that are meant. */
  readonly containers: readonly ContainerFacts[];
  /** Every service of the stack is meant: its networks go too. */
  readonly whole: boolean;
  /** Networks of the stack, for providers that leave them. */
  readonly networks: readonly string[];
  /** Value of the project's label. */
  readonly project: string;
};

/** `containers`: those that are touched. */
export type VerbSteps = { readonly steps: readonly Step[]; readonly containers: readonly ContainerFacts[] };

/** Lay out what a verb does to services of a stack. Ones that already are as wanted are left alone. */
export function decideVerb(frame: StackFrame, input: VerbInput): VerbSteps {
  const { wish, containers } = input;
  if (wish.verb === 'down') return input.whole ? downWhole(frame, input) : { steps: remove(frame, input), containers };
  const touched = containers.filter((container) => needs(wish.verb, container));
  const services = servicesOf(touched);
  if (services.length === 0) return { steps: [], containers: [] };
  if (wish.verb === 'logs') {
    const { follow, tail } = wish;
    const logs = { verb: 'logs', services, follow, tail } as const;
    return {
      steps: [composeStep(frame, logs, { output: 'attached', why: 'what the services wrote' })],
      containers: touched,
    };
  }
  const action =
    wish.verb === 'start'
      ? ({ verb: 'start', services } as const)
      : { verb: wish.verb, services, timeout: wish.timeout };
  const step = composeStep(frame, action, { output: 'progress', why: WHY[wish.verb] });
  return { steps: [step], containers: touched };
}

const WHY = {
  start: 'start them again',
  stop: 'let their programs end in order',
  restart: 'stop them and start them again',
} as const;

const ALIVE = ['running', 'paused', 'restarting'];

function needs(verb: Exclude<VerbWish['verb'], 'down'>, { state }: ContainerFacts): boolean {
  if (verb === 'start') return !ALIVE.includes(state);
  return verb === 'stop' ? ALIVE.includes(state) : true;
}

function servicesOf(containers: readonly ContainerFacts[]): readonly string[] {
  return [...new Set(containers.map(({ labels }) => labels[COMPOSE_LABEL.service] ?? ''))]
    .filter((name) => name !== '')
    .toSorted();
}

function downWhole(frame: StackFrame, input: VerbInput): VerbSteps {
  const { containers, networks } = input;
  if (frame.provider.kind === 'podman-compose') {
    // It takes containers by the names that the files give now, says nothing of failures, and leaves the networks.
    const why = 'the networks of the stack; its volumes stay';
    const left =
      networks.length === 0 ? [] : [execStep(renderNetworkRemove(wayOf(frame), networks), { output: 'quiet', why })];
    return { steps: [...remove(frame, input), ...left], containers };
  }
  const why = 'stop and remove the containers and networks; volumes stay';
  return {
    steps: [composeStep(frame, { verb: 'down', removeOrphans: true }, { output: 'progress', why })],
    containers,
  };
}

function remove(frame: StackFrame, { containers, project }: VerbInput): readonly Step[] {
  const decision = decideLifecycle({ ...frame, wish: { verb: 'down', timeout: null }, containers, project });
  return decision.kind === 'plan' ? decision.plan.steps : [];
}
