import { renderLifecycle } from '../../render/argv/verbs.js';
import type { ContainerFacts, VolumeFacts } from '../../spec/facts.js';
import { execStep, wayOf } from '../make-step.js';
import { type Refusal, refuse } from '../refusal.js';
import type { PlanFrame } from '../run-input.js';
import { alone, aloneVolumes } from './alone.js';
import { type CleanStep, cleanWork, type Identity } from './clean-step.js';
import { helperRun, volumeUsers } from './helper-run.js';
import type { Journal } from './journal.js';
import type { Kept, KeptThing, PlaceOwner } from './kept.js';
import { asideName, besideName } from './names.js';

/** A folder as it was listed, judged to be one that may be emptied. */
export type ResetFolder = {
  readonly kind: 'folder';
  readonly path: string;
  /** null: it is not there, and is only made. */
  readonly is: Identity | null;
  readonly bytes: number | null;
  readonly owner: PlaceOwner | null;
  /** podctl itself may remove all that is in it. */
  readonly own: boolean;
  /** Owner of the new folder; null: the user who runs podctl. `inside`: the same numbers as a container sees them, where only one may give them. */
  readonly next: (PlaceOwner & { readonly inside: { readonly uid: number; readonly gid: number } | null }) | null;
  /** An image that is there and mounts it, for work that podctl may not do itself. */
  readonly image: string | null;
};

/** A named volume as it was listed. */
export type ResetVolume = {
  readonly kind: 'volume';
  readonly facts: VolumeFacts;
  readonly bytes: number | null;
  readonly image: string | null;
};

export type ResetThing = ResetFolder | ResetVolume;

export type ResetInput = PlanFrame & {
  readonly things: readonly ResetThing[];
  /** Containers of the engine that have one of the things mounted, whoever's they are. */
  readonly users: readonly ContainerFacts[];
  /** Value of the project's label. */
  readonly project: string;
  readonly snapshot: boolean;
  readonly id: string;
  readonly made: string;
  /** Folder of what is kept. */
  readonly store: string;
};

export type ResetDecision = { readonly kind: 'plan'; readonly journal: Journal } | Refusal;

/** Lay out a reset: what uses the data is stopped, the data are put away, empty ones take their place, and what ran runs again. */
export function decideReset(input: ResetInput): ResetDecision {
  const refusal = refuseUsers(input.users, input) ?? refuseWithoutImage(input);
  if (refusal !== null) return refusal;
  const [stop, start] = around(input, runningOf(input.users));
  const prepare = [
    ...stop,
    ...alone(input.things.flatMap(pathsOf)),
    ...input.things.flatMap((thing) => away(input, thing)),
    ...aloneVolumes(
      input,
      input.things.flatMap((thing) => (thing.kind === 'volume' ? [thing.facts.name] : [])),
    ),
  ];
  const kept = input.snapshot ? keptOf(input) : null;
  const steps = [
    ...prepare,
    ...(kept === null ? [] : [record(kept, input.store)]),
    ...input.things.flatMap((thing) => emptied(input, thing)),
    ...start,
  ];
  const { id, made } = input;
  return {
    kind: 'plan',
    journal: {
      podctl: 1,
      verb: 'reset',
      id,
      made,
      engine: input.engine.name,
      kept: kept?.id ?? null,
      about: input.things.map(keyOf),
      steps,
      at: 0,
      back: prepare.length,
      again: start,
    },
  };
}

/** A word that tells things apart: a folder's path, or a volume's name after `volume `. */
export function keyOf(thing: ResetThing): string {
  return thing.kind === 'folder' ? thing.path : `volume ${thing.facts.name}`;
}

/** Containers that run now, and so are stopped and started again. */
export function runningOf(users: readonly ContainerFacts[]): readonly ContainerFacts[] {
  return users.filter(({ state }) => state === 'running' || state === 'paused' || state === 'restarting');
}

/** Refuses while a container of somebody else runs with the data; only the project's own are stopped. */
export function refuseUsers(
  users: readonly ContainerFacts[],
  { project, connection }: Pick<ResetInput, 'project' | 'connection'>,
): Refusal | null {
  const foreign = runningOf(users)
    .filter(({ labels }) => labels['podctl.project'] !== project)
    .map(({ name }) => name);
  if (foreign.length === 0) return null;
  return refuse(
    'REFUSED',
    `container ${foreign.map((name) => `\`${name}\``).join(', ')} uses the data, and podctl did not start it for this project`,
    `stop it first: ${connection.program} stop ${foreign.join(' ')}`,
  );
}

/** Steps before and after: stop what runs, and start it again. */
export function around(
  frame: PlanFrame,
  running: readonly ContainerFacts[],
): readonly [stop: readonly CleanStep[], start: readonly CleanStep[]] {
  if (running.length === 0) return [[], []];
  const containers = running.map(({ name }) => name);
  const step = (verb: 'stop' | 'start', why: string): CleanStep => ({
    ...execStep(
      renderLifecycle(wayOf(frame), verb === 'stop' ? { verb, containers, timeout: null } : { verb, containers }),
      { output: 'quiet', why },
    ),
    fine: true,
  });
  return [[step('stop', 'nothing may use the data meanwhile')], [step('start', 'what ran runs again')]];
}

/** From here on undo can bring it back. */
export function record(kept: Kept, store: string): CleanStep {
  return cleanWork({ action: 'record', kept, path: `${store}/${kept.id}.json` }, 'from here on undo can bring it back');
}

/** A container empties what podctl may not. */
export function emptyStep(
  frame: PlanFrame & Pick<ResetInput, 'project'>,
  on: {
    readonly type: 'bind' | 'volume';
    readonly source: string;
    readonly is: Identity | null;
    readonly image: string;
  },
  why: string,
): CleanStep {
  const { image, type, source, is } = on;
  const run = (program: string, args: readonly string[]) =>
    helperRun(frame, { image, on: { type, source }, program, args, project: frame.project });
  const work = { action: 'empty', path: source, is, exec: run('rm', ['-rf']), check: run('ls', ['-A']) } as const;
  return cleanWork(type === 'volume' ? { ...work, users: volumeUsers(frame, source) } : work, why);
}

/** An empty folder with its owner; where podctl may not give it away a container does. */
function makeSteps(
  frame: PlanFrame & Pick<ResetInput, 'project'>,
  { path, next, image }: Pick<ResetFolder, 'path' | 'next' | 'image'>,
): readonly CleanStep[] {
  const inside = next?.inside ?? null;
  if (next === null || inside === null || image === null) {
    const { uid, gid, mode } = next ?? {};
    const owner =
      uid === undefined || gid === undefined || mode === undefined || inside !== null ? null : { uid, gid, mode };
    return [cleanWork({ action: 'make', path, owner }, 'empty, with its owner')];
  }
  const run = (program: string, word: string) =>
    helperRun(frame, { image, on: { type: 'bind', source: path }, program, args: [word], project: frame.project });
  const exec = [run('chown', `${inside.uid}:${inside.gid}`), run('chmod', next.mode.toString(8))];
  return [
    cleanWork({ action: 'make', path, owner: null }, 'empty'),
    cleanWork({ action: 'give', path, exec }, 'with its owner, which only a container may give it'),
  ];
}

function refuseWithoutImage({ things, snapshot }: ResetInput): Refusal | null {
  const lacking = things.filter((thing) => thing.image === null && needsImage(thing, snapshot)).map(keyOf);
  if (lacking.length === 0) return null;
  return refuse(
    'UNAVAILABLE',
    `${lacking.map((key) => `\`${key}\``).join(', ')}: podctl may not do this itself, and no image of the stack is there to do it in a container`,
    'pull or build the images first: podctl pull, podctl build',
  );
}

function needsImage(thing: ResetThing, snapshot: boolean): boolean {
  if (thing.kind === 'volume') return true;
  return (thing.next?.inside ?? null) !== null || (!snapshot && thing.is !== null && !thing.own);
}

function pathsOf(thing: ResetThing): readonly string[] {
  return thing.kind === 'folder' && thing.is !== null ? [thing.path] : [];
}

function away(input: ResetInput, thing: ResetThing): readonly CleanStep[] {
  if (thing.kind === 'folder') {
    if (thing.is === null) return [];
    const path = putAside(input, thing.path);
    const why = input.snapshot ? 'the data stay under this name' : 'what is removed is exactly this folder';
    return [cleanWork({ action: 'move', from: thing.path, path, is: thing.is }, why)];
  }
  if (!input.snapshot) return [];
  const path = volumeFile(input, thing);
  return [
    cleanWork({ action: 'keep-volume', volume: thing.facts, path }, 'the data of the volume are kept in this file'),
  ];
}

function emptied(input: ResetInput, thing: ResetThing): readonly CleanStep[] {
  if (thing.kind === 'volume') {
    const on = { type: 'volume', source: thing.facts.name, is: null, image: thing.image ?? '' } as const;
    return [emptyStep(input, on, 'the volume stays, without what was in it')];
  }
  return [...(input.snapshot ? [] : gone(input, thing)), ...makeSteps(input, thing)];
}

function gone(input: ResetInput, { path, is, own, image }: ResetFolder): readonly CleanStep[] {
  if (is === null) return [];
  const aside = putAside(input, path);
  if (own) return [cleanWork({ action: 'clear', path: aside, is }, 'removed for good: --no-snapshot')];
  return [
    emptyStep(input, { type: 'bind', source: aside, is, image: image ?? '' }, 'removed for good: --no-snapshot'),
    cleanWork({ action: 'drop', path: aside }, 'the empty folder goes, too'),
  ];
}

function keptOf(input: ResetInput): Kept | null {
  const things = input.things.flatMap((thing) => keptThing(input, thing));
  const { id, made, engine } = input;
  return things.length === 0 ? null : { podctl: 1, id, by: 'reset', made, engine: engine.name, things };
}

function keptThing(input: ResetInput, thing: ResetThing): readonly KeptThing[] {
  if (thing.kind === 'volume') {
    const { name, driver, options, labels } = thing.facts;
    const at = volumeFile(input, thing);
    return [{ kind: 'volume', name, at, removed: false, bytes: thing.bytes, driver, options, labels }];
  }
  if (thing.is === null) return [];
  const { path, bytes, owner } = thing;
  return [{ kind: 'folder', path, at: putAside(input, path), how: 'aside', bytes, owner }];
}

function putAside({ id, snapshot }: ResetInput, path: string): string {
  return snapshot ? asideName(path, id) : besideName(path, 'gone', id);
}

function volumeFile({ store, id }: ResetInput, { facts }: ResetVolume): string {
  return `${store}/${id}-${facts.name}.tar`;
}
