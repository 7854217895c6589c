import { type Refusal, refuse } from '../refusal.js';
import type { PlanFrame } from '../run-input.js';
import { type CleanStep, cleanWork, type Identity } from './clean-step.js';
import { emptyStep } from './decide-reset.js';
import { forgetSteps } from './decide-undo.js';
import type { Journal } from './journal.js';
import { type Kept, thingWords } from './kept.js';

/** A folder that is kept aside, as it was listed. */
export type DropFolder = {
  readonly at: string;
  readonly is: Identity;
  /** podctl itself may remove all that is in it. */
  readonly own: boolean;
  readonly image: string | null;
};

export type DropInput = PlanFrame & {
  readonly kept: readonly Kept[];
  readonly folders: readonly DropFolder[];
  readonly project: string;
  readonly id: string;
  readonly made: string;
  readonly store: string;
};

/** Lay out the end of what is kept: off the list first, then its files and folders. */
export function decideDrop(input: DropInput): { readonly kind: 'plan'; readonly journal: Journal } | Refusal {
  const lacking = input.folders.find(({ own, image }) => !own && image === null);
  if (lacking !== undefined) {
    return refuse(
      'UNAVAILABLE',
      `\`${lacking.at}\` belongs to another user, and no image of the stack is there to remove it in a container`,
      `pull or build the images first, or remove it yourself: sudo rm -rf ${lacking.at}`,
    );
  }
  const steps = [
    ...input.kept.flatMap((one) => forgetSteps(one, input.store)),
    ...input.folders.flatMap((folder) => removal(input, folder)),
  ];
  const { id, made, engine } = input;
  const about = input.kept.flatMap(({ things }) => things.map(thingWords));
  const shared = { podctl: 1, verb: 'drop', id, made, engine: engine.name, about, again: [] } as const;
  return { kind: 'plan', journal: { ...shared, kept: null, steps, at: 0, back: 0 } };
}

function removal(input: DropInput, { at, is, own, image }: DropFolder): readonly CleanStep[] {
  if (own || image === null) return [cleanWork({ action: 'clear', path: at, is }, 'its room is free again')];
  return [
    emptyStep(input, { type: 'bind', source: at, is, image }, 'its room is free again'),
    cleanWork({ action: 'drop', path: at }, 'the empty folder goes, too'),
  ];
}
