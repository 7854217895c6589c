import { revealed, type Secret } from '../core/secret.js';
import { escapeControl } from '../core/text.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { Signals } from '../io/signals.js';
import type { Streams } from '../io/streams.js';
import type { AttachedContainer, ExecStep } from '../plan/step.js';
import type { Connection } from './engine.js';
import { dropLease, takeLease } from './lease.js';
import { wasOutOfMemory } from './oom.js';
import type { Probe } from './probe.js';
import type { AttachedProcess, Processes } from './process.js';
import { type StopSignal, type Supervision, supervise } from './supervise.js';

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
  const watch = supervise({ ...deps, stopTimeout: null, controls });
  try {
    return (await (await starting).ended).exitCode;
  } finally {
    await watch.end();
  }
}

async function runContainer(step: ExecStep, container: AttachedContainer, deps: AttachedDeps): Promise<number> {
  const startedAt = deps.clock.now();
  const starting = start(step, deps);
  const watch = supervise({
    ...deps,
    stopTimeout: container.stopTimeout,
    controls: controlsOf(container, starting, deps),
  });
  const over = new AbortController();
  try {
    await takeLease(container.name, deps);
    const child = await starting;
    const watching = watchCreation(container.name, deps, over.signal);
    const { exitCode, signal } = await child.ended;
    over.abort();
    await watching;
    const interrupted = watch.interruptedBy() !== null || signal !== null;
    if (container.remove && interrupted) await removeLeftover(container.name, deps);
    return await verdict({ exitCode, watch, container, startedAt }, deps);
  } finally {
    await watch.end();
    await dropLease(container.name, deps);
  }
}

function controlsOf(container: AttachedContainer, starting: Promise<AttachedProcess>, deps: AttachedDeps) {
  const engine = (args: readonly string[]) =>
    deps.processes.run({ file: deps.connection.program, args: [...deps.connection.globals, ...args] });
  return {
    forward: async (name: StopSignal) => {
      // With a terminal of its own the engine's client passes no signals on, so the container gets them directly.
      const direct =
        container.tty && name !== 'SIGINT'
          ? await engine(['kill', '--signal', name.slice('SIG'.length), container.name])
          : null;
      if (direct?.exitCode !== 0) await pass(name, starting, deps);
    },
    kill: async () => {
      const ended = await engine(['kill', container.name]);
      if (ended.exitCode !== 0) (await starting).signal('SIGKILL');
    },
  };
}

type Verdict = {
  readonly exitCode: number;
  readonly watch: Supervision;
  readonly container: AttachedContainer;
  readonly startedAt: number;
};

async function verdict({ exitCode, watch, container, startedAt }: Verdict, deps: AttachedDeps): Promise<number> {
  if (exitCode !== 137 || watch.killed()) return exitCode;
  return (await wasOutOfMemory({ name: container.name, since: startedAt }, deps)) ? OUT_OF_MEMORY : exitCode;
}

function start(step: ExecStep, { processes, streams }: AttachedDeps): Promise<AttachedProcess> {
  const [file = '', ...args] = step.argv;
  return processes.attach({ file, args, env: plainEnv(step.env) }, streams);
}

/** The environment of a step with its secrets in plain text, for the engine's process alone. */
export function plainEnv(env: Readonly<Record<string, string | Secret>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, revealed(value)]));
}

// A Ctrl-C typed at a terminal reaches every process of the foreground group, the engine's client too: once is enough.
async function pass(name: StopSignal, starting: Promise<AttachedProcess>, { streams }: AttachedDeps): Promise<void> {
  if (name !== 'SIGINT' || streams.stdin.isTTY !== true) (await starting).signal(name);
}

const FIRST_LOOK_MS = 300;

// Asking costs a process where no socket answers, so it starts late and gets rarer; a run that ended by then needs none.
async function watchCreation(name: string, deps: AttachedDeps, over: AbortSignal): Promise<void> {
  if (deps.onCreated === null) return;
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.5, 3_000)) {
    await deps.clock.sleep(wait, over);
    if (over.aborted) return;
    if (await exists(name, deps)) {
      await deps.onCreated();
      return;
    }
  }
}

async function exists(name: string, { connection, processes, probe }: AttachedDeps): Promise<boolean> {
  if (connection.address === null) {
    const args = [...connection.globals, 'container', 'inspect', '--format', '{{.Id}}', name];
    return (await processes.run({ file: connection.program, args })).exitCode === 0;
  }
  try {
    return (await probe(connection.address, { path: `/containers/${name}/json` })).status === 200;
  } catch {
    // A daemon that is too busy to answer is asked again.
    return false;
  }
}

// `--rm` is the engine's to do; after an interruption podctl makes sure of it.
async function removeLeftover(name: string, { connection, processes, streams }: AttachedDeps): Promise<void> {
  const args = [...connection.globals, 'rm', '--force', '--volumes', name];
  const ended = await processes.run({ file: connection.program, args });
  if (ended.exitCode === 0 || /no such|not found|in progress/i.test(ended.stderr)) return;
  streams.stderr.write(`podctl: container ${name} was not removed: ${escapeControl(ended.stderr.trim())}\n`);
}
