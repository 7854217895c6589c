import type { RacSettings } from '../settings.js';
import type { Servable } from './lifecycle.js';
import type { NameRow, Records } from './records.js';
import type { Release } from './releases.js';

export type FindDeps = {
  readonly settings: Pick<RacSettings, 'domain'>;
  readonly records: Records;
};

/** Finds what a host name stands for: a label below RAC's domain, or a claimed name's `rac.host`. */
export class Finder {
  readonly #deps: FindDeps;
  /** Name per further host. */
  readonly #hosts = new Map<string, string>();

  constructor(deps: FindDeps) {
    this.#deps = deps;
  }

  find(host: string): Servable {
    const { records, settings } = this.#deps;
    const wanted = host.toLowerCase().replace(/\.$/, '');
    const suffix = `.${settings.domain}`;
    const label = wanted.endsWith(suffix) ? wanted.slice(0, -suffix.length) : null;
    const row = label === null ? this.#byHost(wanted) : records.byLabel(label);
    if (row === null) return { ok: false, name: null, reason: 'nothing was pushed under this name' };
    return this.#servable(row);
  }

  /** Learn the further host of a name's current release. The first that has one keeps it. */
  learn({ name, current }: NameRow): void {
    for (const [host, owner] of this.#hosts) if (owner === name) this.#hosts.delete(host);
    const host = current === null ? null : (this.#deps.records.app(current)?.host ?? null);
    if (host !== null && !this.#hosts.has(host)) this.#hosts.set(host, name);
  }

  #byHost(host: string): NameRow | null {
    const name = this.#hosts.get(host);
    const row = name === undefined ? null : this.#deps.records.name(name);
    return row?.owner === null ? null : row;
  }

  #servable(row: NameRow): Servable {
    const { records } = this.#deps;
    const { name, current } = row;
    const stopped = whyStopped(row);
    if (stopped !== null) return { ok: false, name, reason: stopped };
    const app = current === null ? null : records.app(current);
    if (current !== null && app !== null) return { ok: true, name, release: current, app };
    const [newest] = records.releases(name);
    const coming = newest?.state === 'pulling' || newest?.state === 'starting';
    return { ok: false, name, reason: whyNothing(newest), coming };
  }
}

function whyStopped({ wanted, halted }: NameRow): string | null {
  if (wanted === 'off') return 'its owner has stopped it';
  if (wanted === 'held') return 'the name was claimed, and its owner has neither pushed nor adopted this image';
  return halted;
}

function whyNothing(newest: Release | undefined): string {
  if (newest === undefined) return 'nothing was pushed yet';
  const { state, problem } = newest;
  if (state === 'pulling' || state === 'starting') return 'its first release is just starting';
  // The lines of the container are its owner's to see.
  return `its release ${state === 'refused' ? 'was refused' : 'did not start'}: ${(problem ?? '').split('\n')[0] ?? ''}`;
}
