import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { ContainerEnd } from '../plan/test-verdict.js';
import type { FoundEngine } from './engine.js';
import { toContainer } from './inspect.js';
import { asList, asObject, asText, asTextRecord, type Json, parseJson } from './json.js';
import { makeSource, reachOf, type Source } from './observe.js';
import { wasOutOfMemory } from './oom.js';
import { type OwnerState, ownerState, ownerWord } from './owner.js';
import { isPlainAddress, type Probe, probe } from './probe.js';
import { type Lines, probeLines } from './probe-lines.js';
import { type Processes, realProcesses } from './process.js';
import { type ContainerEvent, type EventWatch, watchEvents } from './test-events.js';

/** `none`: the container has no health check; `ended`: it does not run. */
export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy' | 'ended';

export type LabelledNetwork = { readonly name: string; readonly labels: Readonly<Record<string, string>> };

/** The read-only questions that a run of tests has, beside an Observer's. */
export type TestRoom = {
  /** This podctl, as a label names it. */
  readonly owner: () => Promise<string>;
  readonly ownerState: (word: string) => Promise<OwnerState>;
  readonly networks: (label: string) => Promise<readonly LabelledNetwork[]>;
  /** null: there is no such container. */
  readonly endOf: (container: string) => Promise<ContainerEnd | null>;
  readonly health: (container: string) => Promise<Health>;
  /** Whether a path is there in a container's file system; the container need not run, nor have a shell. */
  readonly hasPath: (container: string, path: string) => Promise<boolean>;
  /** Bytes; null: the engine does not say. */
  readonly imageSize: (ref: string) => Promise<number | null>;
  /** The last lines that a container wrote. */
  readonly lastLines: (container: string) => Promise<readonly string[]>;
  readonly watch: (label: string, onEvent: (event: ContainerEvent) => void) => EventWatch;
};

export type TestRoomDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly tools?: { readonly probe: Probe; readonly processes: Processes; readonly lines: Lines } | undefined;
};

/** Questions to an engine about the containers of a run of tests. */
export function openTestRoom(found: FoundEngine, deps: TestRoomDeps): TestRoom {
  const tools = deps.tools ?? { probe, processes: realProcesses(deps.host), lines: probeLines };
  const source = makeSource(reachOf(found), { probe: tools.probe, run: tools.processes.run });
  const asking: Asking = { found, source, probe: tools.probe, processes: tools.processes };
  // Docker writes "out of memory" into a container's state only when it heard of it before it heard of the end; its events always tell.
  const sawOutOfMemory = async (container: Json): Promise<boolean> => {
    const { id, startedAt } = toContainer(container);
    const { connection } = found;
    if (startedAt === null) return false;
    return wasOutOfMemory(
      { name: id, since: Date.parse(startedAt) },
      { connection, clock: deps.clock, probe: tools.probe },
    );
  };
  return {
    owner: () => ownerWord(deps),
    ownerState: (word) => ownerState(word, deps),
    networks: (label) => networks(label, asking),
    endOf: async (container) => {
      const answer = await source.inspect('container', container);
      if (answer === null) return null;
      const end = toEnd(answer);
      return end.running || end.exitCode === 0 || end.oomKilled
        ? end
        : { ...end, oomKilled: await sawOutOfMemory(answer) };
    },
    health: (container) => health(container, asking),
    hasPath: (container, path) => hasPath({ container, path }, asking),
    imageSize: async (ref) => {
      const { Size: size } = (await source.inspect('image', ref)) ?? {};
      return typeof size === 'number' ? size : null;
    },
    lastLines: (container) => lastLines(container, asking),
    watch: (label, onEvent) =>
      watchEvents(label, onEvent, { ...tools, connection: found.connection, clock: deps.clock }),
  };
}

type Asking = {
  readonly found: FoundEngine;
  readonly source: Source;
  readonly probe: Probe;
  readonly processes: Processes;
};

const TIMEOUT_MS = 60_000;

/** How a container ended, from an inspect answer. */
export function toEnd(container: Json): ContainerEnd {
  const { state, startedAt, exitCode, oomKilled } = toContainer(container);
  const finished = asText(asObject(container['State'])['FinishedAt']);
  return {
    started: startedAt !== null && state !== 'created',
    running: ['running', 'paused', 'restarting'].includes(state),
    exitCode,
    oomKilled,
    finishedAt: finished === '' || finished.startsWith('0001-') ? null : finished,
  };
}

async function networks(label: string, asking: Asking): Promise<readonly LabelledNetwork[]> {
  const { address } = asking.found.connection;
  if (address !== null && isPlainAddress(address)) {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const { json } = await asking.probe(address, { path: `/networks?filters=${filters}`, timeout: TIMEOUT_MS });
    return asList(json).map((one) => toNetwork(asObject(one)));
  }
  const { stdout } = await ask(['network', 'ls', '--quiet', '--filter', `label=${label}`], asking);
  const names = stdout.split('\n').filter((line) => line !== '');
  if (names.length === 0) return [];
  const inspected = await ask(['network', 'inspect', ...names], asking);
  return asList(parseJson(inspected.stdout)).map((one) => toNetwork(asObject(one)));
}

function toNetwork(network: Json): LabelledNetwork {
  // Podman's own program writes small letters.
  const name = asText(network['Name']) || asText(network['name']);
  return { name, labels: asTextRecord(network['Labels'] ?? network['labels']) };
}

// Podman's checks need timers of systemd; where there are none, nobody but the program itself runs a check that is due.
async function health(container: string, asking: Asking): Promise<Health> {
  const answer = await asking.source.inspect('container', container);
  if (answer === null) return 'ended';
  if (toContainer(answer).state !== 'running') return 'ended';
  const check = asObject(asObject(answer['Config'])['Healthcheck']);
  const [kind = 'NONE'] = asList(check['Test']);
  if (kind === 'NONE') return 'none';
  if (asking.found.facts.name === 'podman' || asking.found.facts.name === 'podman-hpc') {
    const { exitCode } = await ask(['healthcheck', 'run', container], asking);
    return exitCode === 0 ? 'healthy' : 'starting';
  }
  const status = asText(asObject(asObject(answer['State'])['Health'])['Status']);
  return status === 'healthy' || status === 'unhealthy' ? status : 'starting';
}

async function hasPath(
  { container, path }: { readonly container: string; readonly path: string },
  asking: Asking,
): Promise<boolean> {
  const { address } = asking.found.connection;
  if (address !== null && isPlainAddress(address)) {
    const question = `/containers/${encodeURIComponent(container)}/archive?path=${encodeURIComponent(path)}`;
    return (await asking.probe(address, { path: question, method: 'HEAD', timeout: TIMEOUT_MS })).status === 200;
  }
  // Its first bytes are answer enough; a folder may hold gigabytes.
  const enough = new AbortController();
  const { program, globals } = asking.found.connection;
  let there = false;
  const command = { file: program, args: [...globals, 'cp', `${container}:${path}`, '-'], signal: enough.signal };
  const { exitCode } = await asking.processes.stream(command, (line) => {
    // An archive begins with a header that is filled up with zeros; words of the engine hold none.
    if (!line.includes('\0')) return;
    there = true;
    enough.abort();
  });
  return there || exitCode === 0;
}

async function lastLines(container: string, asking: Asking): Promise<readonly string[]> {
  const { stdout, stderr } = await ask(['logs', '--tail', '10', container], asking);
  return `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-10);
}

function ask(args: readonly string[], { found, processes }: Asking) {
  const { program, globals } = found.connection;
  return processes.run({ file: program, args: [...globals, ...args], timeout: TIMEOUT_MS });
}
