import { LABEL } from '../core/project.js';
import { type LifecycleAction, renderLifecycle } from '../render/argv/verbs.js';
import type { ContainerFacts } from '../spec/facts.js';
import { execStep, wayOf } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import { type PlanFrame, planOf } from './run-input.js';
import { removeLeftSecrets } from './secret-steps.js';
import type { ExecStep, Plan, Step, StepOutput } from './step.js';

/** What a person asks for. `timeout` in milliseconds; null: the container's own. */
export type LifecycleWish =
  | { readonly verb: 'start' }
  | { readonly verb: 'stop' | 'restart' | 'down'; readonly timeout: number | null }
  | {
      readonly verb: 'logs';
      readonly follow: boolean;
      readonly tail: number | null;
      readonly since: string | null;
      readonly timestamps: boolean;
    }
  | {
      readonly verb: 'exec';
      readonly command: readonly string[];
      readonly interactive: boolean;
      readonly tty: boolean;
      readonly workdir: string | null;
      readonly user: string | null;
    };

export type LifecycleInput = PlanFrame & {
  readonly wish: LifecycleWish;
  /** The containers that are meant, as chosen from those with the project's label. */
  readonly containers: readonly ContainerFacts[];
  /** Value of the project's label: nothing without it is touched. */
  readonly project: string;
  /** Secret files by container, for `down`. */
  readonly secretFiles?: Readonly<Record<string, readonly string[]>> | undefined;
};

/** `containers`: exactly those that the plan touches, for a list before it is carried out. */
export type LifecycleDecision =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly containers: readonly ContainerFacts[] }
  | Refusal;

/** Lay out what a lifecycle verb does to containers that are there. Ones that already are as wanted are left alone. */
export function decideLifecycle(input: LifecycleInput): LifecycleDecision {
  const { wish, containers } = input;
  const stranger = containers.find(({ labels }) => labels[LABEL.project] !== input.project);
  if (stranger !== undefined) {
    return refuse(
      'REFUSED',
      `container \`${stranger.name}\` is not of this project`,
      'podctl touches only what carries its label for the project',
    );
  }
  if (wish.verb === 'logs' || wish.verb === 'exec') return decideForOne(input, wish);
  const touched = containers.filter((container) => needs(wish.verb, container));
  return { kind: 'plan', plan: planOf(input, steps(input, wish, touched)), containers: touched };
}

type Many = Exclude<LifecycleWish, { readonly verb: 'logs' | 'exec' }>;
type One = Extract<LifecycleWish, { readonly verb: 'logs' | 'exec' }>;

const ALIVE = ['running', 'paused', 'restarting'];

function needs(verb: Many['verb'], { state }: ContainerFacts): boolean {
  if (verb === 'start') return !ALIVE.includes(state);
  return verb === 'stop' ? ALIVE.includes(state) : true;
}

function steps(input: LifecycleInput, wish: Many, containers: readonly ContainerFacts[]): readonly Step[] {
  const all = names(containers);
  if (all.length === 0) return [];
  if (wish.verb === 'start') return [step(input, { verb: 'start', containers: all }, 'start them again')];
  const { timeout } = wish;
  if (wish.verb === 'restart') {
    return [step(input, { verb: 'restart', containers: all, timeout }, 'stop them and start them again')];
  }
  const alive = containers.filter(({ state }) => ALIVE.includes(state));
  // What runs beside an application copies its last words: it is stopped after it.
  const stop = [alive.filter((one) => !isBeside(one)), alive.filter(isBeside)]
    .filter((group) => group.length > 0)
    .map((group) =>
      step(input, { verb: 'stop', containers: names(group), timeout }, 'let their programs end in order'),
    );
  if (wish.verb === 'stop') return stop;
  // One that was started with --rm goes by itself when it stops; --force makes a second removal of it no error.
  const why = 'remove exactly these; their named volumes stay';
  const left = all.flatMap((name) => input.secretFiles?.[name] ?? []);
  return [
    ...stop,
    step(input, { verb: 'rm', containers: all, force: true, volumes: false }, why),
    ...removeLeftSecrets(left),
  ];
}

function isBeside({ labels }: ContainerFacts): boolean {
  return labels[LABEL.beside] !== undefined;
}

function decideForOne(input: LifecycleInput, wish: One): LifecycleDecision {
  const [container, ...more] = input.containers;
  if (container === undefined || more.length > 0) {
    const there = names(input.containers).join(', ');
    return refuse(
      'USAGE',
      `\`${wish.verb}\` needs exactly one container`,
      there === '' ? 'see `podctl ps`' : `there are ${there}`,
    );
  }
  if (wish.verb === 'exec' && container.state !== 'running') {
    return refuse(
      'UNAVAILABLE',
      `container \`${container.name}\` is ${container.state}, so nothing can be run inside`,
      'start it with `podctl start`',
    );
  }
  const why = wish.verb === 'logs' ? 'what the container wrote' : 'run a program inside the container';
  const plan = planOf(input, [step(input, { ...wish, container: container.name }, why)]);
  return { kind: 'plan', plan, containers: [container] };
}

function names(containers: readonly ContainerFacts[]): readonly string[] {
  return containers.map(({ name }) => name);
}

function step(input: LifecycleInput, action: LifecycleAction, why: string): ExecStep {
  const output: StepOutput = action.verb === 'logs' || action.verb === 'exec' ? 'attached' : 'quiet';
  return execStep(renderLifecycle(wayOf(input), action), { output, why });
}
