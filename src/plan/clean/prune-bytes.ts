import type { Contents, ImageThere, PruneList } from './prune-facts.js';

/** Bytes by layer, the lowest first, as far as an image's history tells them; null: it does not. */
export type LayerBytes = (image: ImageThere) => readonly number[] | null;

/**
 * The same without the layers that docker's build cache holds on to: those go with the cache only. It says no more of them than their
 * size, as people read it.
 */
export function withoutHeld(layersOf: LayerBytes, held: readonly string[]): LayerBytes {
  return (image) => layersOf(image)?.map((bytes) => (held.includes(humanSize(bytes)) ? 0 : bytes)) ?? null;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A size as docker prints it: four digits at most, in powers of 1000. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; unit += 1) value /= 1000;
  return `${Number(value.toPrecision(4))}${UNITS[unit]}`;
}

/** One line of an image's history, the newest first. */
export type HistoryLine = { readonly bytes: number; readonly by: string };

/** Bytes that go with the images: layers that several of them share count once, and those that anything else has not at all. */
export function imageBytes(
  { images }: Pick<PruneList, 'images'>,
  contents: Pick<Contents, 'images' | 'containers'>,
  layersOf: LayerBytes,
): number {
  const going = images.filter(({ image, tags }) => tags.length === image.tags.length).map(({ image }) => image);
  const staying = contents.images.filter((image) => !going.includes(image));
  const held = new Set(staying.flatMap(({ layers }) => chains(layers)));
  const counted = new Set<string>();
  let total = 0;
  // The images with most layers first: the others are parts of them.
  for (const image of going.toSorted((a, b) => b.layers.length - a.layers.length)) {
    const own = chains(image.layers);
    const fresh = own.filter((chain) => !held.has(chain) && !counted.has(chain));
    for (const chain of fresh) counted.add(chain);
    if (fresh.length > 0) total += bytesOf(image, { from: own.length - fresh.length, staying, layersOf });
  }
  return total;
}

type Part = { readonly from: number; readonly staying: readonly ImageThere[]; readonly layersOf: LayerBytes };

function bytesOf(image: ImageThere, { from, staying, layersOf }: Part): number {
  const layers = layersOf(image);
  if (layers !== null) return layers.slice(from).reduce((sum, bytes) => sum + bytes, 0);
  if (from === 0) return image.bytes;
  // Nobody knows better than the largest image that stays and that this one stands on.
  const below = staying.filter((other) => other.layers.every((layer, depth) => layer === image.layers[depth]));
  return Math.max(0, image.bytes - Math.max(0, ...below.map(({ bytes }) => bytes)));
}

/** A layer is another one when anything below it is. */
function chains(layers: readonly string[]): readonly string[] {
  return layers.map((_, index) => layers.slice(0, index + 1).join(' '));
}

/** The digest of a layer without anything in it; engines give it no line of its own. */
const EMPTY_LAYER = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';
const MAKES_LAYER = /#\(nop\) +(ADD|COPY|WORKDIR)\b|^(RUN|ADD|COPY|WORKDIR)\b|\/bin\/sh -c (?!#\(nop\))/;

/**
 * Which line of an image's history made which layer. Lines that changed only settings made none, and weigh nothing; a layer may weigh
 * nothing, too. null: the lines and the layers do not fit together.
 */
export function layerBytes(layers: readonly string[], history: readonly HistoryLine[]): readonly number[] | null {
  const lines = history.toReversed();
  const heavy = lines.filter(({ bytes }) => bytes > 0).length;
  const full = layers.filter((layer) => layer !== EMPTY_LAYER).length;
  if (heavy === full) return fit(layers, lines, ({ bytes }) => bytes > 0);
  const making = lines.filter((line) => line.bytes > 0 || MAKES_LAYER.test(line.by));
  return making.length === layers.length ? making.map(({ bytes }) => bytes) : null;
}

function fit(
  layers: readonly string[],
  lines: readonly HistoryLine[],
  counts: (line: HistoryLine) => boolean,
): readonly number[] {
  const sizes = lines.filter(counts).map(({ bytes }) => bytes);
  let next = 0;
  return layers.map((layer) => (layer === EMPTY_LAYER ? 0 : (sizes[next++] ?? 0)));
}
