import { PodctlError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import type { RegistryClient } from '../registry/client.js';
import type { RacSettings } from '../settings.js';
import type { Audit } from '../store/audit.js';
import type { Enforcement, Log } from './deployment.js';
import type { Failures } from './failures.js';
import type { Images } from './images.js';
import type { Lanes } from './lanes.js';
import { isRefusedPull } from './pull-answer.js';
import type { Deploy, Push } from './push.js';
import { readApp } from './read-app.js';
import type { NameRow, Records } from './records.js';
import type { Release } from './releases.js';
import type { Standing, StandingRequest, Standings } from './standings.js';
import type { Units } from './units.js';

export type RolloutDeps = {
  readonly settings: RacSettings;
  readonly records: Records;
  readonly registry: RegistryClient;
  readonly images: Images;
  readonly standings: Standings;
  readonly units: Units;
  readonly failures: Failures;
  readonly lanes: Lanes;
  readonly audit: Audit;
  readonly log: Log;
  readonly now: () => number;
  readonly enforcement: Enforcement;
  /** As images name it: `linux/amd64`. */
  readonly platform: string;
  /** After a release has ended one way or another: what is superseded can be collected. */
  readonly after: (name: string) => void;
};

type Taking = StandingRequest & { readonly mayStill: () => boolean };

export type Rollout = {
  readonly deploy: Deploy;
  /** Bring a release up and let it serve. Throws PodctlError when it does not start; what served before still does then. */
  readonly serve: (release: Release) => Promise<void>;
};

/** Pushes become releases, and releases take over. One at a time per name; requests go on meanwhile. */
export function openRollout(deps: RolloutDeps): Rollout {
  const rollout = new Rollouts(deps);
  return {
    deploy: (push, mayStill = () => true) => deps.lanes(`rollout ${push.name}`, () => rollout.push(push, mayStill)),
    serve: (release) => deps.lanes(`rollout ${release.name}`, () => rollout.serve(release)),
  };
}

/** With the pauses of the events' processor, about two minutes. */
const MOST_PULLS = 8;

class Rollouts {
  readonly #deps: RolloutDeps;
  /** Per release, until it fails for good. */
  readonly #refusedPulls = new Map<number, number>();

  constructor(deps: RolloutDeps) {
    this.#deps = deps;
  }

  async push(push: Push, mayStill: () => boolean): Promise<void> {
    const { records, settings, log } = this.#deps;
    const row = records.pushed(push, push.at + settings.anonymousTtl);
    const release = this.#releaseOf(push);
    if (release === null) return;
    log('push', { name: push.name, release: release.id, digest: push.digest });
    try {
      const ready = await this.#read(row, release);
      if (ready !== null) await this.#take({ ...ready, mayStill }, push);
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      // What a later try may mend is the caller's to try again.
      if (error.code === 'UNAVAILABLE' && (await this.#mayPull(release, error))) throw error;
      this.#failed(release, error);
    }
    this.#deps.after(push.name);
  }

  // An image that is broken stays so, and later pushes of its name wait behind it. A registry that was away says nothing about its images.
  async #mayPull({ id, name, digest }: Release, error: PodctlError): Promise<boolean> {
    if (!isRefusedPull(error) || !(await this.#isAnswered(name, digest))) return true;
    const times = (this.#refusedPulls.get(id) ?? 0) + 1;
    this.#refusedPulls.set(id, times);
    if (times < MOST_PULLS) return true;
    this.#refusedPulls.delete(id);
    return false;
  }

  async #isAnswered(name: string, digest: string): Promise<boolean> {
    try {
      await this.#deps.registry.image(name, digest);
      return true;
    } catch (error) {
      if (error instanceof PodctlError && error.code === 'UNAVAILABLE') return false;
      throw error;
    }
  }

  async serve(release: Release): Promise<void> {
    const { app } = release;
    if (app === null) throw notReady(release);
    const image = await this.#deps.images.pull(release.name, release.digest);
    await this.#switch({ name: release.name, release: release.id, app, image, mayStill: () => true });
  }

  // null: this push is one that is known.
  #releaseOf(push: Push): Release | null {
    const { records } = this.#deps;
    const same = records.releases(push.name).filter(({ digest }) => digest === push.digest);
    const [last] = same;
    if (last === undefined) return records.add(push);
    // It was under way when RAC ended.
    if (last.state === 'pulling' || last.state === 'starting') return last;
    const again = !push.id.startsWith('reconcile:');
    if (!again || last.current) return null;
    if (last.state === 'ready' && records.releases(push.name)[0]?.id === last.id) return null;
    return records.add(push);
  }

  // null: it is refused, and the reason is written down.
  async #read(row: NameRow, release: Release): Promise<StandingRequest | null> {
    const { records, registry, settings, enforcement, images } = this.#deps;
    const { id, name, digest } = release;
    if (!enforcement.enforced && !settings.trustPushers) return this.#refuse(release, unenforced(enforcement.lacks));
    const stored = await registry.image(name, digest);
    if (stored === null) return this.#refuse(release, 'the registry has this image no more');
    const { platforms, config, size } = stored;
    const { platform } = this.#deps;
    if (platforms.length > 0 && !platforms.some((one) => one === platform || one.startsWith(`${platform}/`))) {
      return this.#refuse(release, `it is built for ${platforms.join(', ')}; this machine is ${platform}`);
    }
    if (size > settings.limits.disk) return this.#refuse(release, tooBig(size, settings.limits.disk));
    const { app, warnings } = this.#fitting(row, readApp(config, settings.limits));
    records.change(id, { app, warnings });
    const image = await images.pull(name, digest);
    const sizeBytes = (await images.sizeOf(name, digest)) ?? size;
    if (sizeBytes > settings.limits.disk) {
      records.change(id, { sizeBytes });
      return this.#refuse(release, tooBig(sizeBytes, settings.limits.disk));
    }
    if (row.owner !== null && app.visibility === 'private') records.setVisibility(name, 'private');
    records.change(id, { sizeBytes, state: 'starting' });
    return { name, release: id, app, image };
  }

  // What only an owner may ask for.
  #fitting({ owner }: NameRow, { app, warnings }: ReturnType<typeof readApp>): ReturnType<typeof readApp> {
    if (owner !== null) return { app, warnings };
    const asked = [
      ...(app.alwaysOn ? ['rac.always-on'] : []),
      ...(app.host === null ? [] : ['rac.host']),
      ...(app.visibility === 'private' ? ['rac.visibility'] : []),
    ];
    const told = asked.map((label) => `label ${label}: only followed once the name is claimed`);
    return { app: { ...app, alwaysOn: false, host: null, visibility: 'public' }, warnings: [...warnings, ...told] };
  }

  async #take(request: Taking, push: Push): Promise<void> {
    const { records, audit } = this.#deps;
    const { name, release } = request;
    if (!request.mayStill()) throw claimedMeanwhile(name);
    // The owner's own push brings a name back that a claim has stopped.
    const row = records.name(name);
    if (row?.wanted === 'held' && push.actor !== null) records.setWanted(name, 'on');
    if (row?.pinned !== null && row !== null && row.pinned !== release) return this.#onlyCheck(request);
    await this.#switch(request);
    audit.write({ who: 'rac', action: 'release', subject: name, detail: `${release} ${push.digest}` });
  }

  // A pinned name stays as it is. With volumes nothing else may be started on its data.
  async #onlyCheck(request: StandingRequest): Promise<void> {
    const { records, standings, units, now } = this.#deps;
    if (request.app.volumes.length === 0) await standings.end(await units.startNow(request), true);
    records.change(request.release, { state: 'ready', readyAt: now() });
  }

  /**
   * Beside the old one where they share no data. Where both have volumes the old one ends first, because two programs on one database
   * break it; requests wait for those moments, and if the new one fails the old one starts again.
   */
  async #switch(request: Taking): Promise<void> {
    const { units, lanes, records } = this.#deps;
    const { name, app } = request;
    // Also of one that sleeps: a request could wake it meanwhile.
    const current = records.name(name)?.current ?? null;
    const old = current === null ? null : records.app(current);
    if (old?.volumes.some((path) => app.volumes.includes(path)) === true) {
      return lanes(name, () => this.#oneAfterTheOther(request));
    }
    const standing = await units.startNow(request);
    await lanes(name, () => this.#over(standing, request.mayStill));
  }

  async #oneAfterTheOther(request: Taking): Promise<void> {
    const { units, standings } = this.#deps;
    const { name } = request;
    const before = units.tierOf(name);
    const old = units.standing(name);
    if (before !== 'holder') units.tellGone(name);
    await units.stopNow(name);
    try {
      await this.#over(await units.startNow(request), request.mayStill);
    } catch (error) {
      if (old !== null && (before === 'running' || before === 'paused')) {
        await standings.start(old);
        units.adopt('running', old);
      }
      throw error;
    }
  }

  async #over(standing: Standing, mayStill: () => boolean): Promise<void> {
    const { records, standings, units, now } = this.#deps;
    const { name, release } = standing;
    if (!mayStill()) {
      await standings.end(standing, true);
      throw claimedMeanwhile(name);
    }
    records.takeOver(name, release, now());
    units.replace(standing);
    if (records.name(name)?.wanted === 'on') return;
    // Stopped by hand: it was only started to see that it does.
    await units.stopNow(name);
    units.tellGone(name);
  }

  #refuse({ id, name }: Release, problem: string): null {
    this.#deps.records.change(id, { state: 'refused', problem });
    this.#deps.log('release-refused', { name, release: id, reason: problem });
    return null;
  }

  #failed({ id, name }: Release, error: PodctlError): void {
    const lines = error.problems.map(({ message }) => message);
    this.#deps.records.change(id, { state: 'failed', problem: [error.message, ...lines].join('\n') });
    this.#deps.log('release-failed', { name, release: id, reason: error.message });
  }
}

function claimedMeanwhile(name: string): PodctlError {
  return new PodctlError(
    'REFUSED',
    `\`${name}\` was claimed while this was being deployed, and whoever pushed it may not`,
    {
      hint: 'its owner pushes, or shares it: podctl rac collaborators',
    },
  );
}

function notReady({ id, state }: Release): PodctlError {
  return new PodctlError('REFUSED', `release ${id} is ${state}`, {
    hint: 'choose one that was ready: podctl rac releases NAME',
  });
}

function unenforced(lacks: readonly string[]): string {
  return `limits cannot be enforced on this machine (${lacks.join('; ')}): nothing that others push runs here unless RAC is started with --trust-pushers`;
}

function tooBig(size: number, limit: number): string {
  return `its layers are ${formatBytes(size)}, more than the ${formatBytes(limit)} that a name may have`;
}
