import { PodctlError } from '../../core/errors.js';
import { statusOf } from '../../engine/api.js';
import type { Clock } from '../../io/clock.js';
import type { Calls } from './calls.js';
import type { Log } from './deployment.js';
import { Endings } from './endings.js';
import type { Failures } from './failures.js';
import type { Lanes } from './lanes.js';
import type { Tier, Upstream } from './lifecycle.js';
import { endOf, type Standing, type StandingRequest, type Standings, upstreamOf } from './standings.js';

export type UnitsDeps = {
  readonly calls: Calls;
  readonly standings: Standings;
  readonly failures: Failures;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly log: Log;
  /** The release that serves a name now. Throws where nothing of it may run. */
  readonly serving: (name: string) => number;
  /** The same with all that a new container needs; its image is on the engine then, `afresh` also where it was thought to be. */
  readonly wanted: (name: string, afresh: boolean) => Promise<StandingRequest>;
};

type Unit = { readonly tier: Exclude<Tier, 'removed'>; readonly standing: Standing };
type Listener = (name: string, upstream: Upstream | null) => void;

const LAST_LINES = 20;

/** Which container of each name stands, and how awake it is. What is not in the list is removed. */
export class Units {
  readonly #deps: UnitsDeps;
  readonly #units = new Map<string, Unit>();
  readonly #listeners: Listener[] = [];
  readonly #endings: Endings;

  constructor(deps: UnitsDeps) {
    this.#deps = deps;
    this.#endings = new Endings(deps);
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  tierOf(name: string): Tier {
    return this.#units.get(name)?.tier ?? 'removed';
  }

  standing(name: string): Standing | null {
    return this.#units.get(name)?.standing ?? null;
  }

  all(): readonly { readonly name: string; readonly tier: Tier; readonly standing: Standing }[] {
    return [...this.#units].map(([name, unit]) => ({ name, ...unit }));
  }

  /** Found again after a restart. */
  adopt(tier: Unit['tier'], standing: Standing): void {
    this.#units.set(standing.name, { tier, standing });
  }

  wake(name: string): Promise<Upstream & { readonly from: Tier }> {
    return this.#deps.lanes(name, async () => {
      const unit = this.#units.get(name);
      if (unit?.tier === 'running') return { ...upstreamOf(unit.standing), from: 'running' };
      if (unit?.tier === 'paused') return this.#unpause(name, unit.standing);
      this.#deps.failures.check(name);
      const release = this.#deps.serving(name);
      if (unit !== undefined && unit.standing.release === release) {
        const there = await this.#startHeld(name, unit.standing);
        if (there !== null) return { ...there, from: 'holder' };
      }
      await this.#drop(name);
      return { ...(await this.#startNew(name)), from: 'removed' };
    });
  }

  pause(name: string, still = always): Promise<void> {
    return this.#deps.lanes(name, async () => {
      const unit = this.#units.get(name);
      if (unit?.tier !== 'running' || !still()) return;
      await this.#deps.calls.pause(unit.standing.container);
      this.#units.set(name, { ...unit, tier: 'paused' });
    });
  }

  stop(name: string, still = always): Promise<void> {
    return this.#deps.lanes(name, async () => {
      if (still()) await this.stopNow(name);
    });
  }

  remove(name: string, still = always): Promise<void> {
    return this.#deps.lanes(name, async () => {
      if (!still()) return;
      await this.stopNow(name);
      await this.#drop(name);
    });
  }

  /** Inside the name's lane: down to the holder. */
  async stopNow(name: string): Promise<void> {
    const unit = this.#units.get(name);
    if (unit === undefined || unit.tier === 'holder') return;
    const { calls } = this.#deps;
    const { container } = unit.standing;
    // Before the call: the engine tells of the end before it answers.
    this.#units.set(name, { ...unit, tier: 'holder' });
    // A paused program would not hear the stop signal.
    if (unit.tier === 'paused') await calls.unpause(container);
    await this.#deps.standings.stop(unit.standing);
  }

  /** Inside the name's lane: make a container for a request that is its first, and start it. */
  async startNow(request: StandingRequest): Promise<Standing> {
    const standing = await this.#deps.standings.prepare(request);
    try {
      await this.#deps.standings.start(standing);
      return standing;
    } catch (error) {
      await this.#deps.standings.end(standing, false);
      throw error;
    }
  }

  /** Inside the name's lane: a container that answers takes over; what stood there before gets time for its last requests. */
  replace(standing: Standing): void {
    const { name } = standing;
    const old = this.#units.get(name);
    this.#units.set(name, { tier: 'running', standing });
    this.#deps.failures.forget(name);
    this.#deps.failures.started(name);
    this.#tell(name, upstreamOf(standing));
    if (old === undefined) return;
    this.#endings.add(old.standing, old.tier === 'running');
  }

  /** The proxy has requests left only on these. */
  drained(name: string, inUse: readonly Upstream[]): void {
    this.#endings.drained(name, inUse);
  }

  /** The engine tells that a container has ended. */
  async died(container: string): Promise<void> {
    const found = this.all().find(({ standing }) => standing.container === container);
    if (found === undefined || found.tier === 'holder') return;
    const { calls, failures, log } = this.#deps;
    const { name, standing } = found;
    const seen = await calls.inspect(container);
    // Meanwhile it may have been started again, or put to sleep.
    const still = this.standing(name)?.container === container && this.tierOf(name) !== 'holder';
    if (seen?.state === 'running' || !still) return;
    this.#units.set(name, { tier: 'holder', standing });
    const reason = `it ended by itself with ${endOf(seen)}`;
    failures.failed(name, reason, await calls.lastLines(container, LAST_LINES));
    log('ended-by-itself', { name, release: standing.release, exitCode: seen?.exitCode ?? null });
    this.#tell(name, null);
  }

  /** Its own HEALTHCHECK fails, by the engine's word: it is stopped, and counts as one that has ended. */
  async unhealthy(container: string): Promise<void> {
    const found = this.all().find(({ standing, tier }) => standing.container === container && tier === 'running');
    if (found === undefined) return;
    const { calls, failures, log, lanes } = this.#deps;
    failures.failed(found.name, 'its HEALTHCHECK failed', await calls.lastLines(container, LAST_LINES));
    log('unhealthy', { name: found.name, release: found.standing.release });
    this.#tell(found.name, null);
    await lanes(found.name, () => this.stopNow(found.name));
  }

  /** The engine was away: what is known of its containers is worth nothing. */
  lostEngine(): void {
    const names = [...this.#units.keys()];
    this.#units.clear();
    for (const name of names) this.#tell(name, null);
  }

  /** It is served no more, or not as it was. */
  tellGone(name: string): void {
    this.#tell(name, null);
  }

  /** What is still being taken away of a name, or of all, is gone; nobody's last requests are waited for. */
  settled(name: string | null = null): Promise<void> {
    return this.#endings.settled(name);
  }

  async #unpause(name: string, standing: Standing): Promise<Upstream & { readonly from: Tier }> {
    await this.#deps.calls.unpause(standing.container);
    this.#units.set(name, { tier: 'running', standing });
    return { ...upstreamOf(standing), from: 'paused' };
  }

  // null: its holder is gone, for instance because the engine was restarted, so it has to be made anew.
  async #startHeld(name: string, standing: Standing): Promise<Upstream | null> {
    try {
      const upstream = await this.#deps.standings.start(standing);
      this.#running(standing);
      return upstream;
    } catch (error) {
      if (error instanceof PodctlError && error.code !== 'TRY_AGAIN') return null;
      throw this.#failed(name, error);
    }
  }

  async #startNew(name: string): Promise<Upstream> {
    try {
      const standing = await this.#startServing(name);
      this.#running(standing);
      return upstreamOf(standing);
    } catch (error) {
      throw this.#failed(name, error);
    }
  }

  // Somebody may have removed the image behind RAC's back: then it is pulled again.
  async #startServing(name: string): Promise<Standing> {
    try {
      return await this.startNow(await this.#deps.wanted(name, false));
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      return this.startNow(await this.#deps.wanted(name, true));
    }
  }

  #running(standing: Standing): void {
    this.#units.set(standing.name, { tier: 'running', standing });
    this.#deps.failures.started(standing.name);
  }

  #failed(name: string, error: unknown): unknown {
    if (!(error instanceof PodctlError)) return error;
    const lines = error.problems.map(({ message }) => message);
    this.#deps.failures.failed(name, error.message, lines);
    this.#deps.log('start-failed', { name, reason: error.message });
    return new PodctlError(error.code, `\`${name}\` did not start: ${error.message}`, {
      hint: error.hint,
      problems: error.problems,
      cause: error,
    });
  }

  async #drop(name: string): Promise<void> {
    const unit = this.#units.get(name);
    if (unit === undefined) return;
    this.#units.delete(name);
    await this.#deps.standings.end(unit.standing, false);
  }

  #tell(name: string, upstream: Upstream | null): void {
    for (const listener of this.#listeners) listener(name, upstream);
  }
}

function always(): boolean {
  return true;
}
