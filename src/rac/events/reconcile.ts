import type { Push } from '../deploy/push.js';
import { type RacLog, wordsOf } from '../log.js';
import type { RegistryClient } from '../registry/client.js';
import { isRepository } from '../registry/repository.js';
import type { TagsAsHeard } from '../registry/tag-links.js';
import type { Inbox } from './inbox.js';
import type { Shares } from './shares.js';

export type ReconcileDeps = {
  readonly registry: Pick<RegistryClient, 'names' | 'tags' | 'digestOf'>;
  /** Says of a name that its tags are as RAC heard, where that can be seen without the registry. */
  readonly tagsAsHeard: TagsAsHeard | null;
  readonly inbox: Pick<Inbox, 'heard'>;
  readonly accept: (pushes: readonly Push[]) => void;
  /** Whose push to a name it must have been, of all since then; null: that is not known. */
  readonly pusherSince: (name: string, time: number) => Pick<Push, 'actor' | 'address'> | null;
  readonly shares: Shares;
  readonly now: () => number;
  readonly log: RacLog;
};

const NOBODY_KNOWN = { actor: null, address: '' } as const;
/** Questions to the registry at a time. */
const AT_A_TIME = 4;

/**
 * Compare the tags of the registry's names, or of a share of them, with what RAC last heard of each, and take a push for each that differs: its
 * event was lost. The same comparison again finds nothing. Gives how many it found; rejects when the registry does not answer.
 */
export async function reconcile(deps: ReconcileDeps): Promise<number> {
  const names = (await deps.registry.names()).filter(isRepository);
  let found = 0;
  const queue = [...deps.shares.choose(names)];
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- a few at a time
      const more = (await isAsHeard(name, deps)) ? 0 : await compare(name, deps);
      found += more;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  if (found > 0) deps.log.warn('events-were-lost', { found });
  return found;
}

async function isAsHeard(name: string, { tagsAsHeard, inbox }: ReconcileDeps): Promise<boolean> {
  return (await tagsAsHeard?.(name, (tag) => inbox.heard(name, tag)?.digest ?? null)) === true;
}

async function compare(name: string, deps: ReconcileDeps): Promise<number> {
  const { registry, inbox, accept, pusherSince, shares, now, log } = deps;
  const lost: Push[] = [];
  try {
    for (const tag of await registry.tags(name)) {
      // oxlint-disable-next-line no-await-in-loop -- few tags, and the registry shares the machine
      const digest = await registry.digestOf(name, tag);
      // Heard is asked last: the event may have come meanwhile.
      const heard = inbox.heard(name, tag);
      if (digest === null || heard?.digest === digest) continue;
      // A tag may come back to a digest that it had: what it had between is a part of the id.
      const id = `reconcile:${name}:${tag}:${digest}${heard === null ? '' : `:after:${heard.digest.slice(-12)}`}`;
      lost.push({ id, name, tag, digest, ...(pusherSince(name, heard?.at ?? 0) ?? NOBODY_KNOWN), at: now() });
    }
  } catch (error) {
    shares.missed(name);
    log.warn('not-compared', { name, problem: wordsOf(error) });
  }
  if (lost.length > 0) accept(lost);
  return lost.length;
}
