import { COMPOSE_LABEL } from '../../core/compose-label.js';
import { ifPossible } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { knock } from '../../io/net-port.js';
import {
  isOverdue,
  judgeStack,
  nextLook,
  type SeenContainer,
  type ServiceVerdict,
  type WantedService,
} from '../../plan/stack/wait.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { FoundEngine } from '../engine.js';
import { toContainer } from '../inspect.js';
import { asText, type Json } from '../json.js';
import { type Probe, probe } from '../probe.js';
import { type Lines, probeLines } from '../probe-lines.js';
import { type Processes, realProcesses } from '../process.js';
import { openTestRoom, type TestRoom } from '../test-room.js';
import { answeringPorts } from './answering-ports.js';
import { labelOf, lastHealth, makeStackReader, toSeen } from './containers.js';
import { isFar, tendHealth } from './due-health.js';

/** `project`: as the provider knows it. `timeout` in milliseconds. */
export type StackWish = {
  readonly project: string;
  readonly wanted: readonly WantedService[];
  readonly timeout: number;
};

export type StackWaitDeps = {
  readonly found: FoundEngine;
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Hears how things stand after each look. */
  readonly onLook?: ((verdicts: readonly ServiceVerdict[], waited: number) => void) | undefined;
  readonly tools?: StackTools | undefined;
};

type StackTools = {
  readonly probe: Probe;
  readonly processes: Processes;
  readonly lines: Lines;
  readonly knock: typeof knock;
};

/** A service that is not up, and what its container said last. */
export type StackTrouble = {
  readonly service: string;
  readonly container: string | null;
  readonly state: string;
  readonly lines: readonly string[];
};

/** `waited` in milliseconds. `late`: the time was over, or the signal came; `failed`: more time would not help. */
export type StackWait = {
  readonly outcome: 'up' | 'failed' | 'late';
  readonly verdicts: readonly ServiceVerdict[];
  readonly troubles: readonly StackTrouble[];
  readonly containers: readonly UpContainer[];
  readonly waited: number;
};

/** A container of a service that was waited for. */
export type UpContainer = Pick<ContainerFacts, 'name' | 'state' | 'ports'> & { readonly service: string };

const LEAST_PAUSE_MS = 25;
const MOST_PAUSE_MS = 1_000;

/** Wait until every service that is wanted is up, has failed, or the time is over. */
export async function waitForStack(wish: StackWish, deps: StackWaitDeps): Promise<StackWait> {
  const tools = deps.tools ?? { probe, processes: realProcesses(deps.host), lines: probeLines, knock };
  const room = openTestRoom(deps.found, { ...deps, tools });
  const look = new Look(wish, deps, tools);
  const watching = { wish, deps, look, room, begin: deps.clock.now() };
  // A provider that waited itself, or a quick start: nothing has to be listened to.
  const first = await lookOnce(watching);
  if (first.outcome !== null) return resultOf(first, first.outcome, watching);
  const over = new AbortController();
  const asking = { ...deps, tools: { probe: tools.probe, run: tools.processes.run } };
  const tending = tendHealth(wish.project, asking, over.signal);
  try {
    return await watchStack(watching);
  } finally {
    over.abort();
    await tending;
  }
}

type Watching = {
  readonly wish: StackWish;
  readonly deps: StackWaitDeps;
  readonly look: Look;
  readonly room: TestRoom;
  readonly begin: number;
};

async function watchStack(watching: Watching): Promise<StackWait> {
  const { clock, signal } = watching.deps;
  const events = watching.room.watch(`${COMPOSE_LABEL.project}=${watching.wish.project}`, () => undefined);
  try {
    for (let pause = LEAST_PAUSE_MS; ; pause = Math.min(pause * 1.5, MOST_PAUSE_MS)) {
      const heard = events.seen().length;
      const now = await lookOnce(watching);
      if (now.outcome !== null) return await resultOf(now, now.outcome, watching);
      const within = Math.min(pause, nextLook(now.seen) ?? pause);
      // An engine that tells nothing is asked again after the pause; one that does wakes this up.
      if (events.works()) await events.settle((event) => events.seen().indexOf(event) >= heard, within);
      else await clock.sleep(within, signal);
    }
  } finally {
    await events.end();
  }
}

type Looked = Pick<StackWait, 'verdicts' | 'waited'> & {
  readonly seen: readonly SeenContainer[];
  readonly outcome: StackWait['outcome'] | null;
};

async function lookOnce({ wish, deps, look, begin }: Watching): Promise<Looked> {
  const seen = await look.containers();
  const verdicts = judgeStack(wish.wanted, seen);
  const waited = deps.clock.now() - begin;
  deps.onLook?.(verdicts, waited);
  const late = isOverdue(verdicts, { wanted: wish.wanted, limit: wish.timeout, waited });
  return { seen, verdicts, waited, outcome: outcomeOf(verdicts, late || deps.signal?.aborted === true) };
}

async function resultOf(
  { verdicts, waited }: Looked,
  outcome: StackWait['outcome'],
  { look, room }: Watching,
): Promise<StackWait> {
  const troubles = await troublesOf(verdicts, look, room);
  return { outcome, verdicts, waited, troubles, containers: look.facts() };
}

function outcomeOf(verdicts: readonly ServiceVerdict[], over: boolean): StackWait['outcome'] | null {
  if (verdicts.some(({ kind }) => kind === 'failed')) return 'failed';
  if (verdicts.every(({ kind }) => kind === 'done')) return 'up';
  return over ? 'late' : null;
}

async function troublesOf(
  verdicts: readonly ServiceVerdict[],
  look: Look,
  room: TestRoom,
): Promise<readonly StackTrouble[]> {
  const failed = verdicts.some(({ kind }) => kind === 'failed');
  const bad = verdicts.flatMap((verdict) =>
    verdict.kind === 'done' || (failed && verdict.kind === 'waiting') ? [] : [verdict],
  );
  return Promise.all(
    bad.map(async ({ service, container, state }) => {
      const said = container === null ? [] : await linesOf(container, room);
      const check = container === null ? [] : look.healthLines(container);
      return { service, container, state, lines: [...said, ...check].map((line) => escapeControl(line)) };
    }),
  );
}

// Without the engine's program there is less to tell, but the verdict stands.
async function linesOf(container: string, room: TestRoom): Promise<readonly string[]> {
  return (await ifPossible(() => room.lastLines(container))) ?? [];
}

class Look {
  readonly #deps: StackWaitDeps;
  readonly #tools: StackTools;
  readonly #project: string;
  readonly #wanted: ReadonlyMap<string, WantedService>;
  readonly #read: (project: string) => Promise<readonly Json[]>;
  readonly #answered = new Set<string>();
  readonly #firstSeen = new Map<string, number>();
  readonly #restarts = new Map<string, number>();
  #last: readonly Json[] = [];

  constructor(wish: StackWish, deps: StackWaitDeps, tools: StackTools) {
    this.#deps = deps;
    this.#tools = tools;
    this.#project = wish.project;
    this.#wanted = new Map(wish.wanted.map((one) => [one.service, one]));
    this.#read = makeStackReader(deps.found, { probe: tools.probe, run: tools.processes.run });
  }

  async containers(): Promise<readonly SeenContainer[]> {
    const all = await this.#read(this.#project);
    this.#last = all.filter((container) => this.#wanted.has(labelOf(container, COMPOSE_LABEL.service)));
    return Promise.all(this.#last.map((container) => this.#see(container)));
  }

  facts(): readonly UpContainer[] {
    return this.#last.map((container) => {
      const { name, state, ports } = toContainer(container);
      return { service: labelOf(container, COMPOSE_LABEL.service), name, state, ports };
    });
  }

  /** What the last health check of a container said. */
  healthLines(name: string): readonly string[] {
    const container = this.#last.find((one) => toContainer(one).name === name);
    const output = container === undefined ? '' : (lastHealth(container)?.output ?? '');
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    return lines.slice(-3).map((line) => `health check: ${line}`);
  }

  async #see(container: Json): Promise<SeenContainer> {
    const seen = toSeen(container);
    const id = asText(container['Id']);
    // What an earlier start made of it is no loop of this one.
    if (!this.#restarts.has(id)) this.#restarts.set(id, seen.state === 'running' ? seen.restarts : 0);
    const restarts = Math.max(0, seen.restarts - (this.#restarts.get(id) ?? 0));
    if (seen.state !== 'running') return { ...seen, restarts, ranFor: null, ports: [] };
    const ranFor = this.#ranFor(container);
    const wanted = this.#wanted.get(seen.service);
    if (wanted?.port === undefined && seen.health !== 'none') return { ...seen, restarts, ranFor, ports: [] };
    const { found } = this.#deps;
    const ports = await answeringPorts(container, wanted, { found, tools: this.#tools, answered: this.#answered });
    return { ...seen, health: 'none', restarts, ranFor, ports };
  }

  #ranFor(container: Json): number {
    const { id, startedAt } = toContainer(container);
    const key = `${id} ${startedAt}`;
    const now = this.#deps.clock.now();
    const first = this.#firstSeen.get(key) ?? now;
    this.#firstSeen.set(key, first);
    // Another machine's clock may be wrong.
    const { found } = this.#deps;
    const told = found.facts.vm || isFar(found) ? Number.NaN : Date.parse(startedAt ?? '');
    return now - (Number.isNaN(told) ? first : Math.min(first, told));
  }
}
