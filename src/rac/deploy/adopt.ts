import { RAC_LABEL } from './box.js';
import type { Calls, Listed } from './calls.js';
import type { Log } from './deployment.js';
import type { Place, Places } from './places.js';
import type { Records } from './records.js';
import type { Seen } from './seen.js';
import type { Standing } from './standings.js';
import type { Units } from './units.js';

export type AdoptDeps = {
  readonly calls: Calls;
  readonly places: Places;
  readonly records: Records;
  readonly units: Units;
  readonly log: Log;
  readonly instance: string;
};

/**
 * Find again by their labels the containers that an earlier life of RAC, or of the engine, left: one per name that is its current release
 * and has its holder is taken over as it stands; everything else of this instance goes. Other instances' are never looked at.
 */
export async function adopt(deps: AdoptDeps): Promise<void> {
  const { calls, units } = deps;
  const all = await calls.list();
  const known = new Set(units.all().flatMap(({ standing }) => [standing.container, standing.place.holder]));
  const role = (wanted: string): readonly Listed[] => all.filter(({ labels }) => labels[RAC_LABEL.role] === wanted);
  const holders = new Map<string, Place>();
  for (const { id, labels } of role('holder')) {
    const place = known.has(id) ? null : placeOf(deps, labels, await calls.inspect(id));
    if (place !== null) holders.set(id, place);
  }
  const kept = new Set<string>();
  for (const { id } of role('app')
    .filter((one) => !known.has(one.id))
    .toSorted(runningFirst)) {
    const holder = await takeOver(deps, id, holders);
    if (holder === null) await calls.removeContainer(id);
    else kept.add(holder);
  }
  await clearRest(deps, { holders: role('holder'), kept: new Set([...kept, ...known]) });
}

// Its holder; null: it is nothing that serves now.
async function takeOver(deps: AdoptDeps, id: string, holders: ReadonlyMap<string, Place>): Promise<string | null> {
  const { calls, units, log } = deps;
  const seen = await calls.inspect(id);
  const standing = seen === null ? null : standingOf(deps, seen, holders);
  if (seen === null || standing === null) return null;
  const { name, release, place } = standing;
  const there = units.standing(name);
  // A request may have started it while all of them were looked at.
  if (there !== null) return there.container === id ? place.holder : null;
  units.adopt(seen.state === 'stopped' ? 'holder' : seen.state, standing);
  log('adopted', { name, release, state: seen.state });
  return place.holder;
}

async function clearRest(
  { calls, places, units, instance }: AdoptDeps,
  { holders, kept }: { readonly holders: readonly Listed[]; readonly kept: ReadonlySet<string> },
): Promise<void> {
  const spare = places.holders();
  for (const { id } of holders) if (!kept.has(id) && !spare.has(id)) await calls.removeContainer(id);
  const used = new Set([...units.all().map(({ standing }) => standing.place.network), ...places.networks()]);
  for (const network of await calls.networks()) {
    if (network.startsWith(`rac-${instance}-`) && !used.has(network)) await calls.removeNetwork(network);
  }
}

function placeOf({ places, instance }: AdoptDeps, labels: Listed['labels'], seen: Seen | null): Place | null {
  const slot = Number(labels[RAC_LABEL.slot] ?? Number.NaN);
  if (!Number.isInteger(slot) || seen?.state !== 'running') return null;
  places.reserve(slot);
  const { id, address, publishedPort } = seen;
  const where = publishedPort === null ? address : '127.0.0.1';
  return { slot, network: `rac-${instance}-${slot}`, holder: id, address: where, publishedPort };
}

function standingOf({ records }: AdoptDeps, seen: Seen, holders: ReadonlyMap<string, Place>): Standing | null {
  const name = seen.labels[RAC_LABEL.name] ?? '';
  const release = Number(seen.labels[RAC_LABEL.release] ?? Number.NaN);
  const row = records.name(name);
  const app = Number.isInteger(release) ? records.app(release) : null;
  const place = holders.get(seen.networkMode.replace(/^container:/, ''));
  if (row?.current !== release || row.wanted !== 'on' || row.halted !== null || app === null || place === undefined)
    return null;
  return { name, release, app, container: seen.id, place };
}

function runningFirst(a: Listed, b: Listed): number {
  return Number(b.state === 'running') - Number(a.state === 'running');
}
