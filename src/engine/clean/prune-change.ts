import type { ContainerThere } from '../../plan/clean/prune-facts.js';
import type { PruneItem, StillSo } from '../../plan/clean/prune-step.js';
import type { Asking } from './prune-ask.js';
import { readContainer, readImage, readNetwork, readVolume } from './prune-read.js';

export const GONE_ALREADY = 'it is gone already';
const STOPPED = ['created', 'exited', 'dead', 'configured', 'stopped'];

/** Why something is not as it was listed, of those of which that is so. All are of one kind. */
export async function changesOf(items: readonly PruneItem[], ask: Asking): Promise<ReadonlyMap<PruneItem, string>> {
  const change = await judgeOf(items, ask);
  const found = items.map((item) => [item, change(item.still)] as const);
  return new Map(found.flatMap(([item, why]) => (why === null ? [] : [[item, why] as const])));
}

type Judge = (still: StillSo) => string | null;

async function judgeOf(items: readonly PruneItem[], ask: Asking): Promise<Judge> {
  const kind = items[0]?.still.kind ?? 'cache';
  const words = items.map(({ word }) => word);
  if (kind === 'container') {
    const now = (await ask.inspect('container', words)).map(readContainer);
    return (still) => containerChange('id' in still ? now.find(({ id }) => id === still.id) : undefined);
  }
  if (kind === 'volume') return volumeJudge(words, ask);
  if (kind === 'network') return networkJudge(words, ask);
  if (kind === 'image' || kind === 'tag') return imageJudge(words, ask);
  return () => null;
}

function containerChange(now: ContainerThere | undefined): string | null {
  if (now === undefined) return GONE_ALREADY;
  return STOPPED.includes(now.state) ? null : `it is ${now.state} now`;
}

async function volumeJudge(names: readonly string[], ask: Asking): Promise<Judge> {
  const [said, ...having] = await Promise.all([
    ask.inspect('volume', names),
    ...names.map((volume) => ask.ids('container', { volume })),
  ]);
  const now = said.map(readVolume);
  const users = (await ask.inspect('container', [...new Set(having.flat())])).map(readContainer);
  return (still) => {
    if (still.kind !== 'volume') return null;
    const one = now.find(({ facts }) => facts.name === still.name);
    if (one === undefined) return GONE_ALREADY;
    if (one.created !== still.created) return 'it was made anew meanwhile';
    return users.some(({ volumes }) => volumes.includes(still.name)) ? USED : null;
  };
}

async function networkJudge(ids: readonly string[], ask: Asking): Promise<Judge> {
  const now = (await ask.inspect('network', ids)).map(readNetwork);
  const users = await containersNow(ask);
  return (still) => {
    if (still.kind !== 'network') return null;
    if (!now.some(({ id }) => id === still.id)) return GONE_ALREADY;
    return users.some(({ networks }) => [still.id, still.name].some((name) => networks.includes(name))) ? USED : null;
  };
}

// One that lost its name may have got another; a name may have gone to another one.
async function imageJudge(words: readonly string[], ask: Asking): Promise<Judge> {
  const now = (await ask.inspect('image', words)).map(readImage);
  return (still) => {
    if (still.kind === 'image') {
      const one = now.find(({ id }) => id === still.id);
      if (one === undefined) return GONE_ALREADY;
      return one.tags.length === 0 ? null : 'it has a name now';
    }
    if (still.kind !== 'tag') return null;
    const one = now.find(({ tags }) => tags.includes(still.tag));
    if (one === undefined) return GONE_ALREADY;
    return one.id === still.id ? null : 'the name stands for another image now';
  };
}

const USED = 'it is used by now';

async function containersNow(ask: Asking): Promise<readonly ContainerThere[]> {
  return (await ask.all('container')).map(readContainer);
}
