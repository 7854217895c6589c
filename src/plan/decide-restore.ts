import type { BackupManifest } from '../core/backup.js';
import { parentOf } from '../core/path.js';
import { renderLifecycle } from '../render/argv/verbs.js';
import type { ContainerFacts } from '../spec/facts.js';
import { type DataPlace, type DataSource, sourceWords, usersOf } from './data-place.js';
import { type DataExec, type DataPlan, work } from './data-step.js';
import { execStep, folderStep, wayOf } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import type { PlanFrame } from './run-input.js';

/** What is brought back: a backup, or a database that an earlier restore moved aside. */
export type Wanted =
  | { readonly kind: 'backup'; readonly file: string; readonly manifest: BackupManifest }
  | { readonly kind: 'replaced'; readonly file: string };

export type RestoreInput = PlanFrame & {
  readonly source: DataSource;
  readonly place: DataPlace;
  readonly containers: readonly ContainerFacts[];
  readonly wanted: Wanted;
  /** Something is there that would be replaced. */
  readonly occupied: boolean;
  /** The folder of the data is there. */
  readonly folderThere: boolean;
  readonly force: boolean;
  readonly stop: boolean;
  /** Value of `--confirm`. */
  readonly confirm: string | null;
  /** Time of this restore, as a backup's id; the replaced data are called after it. */
  readonly id: string;
  /** Second names of the data that a killed restore left. */
  readonly leftovers: readonly string[];
};

export type RestoreDecision =
  | {
      readonly kind: 'plan';
      readonly plan: DataPlan;
      readonly replaced: string | null;
      readonly stopped: readonly string[];
    }
  | Refusal;

/** Lay out one restore of a database file: made and checked beside the old one, which then gives up its name and stays under another. */
export function decideRestore(input: RestoreInput): RestoreDecision {
  const path = input.place.kind === 'engine' ? null : input.place.path;
  const refusal = refuseRestore(input);
  if (refusal !== null) return refusal;
  if (path === null) return outOfReach(input);
  const users = usersOf(input.source, input.containers).map(({ name }) => name);
  const kept = input.occupied ? replacedName(path, input.id) : null;
  const { name, version, assumed } = input.engine;
  const plan: DataPlan = {
    profile: input.profile,
    mode: input.mode,
    engine: { name, version, assumed },
    steps: [
      ...input.leftovers.map((left) => work({ action: 'discard', path: left }, 'left by a podctl that was killed')),
      ...(input.folderThere ? [] : [folderStep(parentOf(path), null, 'the data stand in it')]),
      ...around(input, users, input.source.holds === 'files' ? swapFiles(input, path, kept) : swap(input, path, kept)),
    ],
  };
  return { kind: 'plan', plan, replaced: kept, stopped: users };
}

/** Name of the data that a restore at this time replaced, beside the data. */
export function replacedName(path: string, id: string): string {
  return `${path}.replaced-${id}`;
}

/** The id in the name of replaced data; null for any other name. `name` and `base` without folders. */
export function replacedId(name: string, base: string): string | null {
  return name.startsWith(`${base}.replaced-`)
    ? (/^\d{8}T\d{6}Z(-\d+)?$/.exec(name.slice(base.length + '.replaced-'.length))?.[0] ?? null)
    : null;
}

function refuseRestore(input: RestoreInput): Refusal | null {
  const { source, occupied, force, stop, confirm } = input;
  const users = usersOf(source, input.containers).map(({ name }) => name);
  if (occupied && !force) {
    return refuse(
      'REFUSED',
      `data \`${source.key}\`: there is ${source.holds === 'files' ? 'something' : 'a database'} already (${sourceWords(source)})`,
      '--force replaces it; what was there stays beside it under another name',
    );
  }
  if (occupied && source.protected && confirm !== source.key) {
    return refuse(
      'REFUSED',
      `data \`${source.key}\` is protected`,
      `say its name to replace it: --confirm ${source.key}`,
    );
  }
  if (users.length === 0 || stop) return null;
  return refuse(
    'REFUSED',
    `data \`${source.key}\`: container ${users.map((name) => `\`${name}\``).join(', ')} uses it`,
    `stop it (${input.connection.program} stop ${users.join(' ')}), or give --stop: podctl stops it and starts it again`,
  );
}

function outOfReach({ source }: RestoreInput): Refusal {
  return refuse(
    'UNAVAILABLE',
    `data \`${source.key}\`: podctl may not write ${sourceWords(source)}`,
    'run podctl as a user who may, on the machine of the engine',
  );
}

function swap(input: RestoreInput, path: string, kept: string | null): DataPlan['steps'] {
  const made = newName(path);
  const { wanted } = input;
  const owner = wanted.kind === 'backup' ? wanted.manifest.owner : undefined;
  const bring =
    wanted.kind === 'backup'
      ? [
          work(
            { action: 'unpack', from: wanted.file, path: made, manifest: wanted.manifest },
            'checked against its checksum on the way',
          ),
        ]
      : [
          work({ action: 'copy', from: wanted.file, path: made }, 'what an earlier restore replaced'),
          work({ action: 'settle', path: made }, 'the copy takes in what its WAL or journal holds'),
        ];
  const aloneBefore = work({ action: 'alone', path }, 'nothing else may have the database open');
  const keep =
    kept === null
      ? []
      : [
          aloneBefore,
          work({ action: 'settle', path, broken: true }, 'the old database takes in what its WAL or journal holds'),
          work({ action: 'keep', from: path, path: kept }, 'the old database stays under this name'),
        ];
  return [
    // Asked before the work, and again after it, which may take long.
    ...(kept === null ? [] : [aloneBefore]),
    ...bring,
    work({ action: 'check', path: made }, 'only a sound database replaces anything'),
    work({ action: 'own', path: made, from: path, owner }, 'owner and mode as before'),
    ...keep,
    work(
      { action: 'place', from: made, path, ...(kept === null ? { fresh: true } : {}) },
      'in one step: what is read is all old or all new',
    ),
    work({ action: 'discard', path: made }, 'nothing of it stays if a step failed'),
  ];
}

// Two names of a folder change with nothing between; a kill just there leaves the old one whole under its other name.
function swapFiles(input: RestoreInput, path: string, aside: string | null): DataPlan['steps'] {
  const made = newName(path);
  const { wanted } = input;
  const bring =
    wanted.kind === 'backup'
      ? work(
          { action: 'extract', from: wanted.file, path: made, manifest: wanted.manifest },
          'checked against its checksum on the way',
        )
      : work({ action: 'mirror', from: wanted.file, path: made }, 'what an earlier restore replaced');
  const like = wanted.kind === 'backup' ? path : wanted.file;
  const owner = wanted.kind === 'backup' ? wanted.manifest.owner : undefined;
  return [
    bring,
    work({ action: 'own', path: made, from: like, owner }, 'owner and mode as before'),
    work({ action: 'swap', from: made, path, aside }, 'the new folder takes the name of the old one, which stays'),
    work({ action: 'clear', path: made }, 'nothing of it stays if a step failed'),
  ];
}

function around(input: RestoreInput, users: readonly string[], steps: DataPlan['steps']): DataPlan['steps'] {
  if (users.length === 0) return steps;
  const act = (verb: 'stop' | 'start', why: string): DataExec => {
    const action = verb === 'stop' ? { verb, containers: users, timeout: null } : { verb, containers: users };
    return execStep(renderLifecycle(wayOf(input), action), { output: 'quiet', why });
  };
  return [act('stop', 'nothing may use the data'), ...steps, { ...act('start', 'as it was before'), always: true }];
}

// Hidden, beside the data: on one file system a name moves in one step.
function newName(path: string): string {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return `${path.slice(0, at + 1)}.${path.slice(at + 1)}.podctl-new`;
}
