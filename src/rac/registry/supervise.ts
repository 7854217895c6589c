import { PodctlError } from '../../core/errors.js';
import type { Clock } from '../../io/clock.js';
import { type RacLog, wordsOf } from '../log.js';
import type { RegistryRunner } from './runner.js';
import type { TagsAsHeard } from './tag-links.js';

export type RegistryServer = {
  readonly about: () => string;
  /** Resolves when it answers. Throws PodctlError('UNAVAILABLE') with its last words when it does not within a minute. */
  readonly start: () => Promise<void>;
  readonly isUp: () => Promise<boolean>;
  /** Called each time that it answers after it was started. */
  readonly onUp: (listener: () => void) => void;
  /** How often it was started: what it had not told of before is lost. */
  readonly starts: () => number;
  /** Says of a name without a question to it that nothing has changed; null: RAC does not see what it stores. */
  readonly tagsAsHeard: TagsAsHeard | null;
  /** Start it anew, for instance for new certificates. */
  readonly restart: () => Promise<void>;
  /** Run its collection of layers while it is stopped; gives the collection's words. Then it answers again. */
  readonly collect: () => Promise<string>;
  /** Stop looking after it; `end`: it ends too. */
  readonly stop: (end: boolean) => Promise<void>;
};

export type SuperviseDeps = {
  readonly runner: RegistryRunner;
  readonly clock: Clock;
  readonly log: RacLog;
  /** Its config; asked each time it is started. */
  readonly config: () => Promise<string>;
  /** Address of its API's root. */
  readonly url: string;
  readonly tagsAsHeard?: TagsAsHeard | null;
  readonly ask?: (url: string) => Promise<number>;
};

const LOOK_EVERY_MS = 1_000;
const START_WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** It must have answered so long before its pauses become short again. */
const STEADY_MS = 60_000;

/** Keep a registry running: one that ends, or answers no more, is started again, each time after a longer pause. */
export function superviseRegistry(deps: SuperviseDeps): RegistryServer {
  return new Supervisor(deps);
}

class Supervisor implements RegistryServer {
  readonly tagsAsHeard: TagsAsHeard | null;
  readonly #deps: SuperviseDeps;
  readonly #ended = new AbortController();
  readonly #listeners: (() => void)[] = [];
  #watching: Promise<void> = Promise.resolve();
  /** Starts and stops come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #starts = 0;

  constructor(deps: SuperviseDeps) {
    this.#deps = deps;
    this.tagsAsHeard = deps.tagsAsHeard ?? null;
  }

  about(): string {
    return this.#deps.runner.about();
  }

  onUp(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async start(): Promise<void> {
    await this.#inTurn(() => this.#startOnce());
    this.#watching = this.#watch();
  }

  async isUp(): Promise<boolean> {
    const ask = this.#deps.ask ?? statusOf;
    // Not /v2/: without a token that is a line in its log each time.
    return (await ask(`${this.#deps.url}/`)) === 200;
  }

  starts(): number {
    return this.#starts;
  }

  // While it runs it could be given a layer that is just being removed. Clients whose connection is refused try again by themselves.
  collect(): Promise<string> {
    const { runner } = this.#deps;
    return this.#inTurn(async () => {
      await runner.stop();
      try {
        return await runner.collect();
      } finally {
        await this.#startOnce();
      }
    });
  }

  async stop(end: boolean): Promise<void> {
    this.#ended.abort();
    await this.#watching;
    await this.#turn.catch(() => undefined);
    if (end) await this.#deps.runner.stop();
  }

  restart(): Promise<void> {
    return this.#inTurn(() => this.#startOnce());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => undefined).then(work);
    this.#turn = turn;
    return turn;
  }

  async #startOnce(): Promise<void> {
    const { runner, clock, config } = this.#deps;
    this.#starts += 1;
    await runner.start(await config());
    const until = clock.now() + START_WITHIN_MS;
    for (let pause = 10; !(await this.isUp()); pause = Math.min(pause * 1.5, 200)) {
      const gone = !(await runner.runs());
      if (gone || clock.now() > until) throw await this.#silent(gone);
      await clock.sleep(pause, this.#ended.signal);
    }
    for (const listener of this.#listeners) listener();
  }

  async #silent(gone: boolean): Promise<PodctlError> {
    const how = gone ? 'ended at once' : `did not answer within ${START_WITHIN_MS / 1000} s`;
    return new PodctlError('UNAVAILABLE', `the registry ${how}`, {
      hint: 'what it said last stands above; podctl rac logs has the rest',
      problems: (await this.#deps.runner.lastLines()).map((message) => ({ message })),
    });
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#ended;
    let pause = FIRST_PAUSE_MS;
    let since = clock.now();
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      if (signal.aborted || (await this.#isWell())) {
        if (clock.now() - since > STEADY_MS) pause = FIRST_PAUSE_MS;
        continue;
      }
      log.warn('registry-down', { again_in_ms: pause });
      await clock.sleep(pause, signal);
      await this.#startAgain();
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      since = clock.now();
    }
  }

  // What is stopped or started on purpose is not looked at meanwhile.
  async #isWell(): Promise<boolean> {
    await this.#turn.catch(() => undefined);
    return this.#answersTwice();
  }

  // A single question may be lost on a busy machine; one that has ended is seen at once.
  async #answersTwice(): Promise<boolean> {
    if (await this.isUp()) return true;
    if (!(await this.#deps.runner.runs())) return false;
    await this.#deps.clock.sleep(LOOK_EVERY_MS, this.#ended.signal);
    return this.#ended.signal.aborted || this.isUp();
  }

  async #startAgain(): Promise<void> {
    const { log, runner } = this.#deps;
    if (this.#ended.signal.aborted) return;
    try {
      await this.#inTurn(async () => {
        // One that runs and is silent does not come back by being left alone.
        if (await this.isUp()) return;
        await runner.stop();
        await this.#startOnce();
      });
      log.info('registry-up', { about: runner.about() });
    } catch (error) {
      log.warn('registry-not-started', { problem: wordsOf(error) });
    }
  }
}

async function statusOf(url: string): Promise<number> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), headers: { connection: 'close' } });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  }
}
