import { LABEL } from '../../core/project.js';
import { formatBytes } from '../../core/size.js';
import type { ContainerThere, ImageGoes, NetworkThere, PruneList } from './prune-facts.js';
import { isAnybodys, serviceOf } from './prune-own.js';
import { short } from './prune-plan.js';

/** One thing that goes. `bytes` null: unknown, or counted with all images. `back`: the command that brings it back. */
export type PruneRow = {
  readonly kind: 'container' | 'volume' | 'network' | 'image' | 'cache';
  readonly name: string;
  readonly id: string;
  readonly bytes: number | null;
  readonly why: string;
  readonly back: string;
};

/** Sizes that the list itself has not: those of volumes by name, and of all images together. */
export type PruneSizes = {
  readonly volumes: Readonly<Record<string, number | null>>;
  readonly images: number;
  /** Of the images, what docker's build cache holds on to: it is in no sum. */
  readonly held: number;
};

/** What `freed` adds up; `kept`: what undo takes of it for itself. null: a volume's size is not known before it is kept. */
export type PruneSum = {
  readonly containers: number;
  readonly volumes: number | null;
  readonly images: number;
  readonly cache: number;
  readonly freed: number;
};

/** Everything that goes, as rows of a table. */
export function pruneRows(list: PruneList, sizes: PruneSizes): readonly PruneRow[] {
  return [
    ...list.containers.map(containerRow),
    ...list.volumes.map(({ facts: { name } }) =>
      row(['volume', name, name], sizes.volumes[name] ?? null, ['it was named', 'podctl undo']),
    ),
    ...list.networks.map(networkRow),
    ...list.images.map((goes) => row(['image', imageName(goes), goes.image.id], null, [goes.why, imageBack(goes)])),
    ...list.cache.map(({ id, bytes }) => row(['cache', id, id], bytes, ['no build uses it', 'the next build'])),
  ];
}

type Named = readonly [kind: PruneRow['kind'], name: string, id: string];

function row([kind, name, id]: Named, bytes: number | null, [why, back]: readonly [string, string]): PruneRow {
  return { kind, name, id, bytes, why, back };
}

function containerRow(container: ContainerThere): PruneRow {
  const { name, id, bytes, state } = container;
  return row(['container', name, id], bytes, [`it is ${state}`, containerBack(container)]);
}

function networkRow({ id, name, labels }: NetworkThere): PruneRow {
  const back = isAnybodys(labels) ? 'podctl up' : `network create ${name}`;
  return row(['network', name, id], 0, ['nothing uses it', back]);
}

/** Bytes by kind, and together. */
export function pruneSum(list: PruneList, sizes: PruneSizes): PruneSum {
  const containers = list.containers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const known = list.volumes.map(({ facts: { name } }) => sizes.volumes[name] ?? null);
  const volumes = known.reduce<number | null>((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0);
  const cache = list.cache.reduce((sum, { bytes }) => sum + bytes, 0);
  const { images } = sizes;
  return { containers, volumes, images, cache, freed: containers + (volumes ?? 0) + images + cache };
}

/** The sum as one line. */
export function sumWords({ containers, volumes, images, cache, freed }: PruneSum): string {
  const parts = [
    ...(containers === 0 ? [] : [`containers ${formatBytes(containers)}`]),
    ...(volumes === 0 ? [] : [`volumes ${volumes === null ? 'unknown' : formatBytes(volumes)}`]),
    ...(images === 0 ? [] : [`images ${formatBytes(images)}`]),
    ...(cache === 0 ? [] : [`build cache ${formatBytes(cache)}`]),
  ];
  return `${formatBytes(freed)}${parts.length > 1 ? ` (${parts.join(', ')})` : ''}`;
}

function containerBack({ labels }: ContainerThere): string {
  const service = serviceOf(labels);
  if (service !== null) return `podctl up ${service}`;
  const command = labels[LABEL.command];
  return command === undefined ? 'whatever started it' : `podctl ${command}`;
}

function imageName({ image, tags }: ImageGoes): string {
  return tags.length === 0 ? short(image.id) : tags.join(', ');
}

function imageBack({ image: { labels, digests }, tags }: ImageGoes): string {
  const service = serviceOf(labels);
  if (service !== null) return `podctl build ${service}`;
  if (labels[LABEL.project] !== undefined) return 'podctl build';
  const [ref] = tags.length > 0 ? tags : digests;
  return ref === undefined || digests.length === 0 ? 'the build that made it' : `podctl pull, or pull ${ref}`;
}
