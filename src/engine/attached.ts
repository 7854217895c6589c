import { revealed } from '../core/secret.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { Signals } from '../io/signals.js';
import type { Streams } from '../io/streams.js';
import type { AttachedContainer, ExecStep } from '../plan/step.js';
import type { Connection } from './engine.js';
import { toContainer } from './inspect.js';
import { dropLease, takeLease } from './lease.js';
import { removeLeftover } from './leftover.js';
import { makeSource } from './observe.js';
import { wasOutOfMemory } from './oom.js';
import type { Probe } from './probe.js';
import { type AttachedProcess, exitCodeOfSignal, type Processes } from './process.js';
import { type StopControls, type StopSignal, type Supervision, supervise } from './supervise.js';

export type AttachedDeps = {
  readonly connection: Connection;
  readonly host: Host;
  readonly files: Files;
  readonly streams: Streams;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly probe: Probe;
  /** Called once, as soon as the container exists: secret files are no longer needed then. Null: there are none. */
  readonly onCreated: (() => Promise<void>) | null;
};

/** Exit code that podctl gives for a container that ran out of memory. */
export const OUT_OF_MEMORY = 71;

/** What is said then. */
export const OOM_LINE =
  'hint: the container was killed because it used more memory than it may: raise `memory` of [container.resources]\n';

/** Run an engine program that shares podctl's terminal, and pass its exit code through. */
export async function runAttached(step: ExecStep, deps: AttachedDeps): Promise<number> {
  return step.container === undefined ? runShared(step, deps) : runContainer(step, step.container, deps);
}

// `logs`, `exec` and the like: the engine's program handles its signals, podctl only must not die before it.
async function runShared(step: ExecStep, deps: AttachedDeps): Promise<number> {
  const starting = start(step, deps);
  const controls = {
    forward: (name: StopSignal) => pass(name, starting, deps),
    kill: async () => (await starting).signal('SIGKILL'),
  };
  // Signals are listened to from the first moment on: one that comes while the program starts must not get lost.
  const { patience } = step;
  const watch = supervise({ ...deps, stopTimeout: patience ?? null, controls, insists: patience !== undefined });
  try {
    const { exitCode } = await (await starting).ended;
    const first = watch.interruptedBy();
    return first !== null && step.signalCode === true && !watch.killed() ? exitCodeOfSignal(first) : exitCode;
  } finally {
    await watch.end();
  }
}

async function runContainer(step: ExecStep, container: AttachedContainer, deps: AttachedDeps): Promise<number> {
  const startedAt = deps.clock.now();
  const over = new AbortController();
  const starting = start(step, deps);
  const controls = new ProgramControls({ container, starting, over: over.signal, deps });
  const watch = supervise({ ...deps, stopTimeout: container.stopTimeout, controls });
  try {
    await takeLease(container.name, deps);
    const child = await starting;
    const watching = watchCreation(container.name, deps, over.signal);
    const { exitCode, signal } = await child.ended;
    over.abort();
    await watching;
    const first = watch.interruptedBy();
    if (container.remove && (first !== null || signal !== null || CLIENT_FAILED.has(exitCode))) {
      const patience = controls.early ? LATE_CREATION_MS : 0;
      await removeLeftover({ name: container.name, since: startedAt, patience }, deps);
    }
    // Podman's program ends with 0 when it is told to stop before there is a container.
    if (first !== null && controls.early && exitCode === 0) return exitCodeOfSignal(first);
    return await verdict({ exitCode, watch, container, startedAt }, deps);
  } finally {
    over.abort();
    await watch.end();
    await dropLease(container.name, deps);
  }
}

const LATE_CREATION_MS = 1_000;
// The engine's program gave up, for instance because nobody reads its output any more; the container may run on without it.
const CLIENT_FAILED: ReadonlySet<number> = new Set([1, 125]);
const RUNS_YET_EVERY_MS = 100;

type ProgramRun = {
  readonly container: AttachedContainer;
  readonly starting: Promise<AttachedProcess>;
  /** Aborts when the engine's program has ended. */
  readonly over: AbortSignal;
  readonly deps: AttachedDeps;
};

class ProgramControls implements StopControls {
  /** A signal came before the container ran. */
  early = false;
  readonly #run: ProgramRun;

  constructor(run: ProgramRun) {
    this.#run = run;
  }

  readonly forward = async (name: StopSignal): Promise<void> => {
    const { container, starting, deps } = this.#run;
    const runs = (await stateOf(container.name, deps)) === 'running';
    // With a terminal of its own the engine's client passes no signals on, so the container gets them directly.
    if (runs && container.tty && name !== 'SIGINT' && (await this.#send(name))) return;
    await pass(name, starting, deps);
    if (runs) return;
    this.early = true;
    await this.#sendWhenRunning(name);
  };

  readonly kill = async (): Promise<void> => {
    if (!(await this.#send('SIGKILL'))) (await this.#run.starting).signal('SIGKILL');
  };

  // Docker's client swallows a signal that comes before the container runs.
  async #sendWhenRunning(name: StopSignal): Promise<void> {
    const { container, over, deps } = this.#run;
    for (;;) {
      await deps.clock.sleep(RUNS_YET_EVERY_MS, over);
      if (over.aborted) return;
      if ((await stateOf(container.name, deps)) === 'running') {
        await this.#send(name);
        return;
      }
    }
  }

  async #send(name: StopSignal | 'SIGKILL'): Promise<boolean> {
    const { container, deps } = this.#run;
    const { program, globals } = deps.connection;
    const args = [...globals, 'kill', '--signal', name.slice('SIG'.length), container.name];
    return (await deps.processes.run({ file: program, args })).exitCode === 0;
  }
}

type Verdict = {
  readonly exitCode: number;
  readonly watch: Supervision;
  readonly container: AttachedContainer;
  readonly startedAt: number;
};

async function verdict({ exitCode, watch, container, startedAt }: Verdict, deps: AttachedDeps): Promise<number> {
  // Docker's client gives up with its own code when a terminal's signals came too often for it.
  if (watch.killed()) return exitCodeOfSignal('SIGKILL');
  if (exitCode !== 137) return exitCode;
  if (!(await wasOutOfMemory({ name: container.name, since: startedAt }, deps))) return exitCode;
  deps.streams.print('stderr', OOM_LINE);
  return OUT_OF_MEMORY;
}

function start(step: ExecStep, { processes, streams }: AttachedDeps): Promise<AttachedProcess> {
  const [file = '', ...args] = step.argv;
  return processes.attach({ file, args, env: plainEnv(step) }, streams);
}

/** The environment of a step with its secrets in plain text, for the engine's process alone. */
export function plainEnv({
  env,
  environment,
}: Pick<ExecStep, 'env' | 'environment'>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...environment, ...env }).map(([name, value]) => [name, revealed(value)]));
}

// A Ctrl-C typed at a terminal reaches every process of the foreground group, the engine's client too: once is enough.
async function pass(name: StopSignal, starting: Promise<AttachedProcess>, { streams }: AttachedDeps): Promise<void> {
  if (name !== 'SIGINT' || !streams.isTerminal('stdin')) (await starting).signal(name);
}

const FIRST_LOOK_MS = 300;

// Asking costs a process where no socket answers, so it starts late and gets rarer; a run that ended by then needs none.
async function watchCreation(name: string, deps: AttachedDeps, over: AbortSignal): Promise<void> {
  if (deps.onCreated === null) return;
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.5, 3_000)) {
    await deps.clock.sleep(wait, over);
    if (over.aborted) return;
    if ((await stateOf(name, deps)) !== null) {
      await deps.onCreated();
      return;
    }
  }
}

// null: there is no such container. A daemon that is too busy to answer counts as no answer yet.
async function stateOf(name: string, { connection, processes, probe }: AttachedDeps): Promise<string | null> {
  try {
    const source = makeSource({ connection, apiVersion: null }, { probe, run: processes.run });
    const container = await source.inspect('container', name);
    return container === null ? null : toContainer(container).state;
  } catch {
    return null;
  }
}
