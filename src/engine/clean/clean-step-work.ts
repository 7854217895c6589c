import { PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import type { Host } from '../../io/host.js';
import { ioError } from '../../io/io-error.js';
import { removeKept as removeArchive } from '../../io/kept-archive.js';
import type { Signals } from '../../io/signals.js';
import type { CleanStep, CleanWork } from '../../plan/clean/clean-step.js';
import type { VolumeFacts } from '../../spec/facts.js';
import { engineError } from '../engine-error.js';
import type { Captured, Processes } from '../process.js';
import { anotherFolder, clearListed, dropFolder, lookAtFolder, makeFolder, moveFolder } from './folder-work.js';
import { removeKept, writeKept } from './kept-store.js';
import { mountedBy } from './mounted-by.js';

/** Keeps and brings back what is in named volumes. */
export type Volumes = {
  readonly keep: (volume: VolumeFacts, at: string) => Promise<unknown>;
  readonly fill: (volume: VolumeFacts, from: string) => Promise<unknown>;
};

export type StepDeps = {
  readonly host: Host;
  readonly signals: Signals;
  readonly store: string;
  readonly processes: Processes;
  readonly volumes: Volumes;
  /** Says something for the person who waits. */
  readonly note: (text: string) => void;
};

/** Do one step; done before, it does nothing. */
export async function doCleanStep(step: CleanStep, deps: StepDeps): Promise<void> {
  if (step.do === 'exec') return doExec(step, deps);
  return doWork(step, deps);
}

async function doExec(step: Extract<CleanStep, { readonly do: 'exec' }>, deps: StepDeps): Promise<void> {
  const ended = await run(step.argv, deps);
  if (ended.exitCode === 0) return;
  const error = failed(step.argv, ended);
  // One that was removed meanwhile needs no stop, and nobody can start it.
  if (step.fine !== true || !/no such container|no container with name or id/i.test(ended.stderr)) throw error;
  deps.note(`warning: ${escapeControl(error.message)}`);
}

type Work<Action extends CleanWork['action']> = Extract<CleanWork, { readonly action: Action }>;

type Works = {
  readonly [Action in CleanWork['action']]: (work: Work<Action>, deps: StepDeps) => Promise<unknown>;
};

const WORKS: Works = {
  move: ({ from, path, is }) => moveFolder(from, path, is),
  alone: async ({ paths, users = [] }, deps) => {
    await refuseMounted(paths);
    for (const argv of users) await refuseUsed(argv, deps); // oxlint-disable-line no-await-in-loop -- the first tells
  },
  make: ({ path, owner }) => makeFolder(path, owner),
  clear: ({ path, is }) => clearListed(path, is),
  drop: ({ path }) => dropFolder(path),
  remove: ({ path }) => removeFile(path),
  record: ({ kept }, { store }) => writeKept(store, kept),
  forget: ({ id }, { store }) => removeKept(store, id),
  give: ({ exec }, deps) => runAll(exec, deps),
  empty,
  'keep-volume': ({ volume, path }, { volumes }) => volumes.keep(volume, path),
  'keep-rest': keepRest,
  'make-volume': ({ exec }, deps) => makeVolume(exec, deps),
  'fill-volume': async ({ volume, path, users }, deps) => {
    if (users !== undefined) await refuseUsed(users, deps);
    await deps.volumes.fill(volume, path);
  },
};

async function doWork<Action extends CleanWork['action']>(work: Work<Action>, deps: StepDeps): Promise<void> {
  const does: (one: Work<Action>, deps: StepDeps) => Promise<unknown> = WORKS[work.action];
  await does(work, deps);
}

async function removeFile(path: string): Promise<void> {
  try {
    await removeArchive(path);
  } catch (error) {
    throw ioError('remove', path, error);
  }
}

async function runAll(commands: readonly (readonly string[])[], deps: StepDeps): Promise<void> {
  for (const argv of commands) {
    // oxlint-disable-next-line no-await-in-loop -- in order
    await mustRun(argv, deps);
  }
}

// Docker answers a second creation with the volume that is there, podman with a failure.
async function makeVolume(argv: readonly string[], deps: StepDeps): Promise<void> {
  const ended = await run(argv, deps);
  if (ended.exitCode !== 0 && !/already exists/i.test(ended.stderr)) throw failed(argv, ended);
}

// The program cannot remove the place itself, which is mounted, and says so; whether anything is left is asked afterwards.
async function empty(work: Work<'empty'>, deps: StepDeps): Promise<void> {
  if (work.is !== null) {
    const there = await lookAtFolder(work.path);
    if (there === null) return;
    if (there.is !== work.is) throw anotherFolder(work.path);
  }
  if (work.users !== undefined) await refuseUsed(work.users, deps);
  const ended = await run(work.exec, deps);
  const left = await run(work.check, deps);
  if (left.exitCode === 0 && left.stdout.trim() === '') return;
  throw failed(work.exec, ended.exitCode === 0 ? left : ended);
}

async function keepRest({ volume, path, kept, check }: Work<'keep-rest'>, deps: StepDeps): Promise<void> {
  if (check !== null && (await mustRun(check, deps)).stdout.trim() === '') return;
  await deps.volumes.keep(volume, path);
  await writeKept(deps.store, kept);
  const undo = `podctl undo ${kept.id}`;
  deps.note(`note: what volume \`${escapeControl(volume.name)}\` held meanwhile is kept: \`${undo}\` brings it back`);
}

async function refuseMounted(paths: readonly string[]): Promise<void> {
  const [first] = await mountedBy(paths);
  if (first === undefined) return;
  const { path, program, pid } = first;
  throw new PodctlError('REFUSED', `\`${path}\` is in use: ${escapeControl(program)} (process ${pid}) has it mounted`, {
    hint: 'stop the container that it runs in; it may be one of another engine',
  });
}

// What a container writes after the data were kept would be lost.
async function refuseUsed(argv: readonly string[], deps: StepDeps): Promise<void> {
  const names = (await mustRun(argv, deps)).stdout.split('\n').filter((line) => line.trim() !== '');
  if (names.length === 0) return;
  const shown = names.map((name) => `\`${escapeControl(name.trim())}\``).join(', ');
  throw new PodctlError('REFUSED', `container ${shown} uses the data that this works on`, {
    hint: 'stop it, and run the command again: what it wrote meanwhile is kept',
  });
}

async function mustRun(argv: readonly string[], deps: StepDeps): Promise<Captured> {
  const ended = await run(argv, deps);
  if (ended.exitCode !== 0) throw failed(argv, ended);
  return ended;
}

function run([file = '', ...args]: readonly string[], { processes }: StepDeps): Promise<Captured> {
  return processes.run({ file, args });
}

function failed(argv: readonly string[], { exitCode, stderr, stdout }: Captured): PodctlError {
  return engineError({ argv, exitCode, output: stderr || stdout });
}
