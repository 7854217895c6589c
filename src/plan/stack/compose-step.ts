import { Secret } from '../../core/secret.js';
import { type ComposeAction, type ComposeWay, renderCompose } from '../../render/argv/compose.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';
import { execStep } from '../make-step.js';
import type { PlanFrame } from '../run-input.js';
import type { ExecStep, FileStep, Plan, Step, StepOutput } from '../step.js';

/** What every plan for a stack is made from. */
export type StackFrame = PlanFrame & {
  readonly provider: ProviderFacts;
  readonly way: Omit<ComposeWay, 'provider'>;
  /** Variables that the compose files use, with their values. */
  readonly environment: Readonly<Record<string, string | Secret>>;
};

/** For what makes things: podctl's labels, as a file over the project's own. */
export type LabelledFrame = StackFrame & {
  /** `write`: what stands there now is another text, or nothing. */
  readonly labels: { readonly path: string; readonly content: string; readonly write: boolean };
};

/** One thing that the provider is asked to do to what is there. */
export function composeStep(
  frame: StackFrame,
  action: ComposeAction,
  about: { readonly output: StepOutput; readonly why: string },
): ExecStep {
  const tokens = renderCompose({ ...frame.way, provider: frame.provider }, action);
  const secrets = Object.values(frame.environment).filter((value) => value instanceof Secret);
  const step = execStep(tokens, { ...about, env: frame.provider.env, hides: secrets });
  return Object.keys(frame.environment).length === 0 ? step : { ...step, environment: frame.environment };
}

/** One thing that the provider is asked to make: it carries podctl's labels. */
export function labelledStep(
  frame: LabelledFrame,
  action: ComposeAction,
  about: Parameters<typeof composeStep>[2],
): ExecStep {
  const files = [...frame.way.files, frame.labels.path];
  return composeStep({ ...frame, way: { ...frame.way, files } }, action, about);
}

/** Write the file with podctl's labels, where it is not there already. */
export function labelSteps({ labels }: LabelledFrame): readonly FileStep[] {
  const { path, content, write } = labels;
  if (!write) return [];
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')));
  const none = { mode: null, content: null, always: false };
  return [
    { do: 'file', action: 'mkdir', path: folder, ...none, mode: 0o700, why: 'what podctl keeps for this project' },
    {
      do: 'file',
      action: 'write',
      path,
      mode: 0o600,
      content,
      always: false,
      why: "podctl's labels, as a file over the project's own",
    },
  ];
}

/** A plan for a stack. */
export function stackPlan(frame: StackFrame, steps: readonly Step[]): Plan {
  const { name, version, assumed } = frame.engine;
  const provider = { name: frame.provider.name, version: frame.provider.version };
  return { profile: frame.profile, mode: frame.mode, engine: { name, version, assumed }, provider, steps };
}
