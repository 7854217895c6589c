import { backupId } from '../../core/backup.js';
import { PodctlError } from '../../core/errors.js';
import { isAbsolute, resolvePath } from '../../core/path.js';
import { type ChosenThing, chooseData } from '../../plan/clean/choose-data.js';
import { decideReset, type ResetThing } from '../../plan/clean/decide-reset.js';
import type { Journal } from '../../plan/clean/journal.js';
import { refuseProtected } from '../../plan/protected-data.js';
import { refusalError } from '../../plan/refusal.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { undoDir } from '../state.js';
import { judgeFolder, lookAtThing, usersOf } from './look.js';
import type { ResetOptions } from './options.js';
import type { CleanSite } from './site.js';

/** What one reset would do. `left`: what stays as it is, and why. `journal` null: there is nothing to empty. */
export type PlannedReset = {
  readonly journal: Journal | null;
  readonly things: readonly (ResetThing & { readonly services: readonly string[] })[];
  readonly left: readonly { readonly source: string; readonly why: string }[];
  readonly users: readonly ContainerFacts[];
};

/** Choose, judge and look at what is to be emptied, and lay out the steps. Nothing is changed. */
export async function planReset(options: ResetOptions, site: CleanSite, context: Context): Promise<PlannedReset> {
  const { world, rooms } = context;
  const { host } = world;
  const volumes = options.volumes.map((word) => ({ word, path: absoluteOf(word, context) }));
  const choice = chooseData(site.mounts, { services: options.services, volumes });
  if (choice.kind === 'refused') throw refusalError(choice);
  const kept = refuseProtected(choice.things, site.protectedData);
  if (kept !== null) throw refusalError(kept);
  const { things, left } = await judged(choice.things, { options, site }, context);
  const users = usersOfAll(things, site.containers);
  const all = [...choice.left, ...left];
  if (things.length === 0) return { journal: null, things, left: all, users };
  const { listKept } = await rooms.cleanLook();
  const store = undoDir(host, site.project.id);
  const now = world.clock.now();
  const decision = decideReset({
    ...site.frame,
    things,
    users,
    project: site.label,
    snapshot: options.snapshot,
    id: backupId(
      now,
      (await listKept(store)).map(({ id }) => id),
    ),
    made: new Date(now).toISOString(),
    store,
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  return { journal: decision.journal, things, left: all, users };
}

/** Containers that have one of the things mounted. */
function usersOfAll(things: readonly ResetThing[], containers: readonly ContainerFacts[]): readonly ContainerFacts[] {
  const using = things.flatMap((thing) =>
    thing.kind === 'folder' ? usersOf('bind', thing.path, containers) : usersOf('volume', thing.facts.name, containers),
  );
  return [...new Set(using)];
}

type Asked = { readonly options: ResetOptions; readonly site: CleanSite };

// What was asked for by its name is refused when it must not be emptied; of the rest it is said that it stays.
async function judged(
  chosen: readonly ChosenThing[],
  { options, site }: Asked,
  context: Context,
): Promise<Pick<PlannedReset, 'things' | 'left'>> {
  const isNamed = options.services.length > 0 || options.volumes.length > 0;
  const things: PlannedReset['things'][number][] = [];
  const left: PlannedReset['left'][number][] = [];
  for (const thing of chosen) {
    // oxlint-disable-next-line no-await-in-loop -- the order of the list
    const [source, why] = await placeOf({ ...thing, isNamed }, site, context);
    // oxlint-disable-next-line no-await-in-loop -- the order of the list
    const found = why === null ? await lookAtThing({ ...thing, source }, site, context) : null;
    if (found !== null && !isMissing(found)) things.push({ ...found, services: thing.services });
    else left.push({ source, why: why ?? 'nothing is there' });
  }
  return { things, left };
}

async function placeOf(
  { type, source, isNamed }: ChosenThing & { readonly isNamed: boolean },
  site: CleanSite,
  context: Context,
): Promise<readonly [source: string, why: string | null]> {
  if (type === 'volume') return [source, null];
  const { path, verdict } = await judgeFolder(source, site, context);
  if (verdict === null) return [path, null];
  if (isNamed) throw new PodctlError('REFUSED', verdict.message, { hint: verdict.hint });
  return [path, verdict.message.replace(/^.*? is left alone: /, '')];
}

function isMissing(thing: ResetThing): boolean {
  return thing.kind === 'folder' && thing.is === null;
}

function absoluteOf(word: string, { world }: Context): string {
  const flavour = flavourOf(world.host);
  return isAbsolute(word, flavour) ? resolvePath('/', word, flavour) : resolvePath(world.host.cwd, word, flavour);
}
