import { Hono } from 'hono';
import type { Rights } from '../accounts/rights.js';
import type { WebDeps } from './deps.js';
import type { Live } from './live.js';
import type { NameViews } from './name-view.js';
import type { RacEnv } from './request.js';

/** Names that look different than a moment ago, and whether some are gone. */
export type Change = { readonly names: readonly string[]; readonly gone: boolean };

export type Changes = {
  /** Resolves with the next change, or null when the signal aborts. */
  readonly next: (signal: AbortSignal) => Promise<Change | null>;
};

const LOOK_MS = 1000;

type ChangesDeps = { readonly views: Pick<NameViews, 'signatures'>; readonly sleep: WebDeps['sleep'] };

/** One look per second for all open pages together, and none while there are none. */
export function openChanges({ views, sleep }: ChangesDeps): Changes {
  const waiting = new Set<Waiter>();
  let looking = false;
  const forEver = new AbortController().signal;
  const look = async (): Promise<void> => {
    looking = true;
    try {
      const changed = changesSince(views);
      while (waiting.size > 0) {
        // oxlint-disable-next-line no-await-in-loop -- one look per second
        await sleep(LOOK_MS, forEver);
        tellAll(waiting, changed());
      }
    } finally {
      // In the turn in which the last waiter went: the next one begins a look of its own.
      looking = false;
    }
  };
  return {
    next: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return resolve(null);
        waitIn(waiting, signal, resolve);
        if (!looking) look().catch(reject);
      }),
  };
}

type Waiter = (change: Change) => void;

function tellAll(waiting: ReadonlySet<Waiter>, change: Change | null): void {
  if (change === null) return;
  for (const tell of waiting) tell(change);
}

// Tells `done` once: of a change, or of the signal.
function waitIn(waiting: Set<Waiter>, signal: AbortSignal, done: (change: Change | null) => void): void {
  const end = (change: Change | null): void => {
    waiting.delete(tell);
    signal.removeEventListener('abort', aborted);
    done(change);
  };
  const tell = (change: Change): void => end(change);
  const aborted = (): void => end(null);
  waiting.add(tell);
  signal.addEventListener('abort', aborted);
}

// What is different than at the last look, of which there is one now; null: nothing.
function changesSince(views: ChangesDeps['views']): () => Change | null {
  let last = views.signatures();
  return () => {
    const now = views.signatures();
    const change = compare(last, now);
    last = now;
    return change.names.length === 0 && !change.gone ? null : change;
  };
}

function compare(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Change {
  const names = [...now].filter(([name, signature]) => before.get(name) !== signature).map(([name]) => name);
  return { names, gone: [...before].some(([name, signature]) => isGone(signature, now.get(name))) };
}

// What has become private is gone for those who may not see it now.
function isGone(before: string, now: string | undefined): boolean {
  return now === undefined || (now !== before && now.includes('"private"') && !before.includes('"private"'));
}

/** `/api/v1/changes`: server-sent events with the names that changed, of those that may be seen. */
export function changeRoutes(changes: Changes, rights: Rights, live: Live): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.get('/changes', (context) => {
    const principal = context.get('principal');
    return live.open(context, {
      may: () => true,
      work: async (send, signal) => {
        await send('ready', {});
        for (;;) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const change = await changes.next(signal);
          if (change === null) return;
          const names = change.names.filter((name) => rights.see(principal, name).ok);
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          if (names.length > 0 || change.gone) await send('names', { names, gone: change.gone });
        }
      },
    });
  });
  return app;
}
