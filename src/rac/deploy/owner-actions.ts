import { PodctlError } from '../../core/errors.js';
import type { Principal } from '../accounts/principal.js';
import type { Audit } from '../store/audit.js';
import type { Calls } from './calls.js';
import { openExec } from './exec.js';
import type { Failures } from './failures.js';
import { followLogs } from './logs.js';
import type { NameRow, Records } from './records.js';
import type { AppState, DiskUse, Release, Releases } from './releases.js';
import type { Rollout } from './rollout.js';
import type { Units } from './units.js';

export type OwnerDeps = {
  readonly records: Records;
  readonly units: Units;
  readonly failures: Failures;
  readonly rollout: Rollout;
  readonly calls: Calls;
  readonly audit: Audit;
  readonly diskOf: (name: string) => DiskUse | null;
  /** Bring what runs in line with the name's row; never rejects. */
  readonly settle: (name: string) => Promise<void>;
  /** Take everything of a name away but its claim. */
  readonly clear: (name: string) => Promise<void>;
};

export function openReleases(deps: OwnerDeps): Releases {
  const actions = new OwnerActions(deps);
  return {
    list: (name) => deps.records.releases(name),
    state: (name) => actions.state(name),
    rollback: (name, release, who) => actions.rollback(name, release, who),
    pin: (name, release, who) => actions.pin(name, release, who),
    unpin: (name, who) => actions.unpin(name, who),
    stop: (name, who) => actions.stop(name, who),
    start: (name, who) => actions.start(name, who),
    remove: async (name, who) => {
      actions.row(name);
      await deps.clear(name);
      actions.note(who, 'remove', { name });
    },
    settle: deps.settle,
    logs: (name, request) => followLogs(deps.calls, actions.container(name), request),
    exec: async (name, request, who) => {
      actions.row(name);
      await deps.units.wake(name);
      actions.note(who, 'exec', { name, detail: request.argv[0] ?? '' });
      return openExec(deps.calls, actions.container(name), request);
    },
  };
}

type Noted = { readonly name: string; readonly detail?: string };

class OwnerActions {
  readonly #deps: OwnerDeps;

  constructor(deps: OwnerDeps) {
    this.#deps = deps;
  }

  row(name: string): NameRow {
    const row = this.#deps.records.name(name);
    if (row !== null) return row;
    throw new PodctlError('MISSING_INPUT', `there is no \`${name}\``, { hint: 'names appear with their first push' });
  }

  container(name: string): string {
    this.row(name);
    const standing = this.#deps.units.standing(name);
    if (standing !== null) return standing.container;
    throw new PodctlError('REFUSED', `\`${name}\` has no container now`, {
      hint: 'open its address: the request starts it',
    });
  }

  note(who: Principal, action: string, { name, detail = '' }: Noted): void {
    this.#deps.audit.write({ who, action, subject: name, detail });
  }

  state(name: string): AppState | null {
    const { records, units, failures, diskOf } = this.#deps;
    const row = records.name(name);
    if (row === null) return null;
    const [newest] = records.releases(name);
    const pushed = newest?.state === 'failed' || newest?.state === 'refused' ? newest.problem : null;
    return {
      name,
      tier: units.tierOf(name),
      wanted: row.wanted,
      current: row.current === null ? null : records.release(row.current),
      pinned: row.pinned,
      warnings: newest?.warnings ?? [],
      problem: row.halted ?? failures.reason(name) ?? pushed,
      disk: diskOf(name),
    };
  }

  async rollback(name: string, wanted: number | null, who: Principal): Promise<Release> {
    const { records } = this.#deps;
    const target = this.#release(name, wanted ?? this.#before(name));
    if (target.current)
      throw new PodctlError('REFUSED', `release ${target.id} serves already`, { hint: `podctl rac releases ${name}` });
    await this.#serve(target);
    // Whoever pinned the name meant it to stay as it is made now.
    if (this.row(name).pinned !== null) records.pin(name, target.id);
    this.note(who, 'rollback', { name, detail: String(target.id) });
    return records.release(target.id) ?? target;
  }

  async pin(name: string, wanted: number | null, who: Principal): Promise<Release> {
    const { records } = this.#deps;
    const target = this.#release(name, wanted ?? this.row(name).current);
    if (!target.current) await this.#serve(target);
    records.pin(name, target.id);
    this.note(who, 'pin', { name, detail: String(target.id) });
    return records.release(target.id) ?? target;
  }

  async unpin(name: string, who: Principal): Promise<Release> {
    const { records } = this.#deps;
    const row = this.row(name);
    records.pin(name, null);
    this.note(who, 'unpin', { name });
    const newest = records.releases(name).find(({ state }) => state === 'ready');
    const target = newest ?? this.#release(name, row.current);
    if (!target.current) await this.#serve(target);
    return records.release(target.id) ?? target;
  }

  async stop(name: string, who: Principal): Promise<void> {
    const { records, units } = this.#deps;
    this.row(name);
    records.setWanted(name, 'off');
    units.tellGone(name);
    await units.remove(name);
    this.note(who, 'stop', { name });
  }

  async start(name: string, who: Principal): Promise<void> {
    const { records, failures, settle } = this.#deps;
    const row = this.row(name);
    records.setWanted(name, 'on');
    failures.forget(name);
    this.note(who, row.wanted === 'held' ? 'adopt' : 'start', { name });
    await settle(name);
  }

  async #serve(release: Release): Promise<void> {
    const { failures, rollout } = this.#deps;
    failures.forget(release.name);
    if (release.app === null || (release.state !== 'ready' && release.state !== 'superseded')) {
      throw new PodctlError('REFUSED', `release ${release.id} of \`${release.name}\` is ${release.state}`, {
        hint: `choose one that was ready: podctl rac releases ${release.name}`,
      });
    }
    await rollout.serve(release);
  }

  #before(name: string): number | null {
    const { current } = this.row(name);
    const ready = this.#deps.records.releases(name).filter(({ state }) => state === 'superseded' || state === 'ready');
    return ready.find(({ id }) => current !== null && id < current)?.id ?? null;
  }

  #release(name: string, id: number | null): Release {
    this.row(name);
    const found = id === null ? null : this.#deps.records.release(id);
    if (found?.name === name) return found;
    const what = id === null ? `\`${name}\` has no such release` : `\`${name}\` has no release ${id}`;
    throw new PodctlError('MISSING_INPUT', what, { hint: `podctl rac releases ${name}` });
  }
}
