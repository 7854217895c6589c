import { PodctlError } from '../../core/errors.js';
import { formatProject } from '../../core/project.js';
import type { FoundEngine } from '../../engine/engine.js';
import { imageBytes } from '../../plan/clean/prune-bytes.js';
import { choosePrune } from '../../plan/clean/prune-choose.js';
import type { Contents, PruneList, PruneWish } from '../../plan/clean/prune-facts.js';
import type { KeepPlace } from '../../plan/clean/prune-plan.js';
import { type Outdated, outdatedBy } from '../../plan/clean/prune-stale.js';
import { type PruneSizes, pruneRows, pruneSum } from '../../plan/clean/prune-words.js';
import { refusalError } from '../../plan/refusal.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import type { Printing } from '../printing.js';
import { findProject, type Project } from '../project.js';
import { carryOutPrune } from './prune-carry.js';
import { confirmPrune } from './prune-confirm.js';
import { openKeepPlace } from './prune-keep.js';
import { ownImages, protectedVolumes } from './prune-own.js';
import { printDryRun, tellList } from './prune-print.js';

export type PruneOptions = Printing & {
  readonly all: boolean;
  /** Milliseconds. */
  readonly olderThan: number | null;
  readonly keep: number | null;
  readonly volumes: readonly string[];
  readonly images: readonly string[];
  readonly buildCache: boolean;
  readonly yes: boolean;
  readonly confirm: string | null;
  readonly engine: string | undefined;
  readonly profile: string | undefined;
};

/** What was looked at, and the list that came of it. */
export type Listed = {
  readonly project: Project;
  readonly found: FoundEngine;
  readonly contents: Contents;
  readonly list: PruneList;
  readonly sizes: PruneSizes;
  readonly place: KeepPlace;
  readonly outdated: readonly Outdated[];
  /** The same for a part of the list. */
  readonly sizesOf: (part: PruneList) => PruneSizes;
};

/** List what goes with its sizes, ask, and remove exactly that. */
export async function runPruneVerb(options: PruneOptions, context: Context): Promise<number> {
  const project = await findProject(context.world.host, context.world.files);
  const found = await chooseEngine({ wanted: options.engine, project, purpose: 'look' }, context);
  if (found.facts.name === 'nerdctl') {
    throw new PodctlError('UNAVAILABLE', 'podctl prune knows docker and podman only', {
      hint: 'nerdctl system prune, or --engine docker',
    });
  }
  const listed = await listFor(options, { project, found }, context);
  const { list, sizes } = listed;
  const rows = pruneRows(list, sizes);
  if (options.dryRun || context.purpose === 'explain') {
    printDryRun({ listed, rows }, options, context);
    return 0;
  }
  if (!options.json || !options.yes) tellList({ listed, rows }, context);
  if (rows.length === 0) {
    if (options.json)
      context.output.json({ engine: found.facts.name, removed: [], stays: list.stays, freed: 0, kept: null });
    return 0;
  }
  await confirmPrune({ sum: pruneSum(list, sizes), found }, options, context);
  return carryOutPrune({ listed, rows }, options, context);
}

async function listFor(
  options: PruneOptions,
  { project, found }: { readonly project: Project; readonly found: FoundEngine },
  context: Context,
): Promise<Listed> {
  const { world, rooms } = context;
  const { openPruneLook, keptIn } = await rooms.prune();
  const place = openKeepPlace({ project, found }, context);
  const documents = options.volumes.length === 0 ? [] : await keptIn(place.folder);
  const look = openPruneLook(found, { host: world.host });
  const buildCache = options.buildCache || (options.all && options.images.length === 0);
  const wish: PruneWish = {
    project: formatProject(project.id),
    podman: found.facts.name !== 'docker',
    tags: options.images,
    protected: options.volumes.length === 0 ? [] : await protectedVolumes(options, project, context),
    ownImages: options.images.length === 0 ? [] : await ownImages(options, context),
    kept: documents.flatMap(({ things }) =>
      things.flatMap((one) => (one.kind === 'volume' && one.removed ? [one.name] : [])),
    ),
    now: world.clock.now(),
    buildCache,
    all: options.all,
    olderThan: options.olderThan,
    keep: options.keep,
    volumes: options.volumes,
  };
  const contents = await look.contents({ volumes: options.volumes.length > 0, cache: buildCache });
  const chosen = choosePrune(contents, wish);
  if ('kind' in chosen) throw refusalError(chosen);
  const list = await look.weighed(chosen);
  const layers = await look.layers(list.images.map(({ image }) => image));
  const volumes = await look.volumes(list);
  const sizesOf = (part: PruneList): PruneSizes => ({
    volumes,
    images: imageBytes(part, contents, layers),
  });
  const outdated = outdatedBy(list.volumes, documents);
  return { project, found, contents, list, place, outdated, sizes: sizesOf(list), sizesOf };
}
