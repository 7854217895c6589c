import { formatProject } from '../../core/project.js';
import { formatBytes } from '../../core/size.js';
import { escapeControl } from '../../core/text.js';
import type { PruneResult } from '../../engine/clean/prune-run.js';
import type { PruneList } from '../../plan/clean/prune-facts.js';
import { pruneSteps } from '../../plan/clean/prune-plan.js';
import type { PruneItem } from '../../plan/clean/prune-step.js';
import { type PruneRow, pruneSum } from '../../plan/clean/prune-words.js';
import type { Context } from '../context.js';
import type { Listed, PruneOptions } from './prune-listed.js';

type Carried = { readonly listed: Listed; readonly rows: readonly PruneRow[] };

/** Remove exactly the list, and tell what went. What failed is told as well, and decides the exit code. */
export async function carryOutPrune(
  { listed, rows }: Carried,
  options: PruneOptions,
  context: Context,
): Promise<number> {
  const { project, found, list, place, outdated } = listed;
  const { carryPrune } = await context.rooms.prune();
  const frame = { profile: null, mode: null, engine: found.facts, connection: found.connection };
  const { host, files, signals } = context.world;
  const { result, exitCode } = await carryPrune(pruneSteps(list, frame, place), {
    found,
    folder: place.folder,
    project: formatProject(project.id),
    outdated,
    host,
    files,
    signals,
    onStep: (step) => {
      if (step.do === 'file' && step.action === 'keep-volume')
        context.output.note(`keeping volume ${step.volume.name}`);
    },
  });
  tell({ result, listed, rows }, options, context);
  const [first] = result.failed;
  if (first === undefined) return exitCode;
  for (const error of result.failed.slice(1)) await context.report(error);
  throw first;
}

function tell(
  { result, listed, rows }: Carried & { readonly result: PruneResult },
  { json }: PruneOptions,
  { output }: Context,
): void {
  const gone = partOf(listed.list, result.done);
  const removed = rows.filter((row) => isGone(row, gone));
  const { freed } = pruneSum(gone, listed.sizesOf(gone));
  const bytes = result.kept.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const kept =
    result.kept.length === 0 ? null : { id: listed.place.kept.id, bytes, volumes: result.kept.map(({ name }) => name) };
  const stays = [...listed.list.stays, ...result.left];
  if (json) {
    output.json({ engine: listed.found.facts.name, removed, stays, freed, kept });
    return;
  }
  for (const { what, why } of result.left) output.note(escapeControl(`stays: ${what}: ${why}`));
  const lines = removed.map(({ kind, name }) => escapeControl(`removed ${kind} ${name}`));
  output.text(`${[...lines, `freed ${formatBytes(freed)}`].join('\n')}\n`);
  if (kept !== null)
    output.note(`undo keeps ${formatBytes(bytes)} of it; podctl undo brings it back, podctl undo --drop lets it go`);
}

/** What of the list went: an image when all of its names did. */
function partOf(list: PruneList, done: readonly PruneItem[]): PruneList {
  const did = (kind: string, fits: (still: PruneItem['still']) => boolean): boolean =>
    done.some(({ still }) => still.kind === kind && fits(still));
  return {
    ...list,
    containers: list.containers.filter(({ id }) => did('container', (still) => 'id' in still && still.id === id)),
    networks: list.networks.filter(({ id }) => did('network', (still) => 'id' in still && still.id === id)),
    volumes: list.volumes.filter(({ facts }) => did('volume', (still) => 'name' in still && still.name === facts.name)),
    images: list.images.flatMap((goes) => {
      if (goes.tags.length === 0)
        return did('image', (still) => 'id' in still && still.id === goes.image.id) ? [goes] : [];
      const tags = goes.tags.filter((tag) => did('tag', (still) => 'tag' in still && still.tag === tag));
      return tags.length === 0 ? [] : [{ ...goes, tags }];
    }),
    cache: did('cache', () => true) ? list.cache : [],
  };
}

function isGone({ kind, id }: PruneRow, gone: PruneList): boolean {
  if (kind === 'container') return gone.containers.some((one) => one.id === id);
  if (kind === 'network') return gone.networks.some((one) => one.id === id);
  if (kind === 'volume') return gone.volumes.some(({ facts }) => facts.name === id);
  return kind === 'image' ? gone.images.some(({ image }) => image.id === id) : gone.cache.some((one) => one.id === id);
}
