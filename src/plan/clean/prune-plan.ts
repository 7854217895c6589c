import type { ArgToken } from '../../render/token.js';
import { execStep } from '../make-step.js';
import type { PlanFrame } from '../run-input.js';
import type { Kept } from './kept.js';
import type { ContainerThere, ImageGoes, NetworkThere, PruneList, VolumeThere } from './prune-facts.js';
import type { PruneExec, PruneItem, PruneKeep, PruneStep } from './prune-step.js';

/** Where volumes are kept: the folder, and what is known of the document before it is written. */
export type KeepPlace = { readonly folder: string; readonly kept: Omit<Kept, 'things'> };

/** The steps, in an order in which nothing goes that a later one still needs: volumes are kept, and known to undo, before any goes. */
export function pruneSteps(list: PruneList, frame: PlanFrame, place: KeepPlace): readonly PruneStep[] {
  const { containers, volumes, networks, images, cache } = list;
  return [
    ...together(frame, { words: ['rm'], why: 'they do not run', items: containers.map(containerItem) }),
    ...keepSteps(volumes, place),
    ...together(frame, { words: ['volume', 'rm'], why: 'undo has their content', items: volumes.map(volumeItem) }),
    ...together(frame, { words: ['network', 'rm'], why: 'nothing uses them', items: networks.map(networkItem) }),
    // An untagged parent is an item by itself: with --no-prune exactly what the line names goes.
    ...together(frame, {
      words: ['image', 'rm', '--no-prune'],
      why: 'nothing uses them',
      items: images.flatMap(imageItems),
    }),
    ...together(frame, {
      words: ['builder', 'prune', '--all', '--force', '--filter'],
      why: 'no build uses it now',
      items: cacheItems(cache),
    }),
  ];
}

type Group = { readonly words: readonly string[]; readonly why: string; readonly items: readonly PruneItem[] };

/** Things on one command line: few enough that they are looked at right before. */
const AT_ONCE = 20;

function together({ connection }: PlanFrame, { words, why, items }: Group): readonly PruneExec[] {
  const groups = Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, index) =>
    items.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
  return groups.map((group) => {
    const argv = [connection.program, ...connection.globals, ...words, ...group.map(({ word }) => word)];
    const tokens: readonly ArgToken[] = argv.map((text) => ({ text, at: 'rule/prune' }));
    return { ...execStep(tokens, { output: 'quiet', why }), items: group };
  });
}

function containerItem({ id, name }: ContainerThere): PruneItem {
  return { word: id, what: `container ${name}`, still: { kind: 'container', id } };
}

function volumeItem({ facts: { name }, created }: VolumeThere): PruneItem {
  return { word: name, what: `volume ${name}`, still: { kind: 'volume', name, created } };
}

function networkItem({ id, name }: NetworkThere): PruneItem {
  return { word: id, what: `network ${name}`, still: { kind: 'network', id, name } };
}

function imageItems({ image: { id }, tags }: ImageGoes): readonly PruneItem[] {
  if (tags.length === 0) return [{ word: id, what: `image ${short(id)}`, still: { kind: 'image', id } }];
  return tags.map((tag) => ({ word: tag, what: `image ${tag}`, still: { kind: 'tag', id, tag } }));
}

// Docker's builder takes one pattern for ids, and no list.
function cacheItems(cache: PruneList['cache']): readonly PruneItem[] {
  if (cache.length === 0) return [];
  const word = `id=^(${cache.map(({ id }) => id).join('|')})$`;
  return [{ word, what: `${cache.length} pieces of build cache`, still: { kind: 'cache' } }];
}

function keepSteps(volumes: readonly VolumeThere[], { folder, kept }: KeepPlace): readonly PruneKeep[] {
  if (volumes.length === 0) return [];
  const files = volumes.map((volume, index) => ({ ...volume, at: `${folder}/${kept.id}.prune-${index + 1}.tar` }));
  return [
    ...files.map(({ facts, created, at }) => ({
      do: 'file' as const,
      action: 'keep-volume' as const,
      volume: facts,
      path: at,
      still: { kind: 'volume' as const, name: facts.name, created },
      why: `undo brings volume ${facts.name} back from it`,
    })),
    {
      do: 'file' as const,
      action: 'record' as const,
      path: `${folder}/${kept.id}.json`,
      kept,
      things: files.map(({ facts: { name, driver, options, labels }, at }) => ({
        kind: 'volume' as const,
        name,
        at,
        removed: true,
        driver,
        options,
        labels,
      })),
      why: 'from here on undo knows of them',
    },
  ];
}

/** An id as engines print it. */
export function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
