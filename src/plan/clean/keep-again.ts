import { backupId } from '../../core/backup.js';
import { type CleanStep, type CleanWork, cleanWork } from './clean-step.js';
import type { Journal } from './journal.js';
import type { Kept } from './kept.js';

type Work<Action extends CleanWork['action']> = Extract<CleanWork, { readonly action: Action }>;

type Changing = CleanStep & Work<'empty' | 'fill-volume'>;

/** Ids of what is kept already, and the folder that it is kept in. */
export type KeepPlace = { readonly taken: readonly string[]; readonly store: string };

/**
 * The journal of a run that was cut off, with steps that keep what its volumes hold by now: a container may have written there since. A
 * volume that is not touched yet is kept anew in the place of what was kept. Of one that may be half emptied or half filled all that is
 * there is kept beside it, under an older id: undo goes back to it only when it is asked for it.
 */
export function keepAgain(journal: Journal, { taken, store }: KeepPlace): Journal {
  const { at, steps, back } = journal;
  const ids = [...taken];
  const more = [...new Set(steps.flatMap((step) => volumeOf(step) ?? []))].flatMap((name) => {
    const found = stepsFor(name, journal, { taken: ids, store });
    ids.push(...found.flatMap((step) => (isWork(step, 'keep-rest') ? [step.kept.id] : [])));
    return found;
  });
  if (more.length === 0) return journal;
  const all = [...steps.slice(0, at), ...more, ...steps.slice(at)];
  return { ...journal, steps: all, back: at < back ? back + more.length : back };
}

// Of a volume that nothing keeps (--no-snapshot) nothing is kept now either.
function stepsFor(name: string, journal: Journal, place: KeepPlace): readonly CleanStep[] {
  const { at, steps } = journal;
  const own = (step: CleanStep): boolean => volumeOf(step) === name;
  const done = steps.slice(0, at).filter(own);
  const next = steps.slice(at).find(own);
  const kept = done.findLast((step) => isWork(step, 'keep-volume'));
  if (next === undefined || !changes(next)) return [];
  const { users = [] } = next;
  const alone = cleanWork({ action: 'alone', paths: [], users: [users] }, 'no container may use the volume');
  const begun = steps[at] === next || done.some(changes);
  const anew = kept === undefined ? [] : [kept];
  const keeping = begun ? keepBeside({ done, next, kept }, journal, place) : anew;
  return keeping.length === 0 ? [] : [alone, ...keeping];
}

/** What a run did to one volume before it was cut off, and what it does to it next. */
type Cut = {
  readonly done: readonly CleanStep[];
  readonly next: Changing;
  readonly kept: Work<'keep-volume'> | undefined;
};

function keepBeside({ done, next, kept }: Cut, journal: Journal, place: KeepPlace): readonly CleanStep[] {
  const volume = isWork(next, 'fill-volume') ? next.volume : kept?.volume;
  if (volume === undefined) return [];
  // What was half filled is emptied once more.
  const again = isWork(next, 'empty') ? undefined : done.findLast((step) => isWork(step, 'empty'));
  const rest = restOf(volume, isWork(next, 'empty') ? next : again, besideOf(volume, journal, place));
  return again === undefined ? [rest] : [rest, again];
}

function restOf(
  volume: Work<'keep-rest'>['volume'],
  emptied: Work<'empty'> | undefined,
  beside: ReturnType<typeof besideOf>,
): CleanStep {
  const why = 'what a container wrote meanwhile is kept, too';
  return cleanWork({ action: 'keep-rest', volume, check: emptied?.check ?? null, ...beside }, why);
}

// Its id is a second older than the run's own.
function besideOf(
  { name, driver, options, labels }: Work<'fill-volume'>['volume'],
  { made, engine }: Journal,
  { taken, store }: KeepPlace,
): { readonly kept: Kept; readonly path: string } {
  const id = backupId(Date.parse(made) - 1000, taken);
  const path = `${store}/${id}-${name}.tar`;
  const thing = { kind: 'volume', name, at: path, removed: false, bytes: null, driver, options, labels } as const;
  return { path, kept: { podctl: 1, id, by: 'reset', made, engine, things: [thing] } };
}

/** The volume that a step keeps or changes; null: none. */
function volumeOf(step: CleanStep): string | null {
  if (step.do !== 'file') return null;
  if (step.action === 'empty') return step.is === null ? step.path : null;
  return step.action === 'keep-volume' || step.action === 'fill-volume' || step.action === 'keep-rest'
    ? step.volume.name
    : null;
}

function changes(step: CleanStep): step is Changing {
  return isWork(step, 'empty') || isWork(step, 'fill-volume');
}

function isWork<Action extends CleanWork['action']>(
  step: CleanStep,
  action: Action,
): step is Extract<CleanStep, { readonly action: Action }> {
  return step.do === 'file' && step.action === action;
}
