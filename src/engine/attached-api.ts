import type { Duplex, Readable } from 'node:stream';
import { PodctlError } from '../core/errors.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { Signals } from '../io/signals.js';
import type { Streams } from '../io/streams.js';
import type { AttachedContainer, EngineStep } from '../plan/step.js';
import { type Api, statusOf } from './api.js';
import { OOM_LINE, OUT_OF_MEMORY } from './attached.js';
import { copy, demux } from './demux.js';
import type { Connection } from './engine.js';
import { asObject, asText, parseJson } from './json.js';
import { dropLease, takeLease } from './lease.js';
import { CLOCK_TOLERANCE_MS } from './leftover.js';
import { wasOutOfMemory } from './oom.js';
import type { Probe } from './probe.js';
import { exitCodeOfSignal } from './process.js';
import { type StopSignal, type Supervision, supervise } from './supervise.js';

export type AttachedApiDeps = {
  readonly api: Api;
  readonly connection: Connection;
  readonly host: Host;
  readonly files: Files;
  readonly streams: Streams;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly probe: Probe;
};

/** Start a created container through the API with podctl's terminal attached, and give back its exit code. */
export async function runAttachedApi(
  step: EngineStep,
  container: AttachedContainer,
  deps: AttachedApiDeps,
): Promise<number> {
  const at = `/containers/${container.name}`;
  // Signals are listened to from the first moment on: one that comes before the start keeps the container from starting.
  const controls = controlsOf(at, deps.api);
  const watch = supervise({ ...deps, stopTimeout: container.stopTimeout, controls });
  try {
    await takeLease(container.name, deps);
    return await runWired(step, { at, container, watch, deps });
  } finally {
    await watch.end();
    if (container.remove) await remove(at, deps);
    await dropLease(container.name, deps);
  }
}

type Place = { readonly at: string; readonly deps: AttachedApiDeps };
type Running = Place & { readonly container: AttachedContainer; readonly watch: Supervision };

async function runWired(step: EngineStep, running: Running): Promise<number> {
  const { at, watch, deps } = running;
  const { api, clock } = deps;
  const startedAt = clock.now();
  const wiring = await wiringOf(at, api);
  const [socket, waiting] = await Promise.all([
    api.hijack({
      method: 'POST',
      path: `${at}/attach?stream=1&stdout=1&stderr=1${wiring.interactive ? '&stdin=1' : ''}`,
    }),
    // Asked before the start: afterwards a short run could have ended unseen.
    api.stream({ method: 'POST', path: `${at}/wait?condition=next-exit` }),
  ]);
  const wired = wire(socket, wiring, running);
  const reader = watchReader(running);
  try {
    const early = watch.interruptedBy();
    if (early !== null) return exitCodeOfSignal(early);
    await api.call({ method: step.method, path: step.path, body: step.body });
    await resize(at, wiring, deps);
    const exitCode = await exitCodeOf(waiting, wired.output, running);
    await settleOutput(wired.output, socket, clock);
    if (reader.gone()) return exitCodeOfSignal('SIGPIPE');
    return await verdict(exitCode, { ...running, startedAt });
  } finally {
    reader.end();
    wired.end();
    socket.destroy();
    waiting.destroy();
  }
}

type Wiring = { readonly tty: boolean; readonly interactive: boolean };

async function wiringOf(at: string, api: Api): Promise<Wiring> {
  const config = asObject(asObject(await api.call({ method: 'GET', path: `${at}/json` }))['Config']);
  return { tty: config['Tty'] === true, interactive: config['OpenStdin'] === true };
}

function controlsOf(at: string, api: Api) {
  const send = async (signal: string): Promise<void> => {
    try {
      await api.call({ method: 'POST', path: `${at}/kill?signal=${signal}` });
    } catch (error) {
      // It ended by itself in the meantime, or does not run yet and will get the kill.
      if (![404, 409, 500].includes(statusOf(error) ?? 0)) throw error;
    }
  };
  return { forward: (name: StopSignal) => send(name), kill: () => send('SIGKILL') };
}

// Nobody reads podctl's output any more (`| head -1`): the container ends, as a program in a pipe would.
function watchReader({ at, deps }: Place): { readonly gone: () => boolean; readonly end: () => void } {
  const { stdout } = deps.streams;
  const controls = controlsOf(at, deps.api);
  let kill: Promise<void> | null = null;
  const onError = (): void => {
    kill ??= controls.kill().catch(() => undefined);
  };
  stdout.on('error', onError);
  return { gone: () => kill !== null, end: () => void stdout.off('error', onError) };
}

type Wired = { readonly output: Promise<void>; readonly end: () => void };

// Input, output, raw mode and window size; `end` gives the terminal back as it was.
function wire(socket: Duplex, wiring: Wiring, { at, deps }: Place): Wired {
  const { stdin, stdout, stderr } = deps.streams;
  const raw = wiring.tty && wiring.interactive && stdin.isTTY === true;
  if (raw) stdin.setRawMode?.(true);
  // An input that ends closes the container's stdin and nothing else.
  if (wiring.interactive) stdin.pipe(socket);
  socket.on('error', () => undefined);
  const stopResizing = deps.signals.on(['SIGWINCH'], () => void resize(at, wiring, deps));
  const output = wiring.tty ? copy(socket, stdout) : demux(socket, { stdout, stderr });
  return {
    output: output.catch(() => undefined),
    end: () => {
      stopResizing();
      if (raw) stdin.setRawMode?.(false);
      if (!wiring.interactive) return;
      stdin.unpipe(socket);
      // A stdin that is still read would keep podctl alive.
      stdin.pause();
    },
  };
}

async function resize(at: string, wiring: Wiring, { api, streams }: AttachedApiDeps): Promise<void> {
  if (!wiring.tty) return;
  const { columns, rows } = streams.stdout;
  if (columns === undefined || rows === undefined) return;
  try {
    await api.call({ method: 'POST', path: `${at}/resize?h=${rows}&w=${columns}` });
  } catch {
    // A container that ended meanwhile has no window; its size is no reason to fail.
  }
}

// The answer that was asked for before the start cannot miss the end; podman gives it a quarter of a second late, though.
async function exitCodeOf(waiting: Readable, output: Promise<void>, running: Running): Promise<number> {
  try {
    return await Promise.any([codeIn(waiting), codeAfter(output, running)]);
  } catch {
    // Both ways ended without a code: the engine went away.
    return 1;
  }
}

async function codeIn(answer: Readable): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(Buffer.from(chunk));
  const told = parseJson(Buffer.concat(chunks).toString('utf8'));
  // Docker's API wraps the code up, podman's own does not.
  const code = typeof told === 'number' ? told : asObject(told)['StatusCode'];
  if (typeof code !== 'number') throw new PodctlError('UNAVAILABLE', 'the engine told no exit code');
  return code;
}

// The output ends with the container; from then on podman's own question, which looks more often, is worth its price.
async function codeAfter(output: Promise<void>, { at, deps }: Running): Promise<number> {
  await output;
  if (deps.connection.program !== 'podman') throw new PodctlError('UNAVAILABLE', 'only podman has this question');
  const path = `/v4.0.0/libpod${at}/wait?condition=stopped&condition=exited&interval=20ms`;
  return codeIn(await deps.api.stream({ method: 'POST', path }));
}

const LAST_OUTPUT_MS = 2_000;

// The engine closes the stream after the last output; a daemon that does not must not hold podctl.
async function settleOutput(output: Promise<void>, socket: Duplex, clock: Clock): Promise<void> {
  const done = new AbortController();
  const finish = async (): Promise<void> => {
    await output;
    done.abort();
  };
  await Promise.race([finish(), clock.sleep(LAST_OUTPUT_MS, done.signal)]);
  socket.destroy();
}

async function verdict(exitCode: number, ended: Running & { readonly startedAt: number }): Promise<number> {
  const { watch, container, deps, startedAt } = ended;
  if (exitCode !== 137 || watch.killed()) return exitCode;
  const question = { name: container.name, since: startedAt };
  const oom = (await oomKilled(container.name, deps.api)) || (await wasOutOfMemory(question, deps));
  if (!oom) return exitCode;
  deps.streams.print('stderr', OOM_LINE);
  return OUT_OF_MEMORY;
}

async function oomKilled(name: string, api: Api): Promise<boolean> {
  try {
    const state = asObject(asObject(await api.call({ method: 'GET', path: `/containers/${name}/json` }))['State']);
    return state['OOMKilled'] === true && asText(state['Status']) !== 'running';
  } catch {
    // Already removed by the engine.
    return false;
  }
}

const REMOVAL_MS = 10_000;
// A removal takes an engine some ten milliseconds, which whoever waits for the prompt would feel twice.
const REMOVAL_LOOK_MS = 2;

// The engine may be removing it by itself (AutoRemove): then wait until it is gone, so that the name is free again.
async function remove(at: string, { api, clock }: Pick<AttachedApiDeps, 'api' | 'clock'>): Promise<void> {
  const until = clock.now() + REMOVAL_MS;
  while (clock.now() < until) {
    try {
      await api.call({ method: 'DELETE', path: `${at}?force=1&v=1` });
      return;
    } catch (error) {
      if (statusOf(error) === 404) return;
      if (statusOf(error) !== 409) throw error;
      await clock.sleep(REMOVAL_LOOK_MS);
    }
  }
}

/** A creation that may have been carried out although its run did not get to the start. `since`, `patience`: milliseconds. */
export type Unstarted = { readonly name: string; readonly since: number; readonly patience: number };

/** Remove a container that was created for a run and never started; one that was there before is not touched. */
export async function removeUnstarted(
  { name, since, patience }: Unstarted,
  deps: Pick<AttachedApiDeps, 'api' | 'clock'>,
): Promise<void> {
  const until = deps.clock.now() + patience;
  const at = `/containers/${name}`;
  for (;;) {
    try {
      const container = asObject(await deps.api.call({ method: 'GET', path: `${at}/json` }));
      const unstarted = asText(asObject(container['State'])['Status']) === 'created';
      const created = Date.parse(asText(container['Created']));
      if (unstarted && created >= since - CLOCK_TOLERANCE_MS) await remove(at, deps);
      return;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // A daemon finishes a creation that it was asked for, also when nobody waits for it any more.
      if (deps.clock.now() >= until) return;
      await deps.clock.sleep(100);
    }
  }
}
