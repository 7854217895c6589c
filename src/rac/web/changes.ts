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

/** One look per second for all open pages together, and none while there are none. */
export function openChanges({
  views,
  sleep,
}: {
  views: Pick<NameViews, 'signatures'>;
  sleep: WebDeps['sleep'];
}): Changes {
  const waiting = new Set<(change: Change) => void>();
  let looking = false;
  let last: ReadonlyMap<string, string> | null = null;
  const look = async (): Promise<void> => {
    looking = true;
    last ??= views.signatures();
    const forEver = new AbortController().signal;
    while (waiting.size > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one look per second
      await sleep(LOOK_MS, forEver);
      const now = views.signatures();
      const change = compare(last, now);
      last = now;
      if (change.names.length === 0 && !change.gone) continue;
      for (const tell of waiting) tell(change);
    }
    looking = false;
    last = null;
  };
  return {
    next: (signal) =>
      new Promise((resolve, reject) => {
        const end = (change: Change | null): void => {
          waiting.delete(tell);
          signal.removeEventListener('abort', aborted);
          resolve(change);
        };
        const tell = (change: Change): void => end(change);
        const aborted = (): void => end(null);
        if (signal.aborted) return resolve(null);
        waiting.add(tell);
        signal.addEventListener('abort', aborted);
        if (!looking) look().catch(reject);
      }),
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
