import { formatProject } from '../core/project.js';
import { decideLifecycle, type LifecycleDecision, type LifecycleWish } from '../plan/decide-lifecycle.js';
import { refusalError } from '../plan/refusal.js';
import type { ContainerFacts } from '../spec/facts.js';
import type { Site } from './containers.js';
import type { Context } from './context.js';

/** What a lifecycle verb is to do to containers of a profile's commands. */
export type OwnWish = {
  readonly wish: LifecycleWish;
  readonly containers: readonly ContainerFacts[];
  readonly mode: string | undefined;
  readonly envFiles: readonly string[];
};

/** Lay out a verb for containers that podctl itself started, and look at them again where they start anew. Throws its refusal. */
export async function decideOwn(
  { wish, containers, mode, envFiles }: OwnWish,
  site: Site,
  context: Context,
): Promise<Extract<LifecycleDecision, { readonly kind: 'plan' }>> {
  const decision = decideLifecycle({
    profile: null,
    mode: mode ?? null,
    engine: site.found.facts,
    connection: site.found.connection,
    wish,
    containers,
    project: formatProject(site.project.id),
    secretFiles: wish.verb === 'down' ? await secretFiles(containers, site, context) : {},
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  if (wish.verb === 'start' || wish.verb === 'restart') {
    const { auditAgain } = await import('./audit-again.js');
    await auditAgain(decision.containers, { ...site, envFiles }, context);
  }
  return decision;
}

// What containers in the background have mounted goes with them.
async function secretFiles(
  containers: readonly ContainerFacts[],
  { found }: Site,
  { rooms, world }: Context,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { secretFilesOf } = await rooms.secretFiles();
  const deps = { connection: found.connection, host: world.host, files: world.files };
  const all = containers.map(async ({ name }) => [name, await secretFilesOf(name, deps)] as const);
  return Object.fromEntries(await Promise.all(all));
}

/** Print the names of what was touched. */
export function reportContainers(
  containers: readonly ContainerFacts[],
  { json }: { readonly json: boolean },
  { output }: Context,
): void {
  const names = containers.map(({ name }) => name);
  if (json) output.json({ containers: names });
  else if (names.length === 0) output.note('nothing to do: no container of this project is in that state');
  else output.text(names.map((name) => `${name}\n`).join(''));
}
