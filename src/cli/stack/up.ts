import type { StackWait } from '../../engine/stack/wait.js';
import type { LabelledFrame } from '../../plan/stack/compose-step.js';
import { decideUp } from '../../plan/stack/decide-up.js';
import { stopPatience } from '../../plan/stack/patience.js';
import type { Plan } from '../../plan/step.js';
import { fileAsks } from '../../profile/compose/asks.js';
import type { Context } from '../context.js';
import { bindFolders } from './bind-folders.js';
import { tellDeadInStack } from './dead-images.js';
import { finishStack, purposeOf } from './finish.js';
import { labelledFrame } from './labels.js';
import type { StackOptions } from './options.js';
import { type PortsWish, settlePorts } from './ports.js';
import { refuseAsks } from './refuse.js';
import { activeServices, checkServices, startedServices } from './services.js';
import { openStackSite, type StackSite } from './site.js';
import { dropRecord } from './up-memory.js';

export type UpOptions = StackOptions & {
  readonly services: readonly string[];
  readonly detach: boolean;
  readonly build: boolean;
  readonly pull: boolean;
  /** `--timeout`, as typed. */
  readonly timeout: string | undefined;
  readonly ports: PortsWish;
};

/** Start the stack, or some of its services and what they depend on. */
export async function runUp(options: UpOptions, context: Context): Promise<number> {
  const purpose = purposeOf(options, context);
  const acts = purpose === 'act';
  const site = await openStackSite({ ...options, purpose, starts: options.services }, context);
  const model = await site.model();
  const { services, detach, build, pull } = options;
  checkServices(services, model, site);
  const started = startedServices(model, { named: services, profiles: site.profiles });
  refuseAsks(fileAsks(site.sources), site.provider, started);
  await tellDeadInStack(
    site,
    [...started].flatMap((name) => model.services[name] ?? []),
    context,
  );
  const active = activeServices(model, site.profiles);
  const labelled = await labelledFrame(site, context);
  const frame = await settlePorts(labelled, { site, model, started, wish: options.ports, acts }, context);
  const start = decideUp(frame, { services, detach, build, pull, active, patience: stopPatience(model, started) });
  const plan = { ...start, steps: [...(await bindFolders({ site, model, started }, context)), ...start.steps] };
  if (detach && acts) return startRecorded(plan, { site, started, options, frame }, context);
  const ended = await finishStack(plan, { site, options }, context);
  return ended?.exitCode ?? 0;
}

type Starting = {
  readonly site: StackSite;
  readonly started: ReadonlySet<string>;
  readonly options: UpOptions;
  readonly frame: LabelledFrame;
};

// What is recorded lets the next start see by itself whether anything has changed.
async function startRecorded(
  plan: Plan,
  { site, started, options, frame }: Starting,
  context: Context,
): Promise<number> {
  const { startAndWait, throughApi } = await import('./wait.js');
  const { premisesOf, recordUp } = await import('./up-record.js');
  await dropRecord(options, context.world);
  const { address } = throughApi(site).connection;
  const premises = await premisesOf(site, { frame, address }, context.world);
  const onEnd = (result: StackWait): Promise<void> =>
    premises === null ? Promise.resolve() : recordUp({ asked: options, premises, project: site.name, result }, context);
  return startAndWait(plan, { site, started, options, onEnd }, context);
}
