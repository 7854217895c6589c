import type { Plan } from '../../plan/step.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import { printPlan } from '../print-plan.js';
import type { StackOptions } from './options.js';
import type { StackSite } from './site.js';

/** What is asked of a stack: to do it, or only to print or explain it. */
export function purposeOf({ dryRun }: Pick<StackOptions, 'dryRun'>, { purpose }: Context): 'plan' | 'act' {
  return dryRun || purpose === 'explain' ? 'plan' : 'act';
}

type Shown = Pick<StackSite, 'found' | 'provider' | 'stack' | 'variables'>;

/** Print, explain or carry out a plan for a stack. null: it was only shown. */
export async function finishStack(
  plan: Plan,
  { site, options }: { readonly site: Shown; readonly options: StackOptions },
  context: Context,
): Promise<{ readonly exitCode: number; readonly stdout: string } | null> {
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('../run/explain.js');
    const { stackOrigins } = await import('./origins.js');
    const built = { origins: stackOrigins(site, options), notes: [] };
    await printExplanation({ plan, built, texts: [], how: options }, context);
    return null;
  }
  if (options.dryRun) {
    printPlan(plan, options, context);
    return null;
  }
  await wakePodman(site, context);
  return carryOut(plan, site.found, context);
}

/** Compose's own programs reach podman through its API: see that it answers. It ends by itself when nobody uses it. */
export async function wakePodman(
  { found, provider }: Pick<StackSite, 'found' | 'provider'>,
  { world, rooms }: Context,
): Promise<void> {
  const compose = provider.kind === 'compose-v2' || provider.kind === 'compose-v1';
  if (found.facts.name !== 'podman' || !compose) return;
  const { startPodmanSocket } = await rooms.podmanSocket();
  await startPodmanSocket(found, world);
}
