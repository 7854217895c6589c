import { PodctlError } from '../../core/errors.js';
import type { AppSpec } from '../deploy/app-spec.js';
import type { Lifecycle, Tier, Upstream } from '../deploy/lifecycle.js';
import { type Failure, failAgain } from './backoff.js';
import { openPool, type Pool } from './pool.js';
import { type Refusal, type Visit, WaitingLine } from './waiting-line.js';

export type WakeRecord = {
  readonly name: string;
  readonly from: Tier;
  readonly ms: number;
  readonly at: number;
  /** null: it answers. */
  readonly problem: string | null;
};

export type GateDeps = {
  readonly lifecycle: Pick<Lifecycle, 'wake' | 'pause' | 'stop' | 'remove' | 'tierOf'>;
  readonly now: () => number;
  /** Requests of one name that wait, and milliseconds that they do. */
  readonly limits: { readonly queue: number; readonly startTimeout: number };
  readonly onWake: (record: WakeRecord) => void;
  readonly warn: (event: string, fields: Readonly<Record<string, string | number>>) => void;
};

/** Who ends so soon after its start has not really started. */
const CRASH_MS = 10_000;

/** The door of one name that is not asleep for good: counts who is inside, wakes once for all who wait, and closes when nobody is. */
export class Gate {
  readonly name: string;
  app: AppSpec;
  release: number;
  tier: Tier;
  lastUsed: number;
  failure: Failure | null = null;
  #deps: GateDeps;
  #pool: Pool | null = null;
  /** Those before it, as long as requests are under way there. */
  readonly #leaving = new Set<Pool>();
  #open = 0;
  #since = 0;
  readonly #queue = new WaitingLine();
  /** How often another release took over, or none was left: a start that began before has nothing more to say. */
  #changes = 0;
  #waking: Promise<void> | null = null;
  #moving: Promise<void> | null = null;

  constructor(what: { name: string; app: AppSpec; release: number }, deps: GateDeps) {
    this.name = what.name;
    this.app = what.app;
    this.release = what.release;
    this.#deps = deps;
    this.tier = deps.lifecycle.tierOf(what.name);
    this.lastUsed = deps.now();
  }

  get open(): number {
    return this.#open;
  }

  /** Nobody is inside or waits, and nothing is under way. */
  get idle(): boolean {
    return this.#open === 0 && this.#queue.length === 0 && this.#waking === null && this.#moving === null;
  }

  /** On its way to sleep. */
  get moving(): boolean {
    return this.#moving !== null;
  }

  get running(): boolean {
    return this.#pool !== null;
  }

  get waking(): boolean {
    return this.#waking !== null;
  }

  /** The common case, without waiting; null: call `enter`. */
  tryEnter(): Visit | null {
    if (this.#pool === null || this.#queue.length > 0 || !this.#hasRoom()) return null;
    return this.#admit(this.#pool, null);
  }

  /** Waits for a start, and for room. `signal`: the client has gone. */
  enter(signal: AbortSignal): Promise<Visit | Refusal> {
    if (this.#queue.length >= this.#deps.limits.queue) {
      return Promise.resolve({ ok: false, status: 503, reason: 'too many requests wait for it', retryAfter: 2 });
    }
    const result = this.#queue.join(this.#deps.now(), signal);
    this.ensureAwake();
    this.#pump();
    return result;
  }

  /** Starts it when it does not run; a start that failed shortly ago is not tried again before its time. */
  ensureAwake(): void {
    if (this.#pool !== null || this.#waking !== null) return;
    const { failure } = this;
    if (failure !== null && failure.release === this.release && this.#deps.now() < failure.until) {
      this.#queue.refuseAll(this.refusal(failure));
      return;
    }
    this.#waking = this.#wake().finally(() => {
      this.#waking = null;
      this.#wakeForQueue();
    });
  }

  refusal(failure: Failure): Refusal {
    const retryAfter = Math.max(1, Math.ceil((failure.until - this.#deps.now()) / 1000));
    return { ok: false, status: 502, reason: failure.reason, retryAfter };
  }

  /**
   * Another release took over, or (null) nothing of it runs now: for a moment, and who waits goes on waiting, or because it is no longer
   * `served`. Requests under way stay where they are.
   */
  replace(upstream: Upstream | null, served: boolean): Promise<void> {
    const old = this.#pool;
    this.failure = null;
    this.#changes += 1;
    if (upstream === null) this.#away(served);
    else this.#became(upstream);
    return old === null || old === this.#pool ? Promise.resolve() : old.drained;
  }

  /** Where requests of it are still under way though another one has taken over. */
  inUse(): readonly Upstream[] {
    return [...this.#leaving].map(({ upstream }) => upstream);
  }

  #away(served: boolean): void {
    this.#drop();
    this.tier = this.#deps.lifecycle.tierOf(this.name);
    if (!served) this.#queue.refuseAll({ ok: false, status: 503, reason: 'it was stopped', retryAfter: 10 });
    // Whoever tells of it first takes the old one away, and does so next: a start asked for now would find it still there.
    else queueMicrotask(() => this.#wakeForQueue());
  }

  #wakeForQueue(): void {
    if (this.#queue.length > 0) this.ensureAwake();
  }

  /** Nobody listens where this visit was sent to: the next request wakes it again. */
  lost(pool: Pool): void {
    if (this.#pool !== pool) return;
    this.#drop();
    this.tier = this.#deps.lifecycle.tierOf(this.name);
    if (this.#deps.now() - this.#since < CRASH_MS) this.#fail('it ended soon after its start');
  }

  /** Puts it to sleep, when nobody uses it. */
  async demote(to: Exclude<Tier, 'running'>): Promise<void> {
    if (!this.idle) return;
    const { lifecycle } = this.#deps;
    this.#drop();
    const act = { paused: lifecycle.pause, holder: lifecycle.stop, removed: lifecycle.remove }[to];
    const changes = this.#changes;
    const move = async (): Promise<void> => {
      try {
        // Behind a release that takes over meanwhile this would put to sleep what requests go to by then.
        await act(this.name, () => changes === this.#changes);
      } catch (error) {
        this.#deps.warn('sleep-failed', { name: this.name, to, problem: reasonOf(error) });
      }
      this.tier = lifecycle.tierOf(this.name);
    };
    this.#moving = move();
    await this.#moving;
    this.#moving = null;
    this.#wakeForQueue();
  }

  /** The engine may have ended it, or somebody at the engine's own command line. */
  settle(): void {
    if (!this.idle || this.#pool === null) return;
    const tier = this.#deps.lifecycle.tierOf(this.name);
    if (tier === 'running') return;
    this.#drop();
    this.tier = tier;
  }

  /** Sends away who has waited too long. */
  expire(): void {
    this.#queue.expire(this.#deps.now() - this.#deps.limits.startTimeout);
  }

  async #wake(): Promise<void> {
    if (this.#moving !== null) await this.#moving;
    const { lifecycle, now, onWake } = this.#deps;
    const start = now();
    const before = lifecycle.tierOf(this.name);
    const changes = this.#changes;
    try {
      const { from, ...upstream } = await lifecycle.wake(this.name);
      const ms = now() - start;
      this.#queue.tellStart({ from, ms });
      onWake({ name: this.name, from, ms, at: start, problem: null });
      if (changes !== this.#changes) return;
      this.failure = null;
      this.#became(upstream);
    } catch (error) {
      const problem = reasonOf(error);
      onWake({ name: this.name, from: before, ms: now() - start, at: start, problem });
      this.tier = lifecycle.tierOf(this.name);
      if (changes === this.#changes) this.#fail(problem);
    }
  }

  #fail(reason: string): void {
    this.failure = failAgain(this.failure, { release: this.release, reason, now: this.#deps.now() });
    this.#queue.refuseAll(this.refusal(this.failure));
  }

  #became(upstream: Upstream): void {
    const old = this.#pool?.upstream;
    const same = old?.address === upstream.address && old.port === upstream.port && old.release === upstream.release;
    if (!same) {
      this.#drop();
      this.#pool = openPool(upstream);
      this.#since = this.#deps.now();
    }
    this.release = upstream.release;
    this.tier = 'running';
    this.lastUsed = this.#deps.now();
    this.#pump();
  }

  #drop(): void {
    const pool = this.#pool;
    this.#pool = null;
    if (pool === null) return;
    pool.retire();
    if (pool.open() === 0) return;
    this.#leaving.add(pool);
    void pool.drained.then(() => this.#leaving.delete(pool));
  }

  #hasRoom(): boolean {
    return this.app.concurrency === null || this.#open < this.app.concurrency;
  }

  #pump(): void {
    for (let pool = this.#pool; pool !== null && this.#hasRoom(); pool = this.#pool) {
      const into = pool;
      if (!this.#queue.admitOne((cold) => this.#admit(into, cold))) return;
    }
  }

  #admit(pool: Pool, cold: Visit['cold']): Visit {
    this.#open += 1;
    pool.use();
    this.lastUsed = this.#deps.now();
    let inside = true;
    const leave = (): void => {
      if (!inside) return;
      inside = false;
      this.#open -= 1;
      this.lastUsed = this.#deps.now();
      pool.release();
      if (this.#queue.length > 0) this.#pump();
    };
    return { ok: true, pool, cold, leave };
  }
}

/** What a start failed of, with the last lines that the application wrote. */
function reasonOf(error: unknown): string {
  if (!(error instanceof PodctlError)) return 'RAC could not start it';
  const lines = error.problems.map(({ message }) => message).filter((line) => line !== error.message);
  return [error.message, ...lines.slice(-10)].join('\n');
}
