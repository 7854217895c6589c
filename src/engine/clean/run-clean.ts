import { PodctlError } from '../../core/errors.js';
import type { SignalName } from '../../io/signals.js';
import type { CleanStep } from '../../plan/clean/clean-step.js';
import { advanced, canGoBack, type Journal, takenBack } from '../../plan/clean/journal.js';
import { exitCodeOfSignal } from '../process.js';
import { doCleanStep, type StepDeps } from './clean-step-work.js';
import { dropJournal, writeJournal } from './journal-store.js';

export type CleanDeps = StepDeps & {
  /** Folder of the journal and of what is kept. */
  readonly store: string;
  readonly onStep?: ((step: CleanStep) => void) | undefined;
};

/** `back`: a failure was answered by taking everything back that was done. `exitCode`: 128+n after signal n, else 0. */
export type CleanResult = { readonly exitCode: number; readonly back: boolean };

/**
 * Carry a journal out from where it stands, each step written down before it is done. What fails while nothing is lost yet is taken back
 * before its error is thrown; what fails later leaves the journal for the next run. A signal ends it between two steps in the same way.
 */
export async function runJournal(journal: Journal, deps: CleanDeps): Promise<CleanResult> {
  const caught: { name: SignalName | null } = { name: null };
  const stopListening = deps.signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    caught.name ??= name;
  });
  try {
    await forward(journal, deps, () => caught.name !== null);
    return { exitCode: caught.name === null ? 0 : exitCodeOfSignal(caught.name), back: false };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (error.back !== null) await forward(error.back, deps, () => false);
    if (error.cause instanceof Error) throw error.cause;
    return { exitCode: exitCodeOfSignal(caught.name ?? 'SIGINT'), back: error.back !== null };
  } finally {
    stopListening();
  }
}

// Why a journal did not come to its end, and the one that takes it back; null: the next run carries it on.
class Stopped extends Error {
  readonly back: Journal | null;

  constructor(back: Journal | null, cause: unknown) {
    super('stopped', { cause });
    this.back = back;
  }
}

async function forward(journal: Journal, deps: CleanDeps, isStopped: () => boolean): Promise<void> {
  for (let at = journal.at; at < journal.steps.length; at += 1) {
    const step = journal.steps[at];
    if (step === undefined) break;
    const now = advanced(journal, at);
    const back = canGoBack(now) ? takenBack(now) : null;
    // A signal that comes when nothing can be taken back any more only tells how it ended.
    if (isStopped() && back !== null) throw new Stopped(back, null);
    // oxlint-disable-next-line no-await-in-loop -- in order
    await writeJournal(deps.store, now);
    deps.onStep?.(step);
    try {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await doCleanStep(step, deps);
    } catch (error) {
      throw new Stopped(back, error instanceof PodctlError ? error : new Error(String(error), { cause: error }));
    }
  }
  await dropJournal(deps.store);
}
