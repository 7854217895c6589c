import { Secret } from '../../core/secret.js';
import { type ComposeAction, type ComposeWay, renderCompose } from '../../render/argv/compose.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';
import { execStep, folderOf } from '../make-step.js';
import type { PlanFrame } from '../run-input.js';
import type { ExecStep, FileStep, Plan, Step, StepOutput } from '../step.js';

/** What every plan for a stack is made from. */
export type StackFrame = PlanFrame & {
  readonly provider: ProviderFacts;
  readonly way: Omit<ComposeWay, 'provider'>;
  /** Variables that the compose files use, with their values. */
  readonly environment: Readonly<Record<string, string | Secret>>;
};

/** A file of podctl's over the project's own. `write`: what stands there now is another text, or nothing. */
export type OverFile = {
  readonly path: string;
  readonly content: string;
  readonly write: boolean;
  readonly why: string;
};

/** For what makes things: podctl's labels, and what else it says over the project's own files. */
export type LabelledFrame = StackFrame & { readonly over: readonly OverFile[] };

/** One thing that the provider is asked to do to what is there. */
export function composeStep(
  frame: StackFrame,
  action: ComposeAction,
  about: { readonly output: StepOutput; readonly why: string },
): ExecStep {
  const tokens = renderCompose({ ...frame.way, provider: frame.provider }, action);
  const secrets = Object.values(frame.environment).filter((value) => value instanceof Secret);
  const { kind, env } = frame.provider;
  // What it prints, all values among it, is kept for errors.
  const silent = kind === 'podman-compose' && about.output === 'progress';
  const step = execStep(tokens, { ...about, output: silent ? 'quiet' : about.output, env, hides: secrets });
  return {
    ...step,
    ...(Object.keys(frame.environment).length === 0 ? {} : { environment: frame.environment }),
    ...(kind === 'podman-compose' && about.output !== 'attached' ? { judge: 'podman-compose' as const } : {}),
  };
}

/** One thing that the provider is asked to make: it carries podctl's labels. */
export function labelledStep(
  frame: LabelledFrame,
  action: ComposeAction,
  about: Parameters<typeof composeStep>[2],
): ExecStep {
  const files = [...frame.way.files, ...frame.over.map(({ path }) => path)];
  return composeStep({ ...frame, way: { ...frame.way, files } }, action, about);
}

/** Write podctl's own files, where they are not there already. */
export function overSteps({ over }: LabelledFrame): readonly FileStep[] {
  const written = over.filter(({ write }) => write);
  const none = { mode: null, content: null, always: false };
  const folders = [...new Set(written.map(({ path }) => folderOf(path)))];
  return [
    ...folders.map(
      (path): FileStep => ({
        do: 'file',
        action: 'mkdir',
        path,
        ...none,
        mode: 0o700,
        why: 'what podctl keeps for this project',
      }),
    ),
    ...written.map(
      ({ path, content, why }): FileStep => ({
        do: 'file',
        action: 'write',
        path,
        mode: 0o600,
        content,
        always: false,
        why,
      }),
    ),
  ];
}

/** A plan for a stack. */
export function stackPlan(frame: StackFrame, steps: readonly Step[]): Plan {
  const { name, version, assumed } = frame.engine;
  const provider = { name: frame.provider.name, version: frame.provider.version };
  return { profile: frame.profile, mode: frame.mode, engine: { name, version, assumed }, provider, steps };
}
