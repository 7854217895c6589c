import { decideUp } from '../../plan/stack/decide-up.js';
import { fileAsks } from '../../profile/compose/asks.js';
import type { Context } from '../context.js';
import { tellDeadInStack } from './dead-images.js';
import { finishStack, purposeOf } from './finish.js';
import { labelledFrame } from './labels.js';
import type { StackOptions } from './options.js';
import { type PortsWish, settlePorts } from './ports.js';
import { refuseAsks } from './refuse.js';
import { activeServices, checkServices, startedServices } from './services.js';
import { openStackSite } from './site.js';

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
  const plan = decideUp(frame, { services, detach, build, pull, active });
  if (detach && acts) {
    const { startAndWait } = await import('./wait.js');
    return startAndWait(plan, { site, started, options }, context);
  }
  const ended = await finishStack(plan, { site, options }, context);
  return ended?.exitCode ?? 0;
}
