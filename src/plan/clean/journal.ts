import { type CleanStep, cleanWork } from './clean-step.js';

/**
 * What a run is about to do, written down before anything is changed, and how far it came. Every step before `at` is done, none after it
 * has begun, and nobody knows of the one at `at`: it is done again, which each kind of step allows.
 */
export type Journal = {
  readonly podctl: 1;
  readonly verb: 'reset' | 'undo' | 'drop';
  readonly id: string;
  /** ISO time in UTC. */
  readonly made: string;
  readonly engine: string | null;
  /** Id of what it keeps for undo; null: nothing. */
  readonly kept: string | null;
  /** The things that are changed: paths of folders, and `volume NAME`. */
  readonly about: readonly string[];
  readonly steps: readonly CleanStep[];
  readonly at: number;
  /** While `at` is below it, everything that was done can be taken back. */
  readonly back: number;
  /** Starts what was stopped; also done after a run was taken back. */
  readonly again: readonly CleanStep[];
};

/** What becomes of a run that was cut off. `forward`: it is carried to its end; `back`: the journal that takes it back. */
export type Resumption = { readonly way: 'forward' | 'back'; readonly journal: Journal };

/** Who comes next decides: undo takes a reset back that destroyed nothing yet; everything else is carried to its end. */
export function decideResumption(journal: Journal, next: 'reset' | 'undo'): Resumption {
  return next === 'undo' && journal.verb === 'reset' && canGoBack(journal)
    ? { way: 'back', journal: takenBack(journal) }
    : { way: 'forward', journal };
}

/** True while everything that was done can be taken back. */
export function canGoBack({ at, back }: Journal): boolean {
  return at < back;
}

/** The journal that undoes what was done so far, the newest step first. It is itself only carried forward. */
export function takenBack(journal: Journal): Journal {
  const steps = journal.steps
    .slice(0, journal.at + 1)
    .toReversed()
    .flatMap(opposite);
  return { ...journal, kept: null, steps: [...steps, ...journal.again], at: 0, back: 0 };
}

/** What one more `at` makes of it. */
export function advanced(journal: Journal, at: number): Journal {
  return { ...journal, at };
}

function opposite(step: CleanStep): readonly CleanStep[] {
  if (step.do !== 'file') return [];
  if (step.action === 'move') {
    return [cleanWork({ action: 'move', from: step.path, path: step.from, is: step.is }, 'back under its own name')];
  }
  if (step.action === 'keep-volume') {
    return [cleanWork({ action: 'remove', path: step.path }, 'the volume itself was not changed')];
  }
  return [];
}
