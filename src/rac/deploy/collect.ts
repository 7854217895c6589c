import type { RegistryClient } from '../registry/client.js';
import type { Calls } from './calls.js';
import type { Log } from './deployment.js';
import type { Images } from './images.js';
import type { Lanes } from './lanes.js';
import type { Records } from './records.js';
import type { Release } from './releases.js';
import { volumePrefix } from './standings.js';
import type { Units } from './units.js';

export type CollectDeps = {
  readonly records: Records;
  readonly registry: RegistryClient;
  readonly images: Images;
  readonly units: Units;
  readonly calls: Calls;
  readonly lanes: Lanes;
  readonly log: Log;
};

/** Releases that ran and can be rolled back to, beside the one that serves and the pinned one. */
const KEPT = 3;
/** Failed and refused ones whose reasons stay readable; their images go at once. */
const KEPT_FAILED = 5;

/** Which releases' images a name no longer needs: too old to roll back to, or of no use. Pure. */
export function dispensable(releases: readonly Release[]): readonly Release[] {
  const ran = releases.filter(
    ({ state, current, pinned }) => !current && !pinned && (state === 'superseded' || state === 'ready'),
  );
  // What is newer than the current one waits for its pin to go.
  const current = releases.find((release) => release.current)?.id ?? 0;
  const old = ran.filter(({ id }) => id < current).slice(KEPT);
  const useless = releases.filter(({ state }) => state === 'failed' || state === 'refused').slice(KEPT_FAILED);
  return [...old, ...useless];
}

/** Take the images of a name that it no longer needs from engine and registry. */
export async function collectOld(name: string, deps: CollectDeps): Promise<void> {
  const { records, registry, images, log } = deps;
  const all = records.releases(name);
  const going = dispensable(all);
  const ids = new Set(going.map(({ id }) => id));
  const needed = new Set(
    all.filter(({ id, state }) => !ids.has(id) && state !== 'collected').map(({ digest }) => digest),
  );
  for (const { state, digest } of all) {
    const failed = state === 'failed' || state === 'refused';
    const other = all.some(
      (one) => one.digest === digest && one.state !== 'failed' && one.state !== 'refused' && one.state !== 'collected',
    );
    if (failed && !other) await images.remove(name, digest);
  }
  for (const { id, digest } of going) {
    // A container that is still being drained keeps its image: it goes the next time.
    if (!needed.has(digest) && !(await images.remove(name, digest))) continue;
    if (!needed.has(digest)) await registry.remove(name, digest, [...needed]);
    records.change(id, { state: 'collected' });
    log('collected', { name, release: id, digest });
  }
}

/** Take everything of a name away: container, images here and in the registry, volumes, releases. Its row and its claim stay. */
export async function clearName(name: string, deps: CollectDeps): Promise<void> {
  const { records, registry, images, units, calls, log } = deps;
  // A request must not bring it back before the last of it is gone.
  records.halt(name, 'it is being taken away');
  units.tellGone(name);
  await units.remove(name);
  await units.settled(name);
  const digests = new Set(records.releases(name).map(({ digest }) => digest));
  for (const digest of digests) {
    await images.remove(name, digest);
    await registry.remove(name, digest);
  }
  const prefix = volumePrefix(calls.owned.instance, name);
  for (const volume of await calls.volumes()) if (volume.startsWith(prefix)) await calls.removeVolume(volume);
  records.clear(name);
  log('cleared', { name });
}

/** Unclaimed names whose time is over go, with all that they have; gives them. One that is pushed or claimed meanwhile stays. */
export async function expire(now: number, deps: CollectDeps): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const name of deps.records.expired(now)) {
    if (await deps.lanes(`rollout ${name}`, () => expireOne(now, name, deps))) gone.push(name);
  }
  return gone;
}

async function expireOne(now: number, name: string, deps: CollectDeps): Promise<boolean> {
  if (!deps.records.expired(now).includes(name)) return false;
  await clearName(name, deps);
  if (!deps.records.forget(name, now)) return false;
  deps.log('expired', { name });
  return true;
}
