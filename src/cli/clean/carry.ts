import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { formatProject } from '../../core/project.js';
import { escapeControl } from '../../core/text.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { CleanStep } from '../../plan/clean/clean-step.js';
import type { Journal } from '../../plan/clean/journal.js';
import type { Context } from '../context.js';
import { flavourOf, type Project } from '../project.js';
import { undoDir } from '../state.js';

/** Whose data are worked on, and the engine that has them. */
export type CarrySite = { readonly project: Project; readonly found: FoundEngine };

/** Steps that may take a while, told when they begin. */
const LONG = ['keep-volume', 'keep-rest', 'fill-volume', 'clear', 'empty'];

/** Carry a journal out; resolves with the exit code. */
export async function carryJournal(journal: Journal, { project, found }: CarrySite, context: Context): Promise<number> {
  const { world, output, rooms } = context;
  const { runJournal, openVolumes } = await rooms.clean();
  const { host, files, signals } = world;
  const onStep = (step: CleanStep): void => {
    if (step.do === 'exec' || LONG.includes(step.action)) output.note(escapeControl(`${labelOf(step)}: ${step.why}`));
  };
  const { processes, volumes } = openVolumes(found, formatProject(project.id), { host, files });
  const store = undoDir(host, project.id);
  try {
    const { exitCode, back } = await runJournal(journal, {
      host,
      signals,
      store,
      processes,
      volumes,
      onStep,
      note: (text) => output.note(text),
    });
    if (back) output.note('note: interrupted; everything is as it was');
    return exitCode;
  } catch (error) {
    if (await isUnfinished(project, context)) {
      output.note('note: it is not finished: podctl reset carries it on, podctl undo takes it back');
    }
    throw error;
  }
}

/** One podctl at a time works on what a project has; resolves with what gives the lock back. */
export async function lockProject({ id }: Project, { world }: Context): Promise<() => Promise<void>> {
  const { takeLock } = await import('../../io/pid-lock.js');
  const { host, files } = world;
  return takeLock(resolvePath(undoDir(host, id), 'lock', flavourOf(host)), { host, files });
}

async function isUnfinished({ id }: Project, { world, rooms }: Context): Promise<boolean> {
  const { readJournal } = await rooms.cleanLook();
  try {
    return (await readJournal(undoDir(world.host, id))) !== null;
  } catch (error) {
    if (error instanceof PodctlError) return true;
    throw error;
  }
}

function labelOf(step: CleanStep): string {
  if (step.do === 'exec') return step.argv.slice(0, 3).join(' ').includes(' start ') ? 'start' : 'stop';
  return step.action;
}
