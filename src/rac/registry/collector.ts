import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../io/clock.js';
import { type RacLog, wordsOf } from '../log.js';
import type { Store } from '../store/store.js';
import type { RacEnv } from '../web/request.js';
import type { RegistryClient } from './client.js';
import type { RegistryServer } from './supervise.js';

export type CollectorDeps = {
  readonly registry: Pick<RegistryServer, 'collect'>;
  readonly store: Pick<Store, 'get' | 'run'>;
  readonly clock: Clock;
  readonly log: RacLog;
};

/** Takes layers that nothing needs out of the registry, when nobody pushes. */
export type Collector = {
  /** The same client; what is removed through it makes a collection due. */
  readonly watching: (client: RegistryClient) => RegistryClient;
  /** For the token endpoint: who asks while layers are collected waits for the end of that, so that no push begins meanwhile. */
  readonly gate: MiddlewareHandler<RacEnv>;
  /** Now, whoever pushes: how many layers went. */
  readonly collect: () => Promise<number>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

const LOOK_EVERY_MS = 60_000;
/** No client has asked for a token so long, which is longer than one is good for: its last push has ended, or will ask again. */
const QUIET_MS = 7 * 60_000;
/** Where pushes never end, those of one moment are told to try again. */
const LONGEST_WAIT_MS = 6 * 3_600_000;
const DUE = 'registry.collect-since';

export function openCollector(deps: CollectorDeps): Collector {
  const { clock } = deps;
  const ended = new AbortController();
  const due = openDue(deps.store);
  const collections = openCollections(deps, due);
  const look = lookNow(deps, { due, collections });
  let looking: Promise<void> = Promise.resolve();
  return {
    collect: collections.collect,
    watching: (client) => ({
      ...client,
      remove: async (name, digest, keeping) => {
        await client.remove(name, digest, keeping);
        due.mark(clock.now());
      },
    }),
    gate: async (_context, next) => {
      await collections.pass();
      await next();
    },
    start: () => {
      looking = forEver(look, clock, ended.signal);
    },
    stop: async () => {
      ended.abort();
      await looking;
      await collections.ended();
    },
  };
}

/** Since when something was removed that no collection has followed; kept in the database, so that a restart does not forget it. */
type Due = { readonly since: () => number | null; readonly mark: (now: number) => void; readonly clear: () => void };

function openDue(store: CollectorDeps['store']): Due {
  return {
    since: () => {
      const row = store.get('SELECT value FROM setting WHERE key = ?', DUE);
      return row === undefined ? null : Number(row['value']);
    },
    // The first removal since the last collection counts: a busy registry is collected too.
    mark: (now) =>
      void store.run('INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', DUE, String(now)),
    clear: () => void store.run('DELETE FROM setting WHERE key = ?', DUE),
  };
}

/** Collections, one after the other, and those who wait for their end. */
type Collections = {
  readonly collect: () => Promise<number>;
  /** Resolves when none is under way. */
  readonly ended: () => Promise<void>;
  /** The same for a client that may push then. */
  readonly pass: () => Promise<void>;
  /** When the last client passed. */
  readonly passedAt: () => number;
};

function openCollections({ registry, clock, log }: CollectorDeps, due: Due): Collections {
  let last: Promise<unknown> = Promise.resolve();
  let passedAt = clock.now();
  const ended = async (): Promise<void> => {
    await last;
  };
  return {
    ended,
    collect: () => {
      const work = last.then(async () => {
        due.clear();
        const gone = goneIn(await registry.collect());
        log.info('layers-collected', { gone });
        return gone;
      });
      last = work.catch(() => undefined);
      return work;
    },
    pass: async () => {
      await ended();
      passedAt = clock.now();
    },
    passedAt: () => passedAt,
  };
}

type Parts = { readonly due: Due; readonly collections: Collections };

/** Collect if that is due and nobody pushes. */
function lookNow({ clock, log }: CollectorDeps, { due, collections }: Parts): () => Promise<void> {
  return async () => {
    const since = due.since();
    if (since === null) return;
    const now = clock.now();
    if (now - collections.passedAt() < QUIET_MS && now - since < LONGEST_WAIT_MS) return;
    try {
      await collections.collect();
    } catch (error) {
      log.warn('not-collected', { problem: wordsOf(error) });
      due.mark(clock.now());
    }
  };
}

async function forEver(work: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    if (!signal.aborted) await work();
  }
}

// `12 blobs marked, 3 blobs and 0 manifests eligible for deletion`.
function goneIn(said: string): number {
  return Number(/(\d+) blobs(?: and \d+ manifests)? eligible for deletion/.exec(said)?.[1] ?? 0);
}
