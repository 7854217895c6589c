import { PodctlError } from '../../core/errors.js';
import { formatProject } from '../../core/project.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { Kept } from '../../plan/clean/kept.js';
import { imageBytes, withoutHeld } from '../../plan/clean/prune-bytes.js';
import { choosePrune } from '../../plan/clean/prune-choose.js';
import type { PruneList, PruneWish } from '../../plan/clean/prune-facts.js';
import { labelsOfImages } from '../../plan/clean/prune-images.js';
import { outdatedBy } from '../../plan/clean/prune-stale.js';
import { type PruneSizes, pruneRows, pruneSum } from '../../plan/clean/prune-words.js';
import { refusalError } from '../../plan/refusal.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { findProject, type Project } from '../project.js';
import { findStack } from '../stack/place.js';
import { carryOutPrune } from './prune-carry.js';
import { confirmPrune } from './prune-confirm.js';
import { openKeepPlace } from './prune-keep.js';
import type { Listed, PruneOptions } from './prune-listed.js';
import { ownImages, protectedVolumes } from './prune-own.js';
import { printDryRun, tellList } from './prune-print.js';

/** List what goes with its sizes, ask, and remove exactly that. */
export async function runPruneVerb(options: PruneOptions, context: Context): Promise<number> {
  const { choice } = options;
  const place = await findStack(choice, context.world);
  const project = place?.project ?? (await findProject(context.world.host, context.world.files));
  const found = await chooseEngine({ wanted: choice.engine, project, purpose: 'look' }, context);
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
  const look = await openPruneLook(found, world);
  const wish = await wishOf(options, { project, found, documents }, context);
  const contents = await look.contents({
    volumes: options.volumes.length > 0,
    cache: wish.buildCache,
    images: labelsOfImages(wish),
  });
  const chosen = choosePrune(contents, wish);
  if ('kind' in chosen) throw refusalError(chosen);
  const list = await look.weighed(chosen);
  const layers = await look.layers(list.images.map(({ image }) => image));
  const volumes = await look.volumes(list);
  const heldSizes = await look.held(list);
  const sizesOf = (part: PruneList): PruneSizes => {
    const images = imageBytes(part, contents, withoutHeld(layers, heldSizes));
    return { volumes, images, held: imageBytes(part, contents, layers) - images };
  };
  const outdated = outdatedBy(list.volumes, documents);
  return { project, found, contents, list, place, outdated, sizes: sizesOf(list), sizesOf };
}

async function wishOf(
  options: PruneOptions,
  { project, found, documents }: { project: Project; found: FoundEngine; documents: readonly Kept[] },
  context: Context,
): Promise<PruneWish> {
  return {
    project: formatProject(project.id),
    composeProject: options.choice.projectName ?? (context.world.host.env['COMPOSE_PROJECT_NAME'] || null),
    podman: found.facts.name !== 'docker',
    tags: options.images,
    protected: options.volumes.length === 0 ? [] : await protectedVolumes(options.choice, context),
    ownImages: options.images.length === 0 ? [] : await ownImages(options.choice, context),
    kept: documents.flatMap(({ things }) =>
      things.flatMap((one) => (one.kind === 'volume' && one.removed ? [one.name] : [])),
    ),
    now: context.world.clock.now(),
    buildCache: options.buildCache || (options.all && options.images.length === 0),
    all: options.all,
    olderThan: options.olderThan,
    keep: options.keep,
    volumes: options.volumes,
  };
}
