import { formatProject } from '../../core/project.js';
import { formatBytes } from '../../core/size.js';
import { decideDrop } from '../../plan/clean/decide-drop.js';
import type { Journal } from '../../plan/clean/journal.js';
import { type Kept, keptBytes, removalOf, thingWords } from '../../plan/clean/kept.js';
import { cleanPlanToJson, formatCleanSteps } from '../../plan/clean/print-clean.js';
import { refuseProtected } from '../../plan/protected-data.js';
import { refusalError } from '../../plan/refusal.js';
import type { Context } from '../context.js';
import { undoDir } from '../state.js';
import { confirmYes } from '../ui/confirm.js';
import { formatTable } from '../ui/table.js';
import { carryJournal, lockProject } from './carry.js';
import { readInterrupted, resumeFor } from './interrupted.js';
import { imageFor } from './look.js';
import type { UndoOptions } from './options.js';
import type { CleanSite } from './site.js';

type Asked = { readonly options: UndoOptions; readonly site: CleanSite };

/** Free the room of what is kept: listed, asked, and then exactly that. */
export async function dropKept(meant: readonly Kept[], { options, site }: Asked, context: Context): Promise<number> {
  const { output, world } = context;
  if (meant.length === 0) return nothing(options, context);
  // What the profile protects stays protected under another name.
  const refusal = refuseProtected(
    meant.flatMap(({ things }) => things.map(removalOf)),
    site.protectedData,
  );
  if (refusal !== null) throw refusalError(refusal);
  const decision = decideDrop({
    ...site.frame,
    kept: meant,
    folders: await foldersOf(meant, site, context),
    project: formatProject(site.project.id),
    id: meant.at(-1)?.id ?? '',
    made: new Date(world.clock.now()).toISOString(),
    store: undoDir(world.host, site.project.id),
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  if (options.dryRun) {
    const { profile, mode, engine } = site.frame;
    if (options.json) output.json(cleanPlanToJson({ profile, mode, engine }, decision.journal.steps));
    else output.text(formatCleanSteps(decision.journal.steps, options.shell));
    return 0;
  }
  const rows = meant.map((one) => [one.id, one.by, formatBytes(keptBytes(one)), one.things.map(thingWords).join(', ')]);
  output.note(formatTable(['ID', 'BY', 'SIZE', 'DATA'], rows).trimEnd());
  await confirmYes('remove these for good?', options.yes, world);
  const exitCode = await drop(decision.journal, site, context);
  const bytes = meant.reduce((sum, one) => sum + keptBytes(one), 0);
  if (exitCode === 0 && options.json) output.json({ dropped: meant.map(({ id }) => id), bytes });
  else if (exitCode === 0) output.text(meant.map(({ id }) => `${id}\n`).join(''));
  return exitCode;
}

function nothing({ json }: UndoOptions, { output }: Context): number {
  if (json) output.json({ dropped: [], bytes: 0 });
  else output.note('nothing to do: nothing is kept for this project');
  return 0;
}

async function drop(journal: Journal, site: CleanSite, context: Context): Promise<number> {
  const release = await lockProject(site.project, context);
  try {
    const cut = await readInterrupted(site.project, context);
    if (cut !== null) await resumeFor({ next: 'reset', journal: cut }, site, context);
    return await carryJournal(journal, site, context);
  } finally {
    await release();
  }
}

async function foldersOf(kept: readonly Kept[], site: CleanSite, { rooms, world }: Context) {
  const { lookAtFolder, measureFolder } = await rooms.cleanLook();
  const folders = kept.flatMap(({ things }) => things.filter((thing) => thing.kind === 'folder'));
  const found = folders.map(async ({ path, at, how }) => {
    const there = how === 'aside' ? await lookAtFolder(at) : null;
    if (there === null) return [];
    const { own } = await measureFolder(at, world.host.uid);
    const users = site.containers.filter(({ mounts }) => mounts.some(({ source }) => source === path));
    const services = site.mounts.filter(({ source }) => source === path).map(({ service }) => service);
    return [{ at, is: there.is, own, image: own ? null : await imageFor(users, services, site) }];
  });
  return (await Promise.all(found)).flat();
}
