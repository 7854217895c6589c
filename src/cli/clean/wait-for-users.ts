import { runningOf } from '../../plan/clean/decide-reset.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { Context } from '../context.js';
import type { CleanSite } from './site.js';

/** Labels with the name of a service, as providers write them. */
const SERVICE = ['com.docker.compose.service', 'io.podman.compose.service'];

/** Wait, as `up` does, until the services that were stopped for the work are up again. */
export async function waitForUsers(
  users: readonly ContainerFacts[],
  { stack }: Pick<CleanSite, 'stack'>,
  context: Context,
): Promise<void> {
  if (stack === null) return;
  const names = runningOf(users).flatMap(({ labels }) =>
    SERVICE.flatMap((label) => (labels[label] === undefined ? [] : [labels[label]])),
  );
  if (names.length === 0) return;
  const { waitAgain } = await import('../stack/wait.js');
  await waitAgain(stack, new Set(names), context);
}
