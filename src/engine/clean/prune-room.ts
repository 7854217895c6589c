import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { removeKept as removeArchive } from '../../io/kept-archive.js';
import { takeLock } from '../../io/pid-lock.js';
import type { SignalName, Signals } from '../../io/signals.js';
import type { Kept } from '../../plan/clean/kept.js';
import type { Outdated } from '../../plan/clean/prune-stale.js';
import type { PruneStep } from '../../plan/clean/prune-step.js';
import type { FoundEngine } from '../engine.js';
import { probe } from '../probe.js';
import { exitCodeOfSignal, type Processes, realProcesses } from '../process.js';
import { listKept, removeKept, writeKept } from './kept-store.js';
import { askEngine } from './prune-ask.js';
import { openPruneLook as lookAt, type PruneLook } from './prune-look.js';
import { type PruneResult, runPrune } from './prune-run.js';
import { isSameThere } from './same-podman.js';
import { openVolumeStore } from './volume-store.js';

type Surroundings = { readonly host: Host; readonly files: Files; readonly processes?: Processes };

/** The look at one engine. */
export async function openPruneLook(found: FoundEngine, surroundings: Surroundings): Promise<PruneLook> {
  return lookAt(found, await toolsFor(found, surroundings));
}

async function toolsFor(found: FoundEngine, { host, files, processes = realProcesses(host) }: Surroundings) {
  return { run: processes.run, probe: (await isSameThere(found, { host, files })) ? probe : undefined };
}

type CarryDeps = {
  readonly found: FoundEngine;
  /** Folder of what is kept for undo. */
  readonly folder: string;
  /** Value of the project's label. */
  readonly project: string;
  /** What the document of this run takes the place of. */
  readonly outdated: readonly Outdated[];
  readonly host: Host;
  readonly files: Files;
  readonly signals: Signals;
  readonly onStep: (step: PruneStep) => void;
  readonly processes?: Processes;
};

/** Carry a list out with the real engine and disk; a signal ends it between two steps. `exitCode`: 128+n after signal n, else 0. */
export async function carryPrune(
  steps: readonly PruneStep[],
  deps: CarryDeps,
): Promise<{ readonly result: PruneResult; readonly exitCode: number }> {
  const { found, folder, project, host, files, signals, processes = realProcesses(host) } = deps;
  const tools = await toolsFor(found, { host, files, processes });
  const caught: { name: SignalName | null } = { name: null };
  const stopListening = signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    caught.name ??= name;
  });
  const keeps = steps.some((step) => step.do === 'file');
  const release = keeps ? await openFolder(folder, { host, files }) : undefined;
  try {
    const result = await runPrune(steps, {
      ask: askEngine(found, tools),
      store: openVolumeStore(found, project, { host, files, processes }),
      record: async (kept, things) => {
        await writeOrRemove(folder, { ...kept, things });
        await tidy(folder, deps.outdated);
      },
      removeArchive,
      onStep: deps.onStep,
      isStopped: () => caught.name !== null,
    });
    return { result, exitCode: caught.name === null ? 0 : exitCodeOfSignal(caught.name) };
  } finally {
    await release?.();
    stopListening();
  }
}

/** What undo keeps for the project now. */
export function keptIn(folder: string): Promise<readonly Kept[]> {
  return listKept(folder);
}

async function writeOrRemove(folder: string, kept: Kept): Promise<void> {
  await (kept.things.length === 0 ? removeKept(folder, kept.id) : writeKept(folder, kept));
}

async function tidy(folder: string, outdated: readonly Outdated[]): Promise<void> {
  for (const { kept, archives } of outdated) {
    // oxlint-disable-next-line no-await-in-loop -- the document first
    await writeOrRemove(folder, kept);
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const archive of archives) await removeArchive(archive);
  }
}

// Whoever works on what is kept holds the lock; archives that no document speaks of were left by one that was killed.
async function openFolder(folder: string, deps: { readonly host: Host; readonly files: Files }) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await takeLock(join(folder, 'lock'), deps);
  const names = await readdir(folder);
  for (const name of names) {
    // oxlint-disable-next-line no-await-in-loop -- as below
    if (/^\d{8}T\d{6}Z(?:-\d+)?\.json\.partial$/.test(name)) await rm(join(folder, name), { force: true });
    const [, id] = /^(\d{8}T\d{6}Z(?:-\d+)?)\.prune-\d+\.tar(?:\.sha256|\.partial)?$/.exec(name) ?? [];
    // oxlint-disable-next-line no-await-in-loop -- few, and seldom any
    if (id !== undefined && !names.includes(`${id}.json`))
      await removeArchive(join(folder, name.replace(/\.(sha256|partial)$/, '')));
  }
  return release;
}
