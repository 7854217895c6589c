import { type BackupManifest, backupNames, type Compression, expired, type Keep } from '../core/backup.js';
import { renderCopyOut } from '../render/argv/copy.js';
import { renderLifecycle } from '../render/argv/verbs.js';
import type { ContainerFacts } from '../spec/facts.js';
import { type DataPlace, type DataSource, holdersOf, insideOf, sourceWords, usersOf, writersOf } from './data-place.js';
import { type BackupDraft, type DataExec, type DataPlan, type DataStep, work } from './data-step.js';
import { execStep, folderStep, wayOf } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import type { PlanFrame } from './run-input.js';

/** A backup that lies in the folder. */
export type KnownBackup = {
  readonly manifest: BackupManifest;
  readonly file: string;
  readonly manifestFile: string;
};

export type BackupInput = PlanFrame & {
  readonly source: DataSource;
  readonly place: DataPlace;
  /** All containers of the engine, or as many as are known. */
  readonly containers: readonly ContainerFacts[];
  /** Absolute; `separator` is the host's. */
  readonly folder: string;
  readonly separator: '/' | '\\';
  readonly id: string;
  readonly made: string;
  readonly version: string;
  readonly project: string;
  readonly compress: Compression;
  readonly keep: Keep;
  readonly known: readonly KnownBackup[];
  /** Files of runs that were killed. */
  readonly leftovers: readonly string[];
  /** Pause what writes to files meanwhile. */
  readonly pause: boolean;
};

export type BackupDecision =
  | {
      readonly kind: 'plan';
      readonly plan: DataPlan;
      readonly draft: BackupDraft;
      /** Backups that go, oldest first. */
      readonly expired: readonly KnownBackup[];
      readonly notes: readonly string[];
    }
  | Refusal;

/** Lay out one backup of a database file or of a folder: copied, checked, packed, published; then those that the rules no longer keep go. */
export function decideBackup(input: BackupInput): BackupDecision {
  const { source, place } = input;
  if (place.kind === 'absent') {
    return refuse(
      'MISSING_INPUT',
      `data \`${source.key}\`: nothing is there yet (${sourceWords(source)})`,
      'start the application once, or restore a backup',
    );
  }
  const copied = source.holds === 'sqlite' ? copySqlite(input, place) : copyFiles(input, place);
  if ('kind' in copied) return copied;
  const draft = draftOf(input, copied.how);
  const gone = expiredWith(input, draft);
  const { name, version, assumed } = input.engine;
  const steps: DataPlan['steps'] = [
    folderStep(input.folder, 0o700, 'only this user may read backups'),
    ...input.leftovers.map((path) => work({ action: 'discard', path }, 'left by a podctl that was killed')),
    ...copied.steps,
    work(
      { action: 'publish', path: pathOf(input, backupNames(draft).data), folder: input.folder, draft },
      'its manifest makes it a backup; until then it is none',
    ),
    ...gone.map(({ file, manifestFile }) =>
      work({ action: 'forget', path: file, manifest: manifestFile }, 'the rules keep newer ones'),
    ),
  ];
  const plan: DataPlan = {
    profile: input.profile,
    mode: input.mode,
    engine: { name, version, assumed },
    steps,
  };
  return { kind: 'plan', plan, draft, expired: gone, notes: copied.notes };
}

type Copied = {
  readonly steps: DataPlan['steps'];
  readonly how: BackupManifest['how'];
  readonly notes: readonly string[];
};

function copySqlite(input: BackupInput, place: Exclude<DataPlace, { readonly kind: 'absent' }>): Copied | Refusal {
  const users = usersOf(input.source, input.containers);
  if (place.kind === 'direct') {
    const why = 'a consistent copy, read and checked in one transaction; the application goes on';
    const steps = [work({ action: 'snapshot', from: place.path, path: partialPath(input) }, why)];
    return { steps, how: users.length > 0 ? 'online' : 'rest', notes: [] };
  }
  const raw = rawPath(input);
  const out = place.kind === 'shared' ? copyShared(place.path, raw) : copyThrough(input, raw);
  if ('kind' in out) return out;
  const steps = [
    ...held(input, users, out),
    work({ action: 'settle', path: raw }, 'the copy takes in what its WAL or journal holds'),
    work({ action: 'check', path: raw }, 'only a sound copy counts'),
    work({ action: 'pack', from: raw, path: partialPath(input), compress: input.compress }, 'compressed in parts'),
    work({ action: 'discard', path: raw }, 'the copy is packed'),
  ];
  return { steps, how: users.length > 0 ? 'paused' : 'rest', notes: [] };
}

function copyShared(from: string, path: string): readonly DataStep[] {
  return [work({ action: 'copy', from, path }, 'the database with its WAL or journal, while nothing writes')];
}

// The engine copies out of a container; where none has the data mounted, out of one that is made for it and never started.
function copyThrough(input: BackupInput, raw: string): readonly (DataStep | DataExec)[] | Refusal {
  const [holder] = [...usersOf(input.source, input.containers), ...holdersOf(input.source, input.containers)];
  if (holder === undefined) {
    return refuse(
      'UNAVAILABLE',
      `data \`${input.source.key}\`: podctl may not read ${sourceWords(input.source)}, and no container has it mounted`,
      'start the application once, or run podctl as a user who may read it',
    );
  }
  const inside = insideOf(input.source, holder);
  const copy = (end: string, why: string): DataExec =>
    execStep(renderCopyOut(wayOf(input), { container: holder.name, inside: `${inside}${end}`, path: `${raw}${end}` }), {
      output: 'quiet',
      why,
    });
  const beside = ['-wal', '-journal'].map(
    (end): DataExec => ({ ...copy(end, 'what is not in the file yet; none is fine'), missing: true }),
  );
  return [copy('', 'this user cannot read the data: the engine copies them'), ...beside];
}

// Paused before the copy, and let go in every case after it.
function held(
  input: BackupInput,
  users: readonly ContainerFacts[],
  steps: readonly (DataStep | DataExec)[],
): DataPlan['steps'] {
  const running = users.filter(({ state }) => state === 'running').map(({ name }) => name);
  if (running.length === 0) return steps;
  const act = (verb: 'pause' | 'unpause', why: string): DataExec =>
    execStep(renderLifecycle(wayOf(input), { verb, containers: running }), { output: 'quiet', why });
  return [
    act('pause', 'nothing may write during the copy'),
    ...steps,
    { ...act('unpause', 'the copy is made'), always: true },
  ];
}

function copyFiles(input: BackupInput, place: Exclude<DataPlace, { readonly kind: 'absent' }>): Copied | Refusal {
  const writers = writersOf(input.source, input.containers);
  if (place.kind === 'engine') {
    return refuse(
      'UNAVAILABLE',
      `data \`${input.source.key}\`: podctl may not read ${sourceWords(input.source)}`,
      'run podctl as a user who may read it',
    );
  }
  const archive = work(
    { action: 'archive', from: place.path, path: partialPath(input) },
    'every file, with owner and mode',
  );
  const names = writers.map(({ name }) => `\`${name}\``).join(', ');
  if (writers.length === 0) return { steps: [archive], how: 'rest', notes: [] };
  if (input.pause) return { steps: held(input, writers, [archive]), how: 'paused', notes: [] };
  const note = `warning: ${names} may write while the files are read; --pause holds it meanwhile`;
  return { steps: [archive], how: 'online', notes: [note] };
}

function draftOf(input: BackupInput, how: BackupManifest['how']): BackupDraft {
  const { source, version, project, id, made, compress } = input;
  const of = { key: source.key, id, holds: source.holds, compress };
  return {
    version,
    kind: 'backup',
    id,
    project,
    profile: input.profile ?? '',
    key: source.key,
    holds: source.holds,
    made,
    source: sourceWords(source),
    how,
    compress,
    file: backupNames(of).data,
  };
}

// With the one that is being made as the newest.
function expiredWith({ known, keep }: BackupInput, draft: BackupDraft): readonly KnownBackup[] {
  const old = known.map((backup) => ({ id: backup.manifest.id, kind: backup.manifest.kind, backup }));
  const gone = expired<{ readonly id: string; readonly kind: BackupManifest['kind'] }>([...old, draft], keep);
  return old.filter((one) => gone.includes(one)).map(({ backup }) => backup);
}

function pathOf({ folder, separator }: BackupInput, name: string): string {
  return `${folder}${folder.endsWith(separator) ? '' : separator}${name}`;
}

function partialPath(input: BackupInput): string {
  const { source, id, compress } = input;
  return pathOf(input, `${backupNames({ key: source.key, id, holds: source.holds, compress }).data}.partial`);
}

function rawPath(input: BackupInput): string {
  return pathOf(input, `.${input.source.key}-${input.id}.raw`);
}
