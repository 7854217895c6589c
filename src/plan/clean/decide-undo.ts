import { renderVolumeCreate } from '../../render/argv/verbs.js';
import { argvOf } from '../../render/argv/way.js';
import type { ContainerFacts, VolumeFacts } from '../../spec/facts.js';
import { wayOf } from '../make-step.js';
import { type Refusal, refuse } from '../refusal.js';
import type { PlanFrame } from '../run-input.js';
import { alone, aloneVolumes } from './alone.js';
import { type CleanStep, cleanWork, type Identity } from './clean-step.js';
import { around, emptyStep, record, refuseUsers, runningOf } from './decide-reset.js';
import { volumeUsers } from './helper-run.js';
import type { Journal } from './journal.js';
import type { Kept, KeptFolder, KeptThing, KeptVolume, PlaceOwner } from './kept.js';
import { asideName } from './names.js';

/** A kept folder, and what stands in its place now. */
export type UndoFolder = {
  readonly kept: KeptFolder;
  /** What tells the kept folder from others. */
  readonly is: Identity;
  /** null: nothing is in its place. */
  readonly now: { readonly is: Identity; readonly bytes: number | null; readonly owner: PlaceOwner } | null;
};

/** A kept volume, and the volume of that name now. */
export type UndoVolume = {
  readonly kept: KeptVolume;
  readonly now: { readonly facts: VolumeFacts; readonly bytes: number | null } | null;
  /** An image that is there, for the container that empties what is there now. */
  readonly image: string | null;
};

export type UndoInput = PlanFrame & {
  readonly kept: Kept;
  readonly folders: readonly UndoFolder[];
  readonly volumes: readonly UndoVolume[];
  /** Containers of the engine that have one of the things mounted, whoever's they are. */
  readonly users: readonly ContainerFacts[];
  readonly project: string;
  readonly id: string;
  readonly made: string;
  readonly store: string;
};

export type UndoDecision = { readonly kind: 'plan'; readonly journal: Journal } | Refusal;

/** Lay out an undo: what is there now is itself put away first, so that it can be undone as well. */
export function decideUndo(input: UndoInput): UndoDecision {
  const refusal = refuseUsers(input.users, input) ?? refuseWithoutImage(input);
  if (refusal !== null) return refusal;
  const [stop, start] = around(input, runningOf(input.users));
  const prepare = [
    ...stop,
    ...alone(input.folders.flatMap(({ kept, now }) => (now === null ? [] : [kept.path]))),
    ...input.folders.flatMap((folder) => putAway(folder, input)),
    ...input.volumes.flatMap((volume) => keepVolume(volume, input)),
    ...aloneVolumes(
      input,
      input.volumes.flatMap(({ now }) => (now === null ? [] : [now.facts.name])),
    ),
  ];
  const kept = nowKept(input);
  const steps = [
    ...prepare,
    ...(kept === null ? [] : [record(kept, input.store)]),
    ...input.folders.map(bringFolder),
    ...input.volumes.flatMap((volume) => bringVolume(volume, input)),
    ...forgetSteps(input.kept, input.store),
    ...start,
  ];
  const { id, made, engine } = input;
  const about = input.kept.things.map((thing) => (thing.kind === 'folder' ? thing.path : `volume ${thing.name}`));
  const shared = { podctl: 1, verb: 'undo', id, made, engine: engine.name, about, again: start } as const;
  return { kind: 'plan', journal: { ...shared, kept: kept?.id ?? null, steps, at: 0, back: prepare.length } };
}

/** What is kept of something is taken off the list, and then the files that volumes were packed into go. */
export function forgetSteps(kept: Kept, store: string): readonly CleanStep[] {
  const path = `${store}/${kept.id}.json`;
  return [
    cleanWork({ action: 'forget', id: kept.id, path }, 'it is no longer kept'),
    ...kept.things.flatMap((thing) =>
      isFile(thing) ? [cleanWork({ action: 'remove', path: thing.at }, 'its room is free again')] : [],
    ),
  ];
}

function refuseWithoutImage({ volumes }: UndoInput): Refusal | null {
  const lacking = volumes.find(({ now, image }) => now !== null && image === null);
  if (lacking === undefined) return null;
  return refuse(
    'UNAVAILABLE',
    `volume \`${lacking.kept.name}\` is there and must be emptied in a container, and no image of the stack is there`,
    'pull or build the images first: podctl pull, podctl build',
  );
}

function isFile(thing: KeptThing): boolean {
  return thing.kind === 'volume' || thing.how === 'archive';
}

function putAway({ kept, now }: UndoFolder, { id }: UndoInput): readonly CleanStep[] {
  if (now === null) return [];
  const work = { action: 'move', from: kept.path, path: asideName(kept.path, id), is: now.is } as const;
  return [cleanWork(work, 'what is there now stays under this name')];
}

function keepVolume({ kept, now }: UndoVolume, input: UndoInput): readonly CleanStep[] {
  if (now === null) return [];
  const path = fileOf(kept, input);
  return [
    cleanWork({ action: 'keep-volume', volume: now.facts, path }, 'what the volume holds now is kept in this file'),
  ];
}

function bringFolder({ kept, is }: UndoFolder): CleanStep {
  return cleanWork({ action: 'move', from: kept.at, path: kept.path, is }, 'the data are back');
}

function bringVolume({ kept, now, image }: UndoVolume, input: UndoInput): readonly CleanStep[] {
  const { name, driver, options, labels } = kept;
  const volume = now?.facts ?? { name, driver, options, labels };
  const on = { type: 'volume', source: name, is: null, image: image ?? '' } as const;
  const exec = argvOf(
    renderVolumeCreate(wayOf(input), { name, driver: driver === '' ? null : driver, options, labels }),
  );
  return [
    now === null
      ? cleanWork({ action: 'make-volume', volume, exec }, 'the volume as it was')
      : emptyStep(input, on, 'room for the data that come back'),
    cleanWork({ action: 'fill-volume', volume, path: kept.at, users: volumeUsers(input, name) }, 'the data are back'),
  ];
}

function nowKept(input: UndoInput): Kept | null {
  const folders = input.folders.flatMap(({ kept, now }): readonly KeptThing[] =>
    now === null
      ? []
      : [{ ...kept, bytes: now.bytes, owner: now.owner, at: asideName(kept.path, input.id), how: 'aside' }],
  );
  const volumes = input.volumes.flatMap(({ kept, now }): readonly KeptThing[] => {
    if (now === null) return [];
    const { name, driver, options, labels } = now.facts;
    const at = fileOf(kept, input);
    return [{ kind: 'volume', name, at, removed: false, bytes: now.bytes, driver, options, labels }];
  });
  const { id, made, engine } = input;
  const things = [...folders, ...volumes];
  return things.length === 0 ? null : { podctl: 1, id, by: 'undo', made, engine: engine.name, things };
}

function fileOf({ name }: KeptVolume, { store, id }: UndoInput): string {
  return `${store}/${id}-${name}.tar`;
}
