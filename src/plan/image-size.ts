import type { HistoryEntry, ImageDetails } from '../spec/image-details.js';

/** One step that added something. `shared`: another image has it too, so it costs nothing more. */
export type SizedLayer = { readonly instruction: string; readonly size: number; readonly shared: boolean };

export type ImageSize = {
  /** Bytes. */
  readonly total: number;
  /** Bytes that the base has as well; null when no base is known. */
  readonly shared: number | null;
  /** The largest first. */
  readonly layers: readonly SizedLayer[];
};

/** What an image's size is made of. */
export function imageSize(image: ImageDetails, base: ImageDetails | null): ImageSize {
  const common = base === null ? 0 : commonSteps(image, base);
  const layers = image.history
    .map(({ instruction, size }, index) => ({ instruction: instruction || 'imported', size, shared: index < common }))
    .filter(({ size }) => size > 0)
    .toSorted((a, b) => b.size - a.size);
  const shared = layers.reduce((sum, layer) => sum + (layer.shared ? layer.size : 0), 0);
  return { total: image.size, shared: base === null ? null : shared, layers };
}

// Steps from the first on that both images took. Without a common layer, like steps are different builds.
function commonSteps(image: ImageDetails, base: ImageDetails): number {
  if (image.layers[0] === undefined || image.layers[0] !== base.layers[0]) return 0;
  const differs = image.history.findIndex((entry, index) => !isSame(entry, base.history[index]));
  return differs === -1 ? image.history.length : differs;
}

function isSame(entry: HistoryEntry, other: HistoryEntry | undefined): boolean {
  return (
    other !== undefined &&
    entry.instruction === other.instruction &&
    entry.size === other.size &&
    entry.created === other.created
  );
}
