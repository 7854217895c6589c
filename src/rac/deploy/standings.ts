import { createHash } from 'node:crypto';
import { PodctlError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import { labelOf } from '../registry/repository.js';
import type { AppSpec } from './app-spec.js';
import { boxBody, STOP_SECONDS } from './box.js';
import type { Calls } from './calls.js';
import type { Upstream } from './lifecycle.js';
import type { Place, Places } from './places.js';
import { waitReady } from './ready.js';
import type { Seen } from './seen.js';
import { ignoresStop } from './stop-grace.js';
import { firstFile, idsOf, ownerArchive } from './volume-owner.js';

/** A release's container in its place, running or not. */
export type Standing = {
  readonly name: string;
  readonly release: number;
  readonly app: AppSpec;
  readonly container: string;
  readonly place: Place;
};

export type StandingRequest = {
  readonly name: string;
  readonly release: number;
  readonly app: AppSpec;
  /** As the engine knows it. */
  readonly image: string;
};

export type StandingsDeps = {
  readonly calls: Calls;
  readonly places: Places;
  readonly files: Files;
  readonly clock: Clock;
  readonly limits: { readonly pids: number; readonly disk: number };
  readonly ceiling: { readonly files: number; readonly processes: number };
  readonly variables: (name: string) => Readonly<Record<string, Secret>>;
  /** A container runs, and has answered. */
  readonly started: () => void;
  /** A place was taken, and the start that it was for is over: others may be made. */
  readonly refill: () => void;
};

/** Lines that are kept of a start that failed. */
const KEPT_LINES = 20;
/** How long a start may take before RAC looks whether its container is still there. */
const LOOK_AFTER_MS = 250;

/** Makes, starts and ends the containers of releases. */
export class Standings {
  readonly #deps: StandingsDeps;

  constructor(deps: StandingsDeps) {
    this.#deps = deps;
  }

  /** A container beside a holder, not started. */
  async prepare(request: StandingRequest): Promise<Standing> {
    const { calls, places } = this.#deps;
    const { name, release, app } = request;
    const place = await places.take(app.port);
    let made: string | null = null;
    try {
      const volumes = await this.#volumes(name, app.volumes);
      const { instance } = calls.owned;
      const container = await calls.create(
        `rac-${instance}-${release}-${place.slot}`,
        this.#body(request, { place, volumes: Object.fromEntries(volumes.map((one) => [one.path, one.volume])) }),
      );
      made = container;
      if (app.user !== '') await this.#hand(container, app.user, volumes);
      return { name, release, app, container, place };
    } catch (error) {
      if (made !== null) await calls.removeContainer(made);
      await places.give(place);
      this.#deps.refill();
      throw error;
    }
  }

  /**
   * Start it and wait for its first answer. Throws PodctlError('TRY_AGAIN') with its last lines as problems when it ends or stays silent;
   * it is stopped then.
   */
  async start(standing: Standing): Promise<Upstream> {
    try {
      return await this.#start(standing);
    } finally {
      this.#deps.refill();
    }
  }

  async #start(standing: Standing): Promise<Upstream> {
    const { calls, clock } = this.#deps;
    const { app, container } = standing;
    const giveUp = new AbortController();
    const upstream = upstreamOf(standing);
    const forwarded = standing.place.publishedPort !== null;
    const starting = this.#startBy(container, giveUp);
    // Its address is there already, so it may answer before the engine says that it has started. Not so a forwarder's.
    if (forwarded) await starting;
    const watching = this.#watch({ container, starting, giveUp, within: app.startTimeout });
    const ready = await waitReady({ ...upstream, health: app.health, forwarded }, { clock, giveUp: giveUp.signal });
    giveUp.abort();
    if (ready) {
      this.#deps.started();
      return upstream;
    }
    await starting;
    const why = await watching;
    const lines = await calls.lastLines(container, KEPT_LINES);
    await calls.stop(container, 0);
    throw new PodctlError('TRY_AGAIN', why ?? `it did not answer on port ${app.port} in time`, {
      hint: `it has to listen on 0.0.0.0:${app.port} within ${app.startTimeout / 1000} s of its start`,
      problems: lines.map((message) => ({ message })),
    });
  }

  /** Let it end as its image wants; a program that does not hear its stop signal ends at once. */
  async stop({ container, app }: Standing): Promise<void> {
    const { calls, files } = this.#deps;
    const pid = (await calls.inspect(container))?.pid ?? 0;
    const status = pid === 0 ? null : await files.readText(`/proc/${pid}/status`);
    const deaf = status !== null && ignoresStop(status, app.stopSignal);
    await calls.stop(container, deaf ? 0 : STOP_SECONDS);
  }

  /** Take it and its place away, `gently` after it was stopped. */
  async end(standing: Standing, gently: boolean): Promise<void> {
    const { calls, places } = this.#deps;
    if (gently) await this.stop(standing);
    await calls.removeContainer(standing.container);
    await places.give(standing.place);
  }

  #body({ name, release, app, image }: StandingRequest, inside: Inside): object {
    const { calls, limits, ceiling, variables } = this.#deps;
    const set = Object.entries(variables(name)).map(([key, value]) => [key, value.reveal()] as const);
    const env = [...new Map([...Object.entries(app.env), ...set])].map(([key, value]) => `${key}=${value}`);
    return boxBody({ ...calls.owned, ...limits, ceiling, name, release, image, app, env, ...inside });
  }

  async #startBy(container: string, giveUp: AbortController): Promise<void> {
    try {
      await this.#deps.calls.start(container);
    } catch (error) {
      giveUp.abort();
      throw error;
    }
  }

  // Why it will never be ready; null as long as it may be.
  async #watch({ container, starting, giveUp, within }: Watched): Promise<string | null> {
    const { calls, clock } = this.#deps;
    try {
      await starting;
    } catch {
      // Whoever waits for the start hears of it.
      return null;
    }
    const until = clock.now() + within;
    for (;;) {
      await clock.sleep(LOOK_AFTER_MS, giveUp.signal);
      if (giveUp.signal.aborted) return null;
      const seen = await calls.inspect(container);
      if (seen?.state === 'running' && clock.now() < until) continue;
      giveUp.abort();
      if (seen?.state === 'running') return null;
      return `it ended with ${endOf(seen)} before it answered`;
    }
  }

  async #volumes(name: string, paths: readonly string[]): Promise<readonly VolumeAt[]> {
    const { calls } = this.#deps;
    const made: VolumeAt[] = [];
    for (const path of paths) {
      const volume = volumeOf(calls.owned.instance, name, path);
      made.push({ path, volume, ...(await calls.makeVolume(volume)) });
    }
    return made;
  }

  // A VOLUME that the image does not hold as a folder belongs to root when an engine makes it, and USER could not write to it.
  async #hand(container: string, user: string, volumes: readonly VolumeAt[]): Promise<void> {
    const { calls, files } = this.#deps;
    for (const { path, mountpoint } of volumes) {
      const [stat, inside] = [await files.stat(mountpoint), await files.list(mountpoint)];
      if (stat === null || stat.uid !== 0 || inside === null || inside.length > 0) continue;
      const ids = idsOf(user, {
        passwd: await this.#text(container, '/etc/passwd'),
        group: await this.#text(container, '/etc/group'),
      });
      if (ids !== null) await calls.archive(container, '/', ownerArchive(path, ids));
    }
  }

  async #text(container: string, path: string): Promise<string> {
    const archive = await this.#deps.calls.file(container, path);
    return archive === null ? '' : firstFile(archive);
  }
}

type Watched = {
  readonly container: string;
  readonly starting: Promise<void>;
  readonly giveUp: AbortController;
  readonly within: number;
};
type VolumeAt = { readonly path: string; readonly volume: string; readonly mountpoint: string };
type Inside = { readonly place: Place; readonly volumes: Readonly<Record<string, string>> };

/** How a container ended, for people. */
export function endOf(seen: Seen | null): string {
  return `exit code ${seen?.exitCode ?? 'unknown'}${seen?.outOfMemory === true ? ', out of memory' : ''}`;
}

/** The volume of a path of a name: the same for every release. */
function volumeOf(instance: string, name: string, path: string): string {
  return `${volumePrefix(instance, name)}${createHash('sha256').update(path).digest('hex').slice(0, 12)}`;
}

/** How the volumes of a name begin; a label never holds a dot, so that no name's prefix is another's. */
export function volumePrefix(instance: string, name: string): string {
  return `rac-${instance}-${labelOf(name)}.`;
}

export function upstreamOf({ place, app, release }: Standing): Upstream {
  return { address: place.address, port: place.publishedPort ?? app.port, release };
}
