import type { Clock } from '../../io/clock.js';
import type { Deploy, Push } from '../deploy/push.js';
import { type RacLog, wordsOf } from '../log.js';
import type { RegistryClient } from '../registry/client.js';
import type { Store } from '../store/store.js';
import { type Inbox, openInbox } from './inbox.js';
import { openProcessor } from './processor.js';
import { type ReconcileDeps, reconcile } from './reconcile.js';
import { openShares, type Shares } from './shares.js';

export type EventsDeps = {
  readonly store: Store;
  readonly registry: Pick<RegistryClient, 'names' | 'tags' | 'digestOf'>;
  readonly tagsAsHeard: ReconcileDeps['tagsAsHeard'];
  /** How often the registry was started. */
  readonly starts: () => number;
  readonly deploy: Deploy;
  readonly pusherSince: ReconcileDeps['pusherSince'];
  readonly clock: Clock;
  readonly log: RacLog;
};

/** From the registry's word of a push to its deployment. */
export type Events = {
  /** Stored when it returns. */
  readonly accept: (pushes: readonly Push[]) => void;
  /** Deploys what an earlier life left, and compares tags now, each minute, and all of them after each start of the registry. It must run. */
  readonly start: () => void;
  /** Compares tags now: the registry was away, and keeps what it has to tell only in memory. */
  readonly compare: () => void;
  readonly stop: () => Promise<void>;
  /** Pushes that wait or are under way. */
  readonly waiting: () => number;
};

const COMPARE_EVERY_MS = 60_000;
/** The registry may be starting again. */
const COMPARE_AGAIN_MS = 2_000;
/** One name may never be readable. */
const COMPARE_MISSED_MS = 10_000;

export function openEvents(deps: EventsDeps): Events {
  const { store, deploy, clock, log } = deps;
  const inbox = openInbox(store, clock.now);
  const processor = openProcessor({ inbox, deploy, now: clock.now, log, later });
  // What comes before `start` waits for it: until then the engine's containers are still being found again.
  let started = false;
  const accept = (pushes: readonly Push[]): void => {
    if (inbox.accept(pushes) > 0 && started) processor.look();
  };
  const comparisons = openComparisons(deps, { inbox, accept });
  return {
    accept,
    start: () => {
      started = true;
      processor.look();
      comparisons.start();
    },
    compare: comparisons.now,
    stop: async () => {
      await comparisons.stop();
      await processor.stop();
    },
    waiting: inbox.waiting,
  };
}

type Comparisons = { readonly start: () => void; readonly now: () => void; readonly stop: () => Promise<void> };

function openComparisons(
  { registry, tagsAsHeard, starts, pusherSince, clock, log }: EventsDeps,
  { inbox, accept }: { readonly inbox: Inbox; readonly accept: Events['accept'] },
): Comparisons {
  const { shares, missedOne } = countedShares(openShares({ starts, knows: inbox.knows }));
  const ended = new AbortController();
  let again = new AbortController();
  let comparing: Promise<void> = Promise.resolve();
  const once = async (): Promise<number> => {
    try {
      await reconcile({ registry, tagsAsHeard, inbox, accept, pusherSince, shares, now: clock.now, log });
      return missedOne() ? COMPARE_MISSED_MS : COMPARE_EVERY_MS;
    } catch (error) {
      log.warn('not-compared', { problem: wordsOf(error) });
      return COMPARE_AGAIN_MS;
    }
  };
  const forEver = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      again = new AbortController();
      await clock.sleep(await once(), AbortSignal.any([ended.signal, again.signal]));
    }
  };
  return {
    start: () => {
      comparing = forEver();
    },
    now: () => again.abort(),
    stop: async () => {
      ended.abort();
      await comparing;
    },
  };
}

/** `missedOne`: a name was missed since it was asked last. */
function countedShares(all: Shares): { readonly shares: Shares; readonly missedOne: () => boolean } {
  let missed = false;
  const note = (name: string): void => {
    missed = true;
    all.missed(name);
  };
  const missedOne = (): boolean => {
    const before = missed;
    missed = false;
    return before;
  };
  return { shares: { ...all, missed: note }, missedOne };
}

function later(work: () => void, milliseconds: number): () => void {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
}
