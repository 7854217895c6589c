import type { Clock } from '../../io/clock.js';
import { type RacLog, wordsOf } from '../log.js';
import type { Store } from './store.js';

export type RetentionDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: RacLog;
  /** Puts the service's own log aside when it has become long. */
  readonly turnLog: () => Promise<void>;
};

/** Takes away what nobody asks for any more, so that a RAC that runs for years stays as small as what it serves. */
export type Retention = { readonly sweep: () => void; readonly start: () => void; readonly stop: () => Promise<void> };

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const EVENT_DAYS = 7;
const REFUSAL_DAYS = 30;
const AUDIT_DAYS = 400;
const ADDRESS_DAYS = 90;
const LET_IN_DAYS = 7;
/** Releases of one name whose images are gone, and which are only a line of its history. */
const KEPT_RELEASES = 50;

export function openRetention({ store, clock, log, turnLog }: RetentionDeps): Retention {
  const ended = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = (): void => store.transaction(() => sweepAll(store, clock.now()));
  const work = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      try {
        sweep();
        await turnLog();
      } catch (error) {
        log.warn('not-swept', { problem: wordsOf(error) });
      }
      await clock.sleep(EVERY_MS, ended.signal);
    }
  };
  return {
    sweep,
    start: () => {
      sweeping = work();
    },
    stop: async () => {
      ended.abort();
      await sweeping;
    },
  };
}

function sweepAll(store: Store, now: number): void {
  // The newest of each tag stays as long as its name: it says what RAC has heard of the tag.
  store.run(
    `DELETE FROM event WHERE done_at < ? AND (name NOT IN (SELECT name FROM name) OR sequence <
       (SELECT max(sequence) FROM event AS newer WHERE newer.name = event.name AND newer.tag = event.tag))`,
    now - EVENT_DAYS * DAY_MS,
  );
  store.run('DELETE FROM audit WHERE at < ?', now - AUDIT_DAYS * DAY_MS);
  store.run(
    "DELETE FROM audit WHERE action IN ('login-failed', 'push-denied') AND at < ?",
    now - REFUSAL_DAYS * DAY_MS,
  );
  sweepReleases(store);
  store.run('DELETE FROM refused WHERE name NOT IN (SELECT name FROM name)');
  store.run('DELETE FROM known_address WHERE seen_at < ?', now - ADDRESS_DAYS * DAY_MS);
  store.run('DELETE FROM let_in WHERE at < ?', now - LET_IN_DAYS * DAY_MS);
  store.run('DELETE FROM credential WHERE expires_at <= ?', now);
  store.run('DELETE FROM throttle WHERE paid_at <= ?', now);
}

function sweepReleases(store: Store): void {
  const long = store.all(
    "SELECT name FROM release WHERE state = 'collected' GROUP BY name HAVING count(*) > ?",
    KEPT_RELEASES,
  );
  for (const { name } of long) {
    const own = String(name);
    store.run(
      `DELETE FROM release WHERE name = ? AND state = 'collected' AND id <=
         (SELECT id FROM release WHERE name = ? AND state = 'collected' ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      own,
      own,
      KEPT_RELEASES,
    );
  }
}
