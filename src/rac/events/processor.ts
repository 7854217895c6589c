import type { Deploy } from '../deploy/push.js';
import { type RacLog, wordsOf } from '../log.js';
import type { Inbox, Waiting } from './inbox.js';

export type ProcessorDeps = {
  readonly inbox: Inbox;
  readonly deploy: Deploy;
  readonly now: () => number;
  readonly log: RacLog;
  /** Calls back once after so many milliseconds; gives what takes that back. */
  readonly later: (work: () => void, milliseconds: number) => () => void;
};

export type Processor = {
  /** Something may wait. */
  readonly look: () => void;
  /** Begins nothing more; resolves when what was begun has ended. */
  readonly stop: () => Promise<void>;
  /** Resolves when nothing is under way and nothing is due. */
  readonly settled: () => Promise<void>;
};

/** Names that are deployed at a time: pulls share one disk. */
const AT_A_TIME = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 120_000;
/** More than a day of tries; the comparison of tags begins anew then. */
const MOST_TRIES = 1_000;

/** Deploy what waits: per name in order, names side by side. One that fails is tried again later and holds up no other name. */
export function openProcessor(deps: ProcessorDeps): Processor {
  return new Work(deps);
}

class Work implements Processor {
  readonly #deps: ProcessorDeps;
  readonly #busy = new Map<string, Promise<void>>();
  #forgetTimer: () => void = () => undefined;
  #stopped = false;

  constructor(deps: ProcessorDeps) {
    this.#deps = deps;
  }

  readonly look = (): void => {
    if (this.#stopped) return;
    this.#forgetTimer();
    const { inbox, now, later } = this.#deps;
    const names = new Set(this.#busy.keys());
    for (const push of inbox.due(now(), names).slice(0, AT_A_TIME - this.#busy.size)) this.#begin(push);
    if (this.#busy.size >= AT_A_TIME) return;
    const next = inbox.nextAt(new Set(this.#busy.keys()));
    if (next !== null) this.#forgetTimer = later(this.look, Math.max(next - now(), 0));
  };

  readonly stop = async (): Promise<void> => {
    this.#stopped = true;
    this.#forgetTimer();
    await Promise.all(this.#busy.values());
  };

  readonly settled = async (): Promise<void> => {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
  };

  #begin(push: Waiting): void {
    const work = this.#deploy(push)
      .then(
        () => 0,
        // Its end could not be written down, for instance on a full disk: it is due at once, and would be so again and again.
        (error: unknown) => {
          this.#deps.log.warn('push-not-noted', { name: push.name, problem: wordsOf(error) });
          return LONGEST_PAUSE_MS;
        },
      )
      .then((pause) => this.#rest(push.name, pause));
    this.#busy.set(push.name, work);
  }

  // The name counts as busy until then.
  #rest(name: string, pause: number): void {
    const end = (): void => {
      this.#busy.delete(name);
      this.look();
    };
    if (pause === 0) end();
    else this.#deps.later(end, pause);
  }

  async #deploy(push: Waiting): Promise<void> {
    const { inbox, deploy, now, log } = this.#deps;
    const { sequence: _sequence, tries, ...plain } = push;
    const facts = { name: push.name, tag: push.tag, digest: push.digest, id: push.id };
    const begun = now();
    try {
      await deploy(plain);
      inbox.done(push);
      log.info('push-done', { ...facts, ms: now() - begun });
    } catch (error) {
      const problem = wordsOf(error);
      if (tries + 1 >= MOST_TRIES) inbox.drop(push);
      else inbox.again(push, now() + pauseAfter(tries), problem);
      log.warn('push-failed', { ...facts, tries: tries + 1, problem });
    }
  }
}

function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 20), LONGEST_PAUSE_MS);
}
