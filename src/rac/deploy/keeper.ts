import { formatBytes } from '../../core/size.js';
import type { Clock } from '../../io/clock.js';
import { type CollectDeps, collectOld, expire } from './collect.js';
import type { Log } from './deployment.js';
import { type DiskDeps, measure, totalOf } from './disk.js';
import type { Failures } from './failures.js';
import type { Finder } from './find.js';
import type { Records } from './records.js';
import type { DiskUse } from './releases.js';
import type { Units } from './units.js';

export type KeeperDeps = {
  readonly units: Units;
  readonly records: Records;
  readonly failures: Failures;
  readonly finder: Finder;
  readonly collect: CollectDeps;
  readonly disk: DiskDeps;
  readonly diskLimit: number;
  readonly clock: Clock;
  readonly log: Log;
};

/** Looks after names from time to time: disk use, expiry, what must be on, what is no longer needed. */
export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #disk = new Map<string, DiskUse>();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  diskOf(name: string): DiskUse | null {
    return this.#disk.get(name) ?? null;
  }

  /** Measure what is awake, and stop what is over its limit. */
  async measure(): Promise<void> {
    const { units, records, disk, diskLimit, log } = this.#deps;
    for (const { name, tier, standing } of units.all()) {
      if (tier !== 'running') continue;
      const use = await measure(standing, disk);
      this.#disk.set(name, use);
      const total = totalOf(use) + (records.release(standing.release)?.sizeBytes ?? 0);
      if (total <= diskLimit) continue;
      records.halt(
        name,
        `it was stopped: it uses ${formatBytes(total)} of disk, more than the ${formatBytes(diskLimit)} that a name may have`,
      );
      log('over-disk-limit', { name, bytes: total });
      units.tellGone(name);
      await units.remove(name);
    }
  }

  /** Unclaimed names whose time is over. */
  async expire(): Promise<readonly string[]> {
    return expire(this.#deps.clock.now(), this.#deps.collect);
  }

  /** What could not be collected when it was superseded, because it was still drained. */
  async collect(): Promise<void> {
    for (const name of this.#deps.records.collectable()) await this.#collectOld(name);
  }

  /** Wake what is always on, and is not held back. */
  async wakeAlwaysOn(): Promise<void> {
    const { records } = this.#deps;
    for (const { name, current } of records.alwaysOn()) {
      if (current !== null && records.app(current)?.alwaysOn === true) await this.#wake(name);
    }
  }

  /** After a release: its host is learnt, older ones go. */
  async afterRelease(name: string): Promise<void> {
    const row = this.#deps.records.name(name);
    if (row === null) return;
    this.#deps.finder.learn(row);
    await this.#collectOld(name);
    await this.wakeAlwaysOn();
  }

  /** What runs follows the name's row: stopped where nobody wants it, made anew with its variables where it stands. */
  async settle(name: string): Promise<void> {
    const { records, units } = this.#deps;
    const row = records.name(name);
    if (units.standing(name) !== null) {
      const awake = units.tierOf(name) === 'running';
      units.tellGone(name);
      await units.remove(name);
      if (awake && row?.wanted === 'on' && row.halted === null) await this.#wake(name);
    }
    if (row !== null) this.#deps.finder.learn(row);
    await this.wakeAlwaysOn();
  }

  // Never beside a push of the name: that may bring back just what goes here.
  #collectOld(name: string): Promise<void> {
    const { collect } = this.#deps;
    return collect.lanes(`rollout ${name}`, () => collectOld(name, collect));
  }

  async #wake(name: string): Promise<void> {
    const { units, failures, log } = this.#deps;
    if (units.tierOf(name) === 'running' || failures.waitOf(name) > 0) return;
    try {
      await units.wake(name);
    } catch (error) {
      log('wake-failed', { name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
