import type { Kept } from './kept.js';
import type { VolumeThere } from './prune-facts.js';

/** A document of what is kept as it should be, and the archives that it then no longer speaks of. */
export type Outdated = { readonly kept: Kept; readonly archives: readonly string[] };

/**
 * What runs of prune that were cut off kept of volumes that they then did not remove: the volume itself is older than the document. A
 * new archive takes the place of each. One that was made after the document is another volume of that name.
 */
export function outdatedBy(volumes: readonly VolumeThere[], documents: readonly Kept[]): readonly Outdated[] {
  return documents.flatMap((kept) => {
    const made = Date.parse(kept.made);
    const stale = kept.things.filter(
      (thing) =>
        thing.kind === 'volume' &&
        volumes.some(({ facts, created }) => facts.name === thing.name && created !== null && created < made),
    );
    if (kept.by !== 'prune' || stale.length === 0) return [];
    const things = kept.things.filter((thing) => !stale.includes(thing));
    return [{ kept: { ...kept, things }, archives: stale.map(({ at }) => at) }];
  });
}
