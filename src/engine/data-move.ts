import { removeBackup } from '../io/backup-store.js';
import { discardDatabase, keepAs, ownLike, placeAs, unpackTo } from '../io/data-work.js';
import { clearFolder, extractTo, mirrorTo, swapFolders } from '../io/extract.js';
import type { DataStep } from '../plan/data-step.js';

/** Work on data that leaves nothing to remember for a later step. */
export type MoveStep = Extract<
  DataStep,
  {
    readonly action:
      | ('forget' | 'discard' | 'unpack' | 'own' | 'keep' | 'place')
      | ('extract' | 'mirror' | 'swap' | 'clear');
  }
>;

type Moves = {
  readonly [Action in MoveStep['action']]: (step: Extract<MoveStep, { readonly action: Action }>) => Promise<void>;
};

const MOVES: Moves = {
  forget: ({ path, manifest }) => removeBackup({ file: path, manifestFile: manifest }),
  discard: ({ path }) => discardDatabase(path),
  unpack: ({ from, path, manifest }) => unpackTo(from, path, manifest),
  own: ({ path, from, owner }) => ownLike(path, from, owner),
  keep: ({ from, path }) => keepAs(from, path),
  place: ({ from, path, fresh }) => placeAs(from, path, fresh),
  extract: ({ from, path, manifest }) => extractTo(from, path, manifest),
  mirror: ({ from, path }) => mirrorTo(from, path),
  swap: ({ from, path, aside }) => swapFolders(from, path, aside),
  clear: ({ path }) => clearFolder(path),
};

/** True for work that leaves nothing to remember. */
export function isMove(step: DataStep): step is MoveStep {
  return Object.hasOwn(MOVES, step.action);
}

/** Do it. */
export async function move<Action extends MoveStep['action']>(
  step: Extract<MoveStep, { readonly action: Action }>,
): Promise<void> {
  const work: (step: Extract<MoveStep, { readonly action: Action }>) => Promise<void> = MOVES[step.action];
  return work(step);
}
