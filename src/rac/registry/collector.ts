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
  const { store, clock, log } = deps;
  const ended = new AbortController();
  let asked = clock.now();
  let open: Promise<unknown> = Promise.resolve();
  let looking: Promise<void> = Promise.resolve();
  const due = (): number | null => {
    const row = store.get('SELECT value FROM setting WHERE key = ?', DUE);
    return row === undefined ? null : Number(row['value']);
  };
  const collect = (): Promise<number> => {
    const work = open.then(async () => {
      store.run('DELETE FROM setting WHERE key = ?', DUE);
      const gone = goneIn(await deps.registry.collect());
      log.info('layers-collected', { gone });
      return gone;
    });
    open = work.catch(() => undefined);
    return work;
  };
  const look = async (): Promise<void> => {
    const since = due();
    if (since === null) return;
    const now = clock.now();
    if (now - asked < QUIET_MS && now - since < LONGEST_WAIT_MS) return;
    try {
      await collect();
    } catch (error) {
      log.warn('not-collected', { problem: wordsOf(error) });
      mark(store, clock.now());
    }
  };
  return {
    collect,
    watching: (client) => ({
      ...client,
      remove: async (name, digest, keeping) => {
        await client.remove(name, digest, keeping);
        mark(store, clock.now());
      },
    }),
    gate: async (_context, next) => {
      await open;
      asked = clock.now();
      await next();
    },
    start: () => {
      looking = forEver(look, clock, ended.signal);
    },
    stop: async () => {
      ended.abort();
      await looking;
      await open;
    },
  };
}

async function forEver(work: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    if (!signal.aborted) await work();
  }
}

// The first removal since the last collection counts: a busy registry is collected too.
function mark(store: CollectorDeps['store'], now: number): void {
  store.run('INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', DUE, String(now));
}

// `12 blobs marked, 3 blobs and 0 manifests eligible for deletion`.
function goneIn(said: string): number {
  return Number(/(\d+) blobs(?: and \d+ manifests)? eligible for deletion/.exec(said)?.[1] ?? 0);
}
