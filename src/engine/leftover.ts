import { escapeControl } from '../core/text.js';
import type { Clock } from '../io/clock.js';
import type { Streams } from '../io/streams.js';
import type { Connection } from './engine.js';
import { toContainer } from './inspect.js';
import { asText, type Json } from './json.js';
import { makeSource } from './observe.js';
import type { Probe } from './probe.js';
import type { Processes } from './process.js';

export type LeftoverDeps = {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly streams: Streams;
  readonly processes: Processes;
  readonly probe: Probe;
};

/** A container that a run may have left. `since`: when the run began; `patience`: how long it may still turn up. Milliseconds. */
export type Leftover = {
  readonly name: string;
  readonly since: number;
  readonly patience: number;
  /** Only one that never ran: what ran has words, and perhaps data, that somebody wants to look at. */
  readonly unstarted?: true | undefined;
};

/** Engines in a virtual machine have a clock of their own. */
export const CLOCK_TOLERANCE_MS = 5_000;
const LOOK_EVERY_MS = 100;
const REMOVAL_MS = 10_000;

/** Remove what an interrupted run left behind; a container of the same name that was there before is not touched. */
export async function removeLeftover(leftover: Leftover, deps: LeftoverDeps): Promise<void> {
  const source = makeSource({ ...deps, apiVersion: null }, { probe: deps.probe, run: deps.processes.run });
  const until = deps.clock.now() + leftover.patience;
  for (;;) {
    const container = await source.inspect('container', leftover.name);
    if (container !== null) return isOurs(container, leftover) ? remove(asText(container['Id']), deps) : undefined;
    // A daemon finishes a creation that it was asked for, also when nobody waits for it any more.
    if (deps.clock.now() >= until) return;
    await deps.clock.sleep(LOOK_EVERY_MS);
  }
}

function isOurs(container: Json, { since, unstarted }: Leftover): boolean {
  if (unstarted === true && toContainer(container).state !== 'created') return false;
  const created = Date.parse(asText(container['Created']));
  return !Number.isNaN(created) && created >= since - CLOCK_TOLERANCE_MS;
}

async function remove(id: string, { connection, clock, processes, streams }: LeftoverDeps): Promise<void> {
  const engine = (...args: readonly string[]) =>
    processes.run({ file: connection.program, args: [...connection.globals, ...args] });
  // Podman's forced removal gives a running container its whole stop timeout; its time is over already.
  await engine('kill', id);
  const until = clock.now() + REMOVAL_MS;
  let ended = await engine('rm', '--force', '--volumes', id);
  // The engine takes it away by itself (`--rm`): the run is over when it is gone.
  while (/in progress/i.test(ended.stderr) && clock.now() < until) {
    await clock.sleep(LOOK_EVERY_MS);
    ended = await engine('rm', '--force', '--volumes', id);
  }
  if (ended.exitCode === 0 || /no such|not found|in progress/i.test(ended.stderr)) return;
  streams.print('stderr', `podctl: container ${id} was not removed: ${escapeControl(ended.stderr.trim())}\n`);
}
