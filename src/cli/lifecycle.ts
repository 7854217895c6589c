import type { LifecycleWish } from '../plan/decide-lifecycle.js';
import type { ContainerFacts } from '../spec/facts.js';
import { carryOut } from './carry-out.js';
import { oneContainer, openSite, projectContainers, type Site } from './containers.js';
import type { Context } from './context.js';
import type { LifecycleOptions } from './lifecycle-options.js';
import { decideOwn, reportContainers } from './own-containers.js';
import { printPlan } from './print-plan.js';
import { stackNearby } from './stack/place.js';

/**
 * Carry out a verb on containers of this project, those of a stack through its provider, or print or explain it. Prints the names of
 * those that it touched.
 */
export async function runLifecycle(wish: LifecycleWish, options: LifecycleOptions, context: Context): Promise<number> {
  const place = await stackNearby(options.stack, context.world);
  if (place !== null && wish.verb !== 'exec') {
    const { runStackVerb } = await import('./stack/lifecycle.js');
    const code = await runStackVerb(wish, { place, options }, context);
    if (code !== null) return code;
  }
  const printed = options.dryRun || context.purpose === 'explain';
  const request = { engine: options.engine, purpose: printed ? 'plan' : 'act', project: place?.project } as const;
  const site = await openSite(request, context);
  const containers = await chosen(wish, options, site);
  const { mode } = options.selection;
  const decision = await decideOwn({ wish, containers, mode, envFiles: options.envFiles ?? [] }, site, context);
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('./run/explain.js');
    const built = { origins: {}, notes: [] };
    await printExplanation({ plan: decision.plan, built, texts: [], how: options }, context);
    return 0;
  }
  if (options.dryRun) {
    printPlan(decision.plan, options, context);
    return 0;
  }
  const { exitCode } = await carryOut(decision.plan, site.found, context);
  if (wish.verb !== 'logs' && wish.verb !== 'exec') reportContainers(decision.containers, options, context);
  return exitCode;
}

async function chosen(
  { verb }: LifecycleWish,
  { selection, stack }: LifecycleOptions,
  site: Site,
): Promise<readonly ContainerFacts[]> {
  return verb === 'logs' || verb === 'exec'
    ? [await oneContainer({ ...selection, stack: stack?.projectName }, site)]
    : projectContainers(selection, site);
}
