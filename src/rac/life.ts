import type { Deployment } from './deploy/deployment.js';
import type { Events } from './events/events.js';
import type { Listening } from './listen.js';
import type { Collector } from './registry/collector.js';
import type { RegistryServer } from './registry/supervise.js';
import type { Retention } from './store/retention.js';
import type { Store } from './store/store.js';
import type { Wake } from './wake/wake.js';

/** A whole RAC. */
export type Rac = {
  /** Resolves when every part answers. */
  readonly start: () => Promise<void>;
  /** `down`: registry and applications end too; `restart`: they go on for the next RAC. `purge`: nothing stays on the engine. */
  readonly stop: (how: 'down' | 'restart' | 'purge') => Promise<void>;
};

export type LifeParts = {
  readonly listen: () => Promise<Listening>;
  readonly registry: Pick<RegistryServer, 'start' | 'stop'>;
  readonly deployment: Pick<Deployment, 'start' | 'stop' | 'sleepAll' | 'purge'>;
  readonly wake: Pick<Wake, 'start' | 'stop'>;
  readonly events: Pick<Events, 'start' | 'stop'>;
  readonly collector: Pick<Collector, 'start' | 'stop'>;
  readonly retention: Retention;
  readonly store: Pick<Store, 'close'>;
};

/** In which order the parts start and stop. */
export function lifeOf({ listen, registry, deployment, wake, events, collector, retention, store }: LifeParts): Rac {
  let listening: Listening | null = null;
  let turnedAway = false;
  return {
    start: async () => {
      // First what the registry's notifications of an earlier life wait for.
      turnedAway = true;
      listening = await listen();
      turnedAway = false;
      await registry.start();
      await deployment.start();
      await wake.start();
      events.start();
      collector.start();
      retention.start();
    },
    stop: async (how) => {
      // Another one listens there: registry and applications are its own.
      if (turnedAway) return store.close();
      const steps: readonly (() => unknown)[] = [
        wake.stop,
        events.stop,
        collector.stop,
        retention.stop,
        () => registry.stop(how !== 'restart'),
        deployment.stop,
        () => (how === 'down' ? deployment.sleepAll() : undefined),
        () => (how === 'purge' ? deployment.purge() : undefined),
        () => listening?.close(),
        store.close,
      ];
      await all(steps);
    },
  };
}

// What fails, for instance because the engine has ended before RAC, keeps nothing else from ending.
async function all(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
