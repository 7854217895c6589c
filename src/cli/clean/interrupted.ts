import { PodctlError } from '../../core/errors.js';
import { decideResumption, type Journal } from '../../plan/clean/journal.js';
import { keepAgain } from '../../plan/clean/keep-again.js';
import type { Context } from '../context.js';
import type { Project } from '../project.js';
import { undoDir } from '../state.js';
import { type CarrySite, carryJournal } from './carry.js';

/** What a podctl that was killed had begun; null: nothing. */
export async function readInterrupted({ id }: Project, { world, rooms }: Context): Promise<Journal | null> {
  const { readJournal } = await rooms.cleanLook();
  return readJournal(undoDir(world.host, id));
}

/** Carry on what was cut off, or take it back: who comes next decides. Resolves with which it was. */
export async function resumeFor(
  { next, journal }: { readonly next: 'reset' | 'undo'; readonly journal: Journal },
  site: CarrySite,
  context: Context,
): Promise<'forward' | 'back'> {
  if (journal.engine !== null && journal.engine !== site.found.facts.name) {
    throw new PodctlError('UNAVAILABLE', `a ${journal.verb} was interrupted, and its data are with ${journal.engine}`, {
      hint: `say --engine ${journal.engine}`,
    });
  }
  const { way, journal: rest } = decideResumption(journal, next);
  const what = `the ${journal.verb} of ${journal.made.slice(0, 19)}Z was interrupted`;
  context.output.note(`note: ${what}: it is ${way === 'forward' ? 'carried on' : 'taken back'}`);
  const exitCode = await carryJournal(way === 'forward' ? await keptAgain(rest, site, context) : rest, site, context);
  if (exitCode !== 0) throw new PodctlError('TRY_AGAIN', `${what} again`, { hint: 'run the command once more' });
  return way;
}

// Between the kill and now a container may have run.
async function keptAgain(journal: Journal, { project }: CarrySite, { world, rooms }: Context): Promise<Journal> {
  const { listKept } = await rooms.cleanLook();
  const store = undoDir(world.host, project.id);
  return keepAgain(journal, { taken: (await listKept(store)).map(({ id }) => id), store });
}
