import type { Clock } from '../io/clock.js';
import type { Connection } from './engine.js';
import { asObject, asText, type Json, parseJson } from './json.js';
import { isPlainAddress } from './probe.js';
import type { Lines } from './probe-lines.js';
import type { Processes } from './process.js';

/** Something that happened to a container. `signal`: of a kill, where the engine says which, for instance `SIGTERM`. */
export type ContainerEvent = { readonly container: string; readonly action: string; readonly signal: string | null };

export type EventDeps = {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly lines: Lines;
};

/** What happens to the containers with a label. */
export type EventWatch = {
  /** Everything that was told so far. */
  readonly seen: () => readonly ContainerEvent[];
  /** false once the engine tells nothing more, or never did. */
  readonly works: () => boolean;
  /** Resolves when such an event was told, or the time (milliseconds) is over. */
  readonly settle: (wanted: (event: ContainerEvent) => boolean, within: number) => Promise<void>;
  readonly end: () => Promise<void>;
};

/** Listen to the engine's events from now on; `onEvent` hears each as it comes. */
export function watchEvents(label: string, onEvent: (event: ContainerEvent) => void, deps: EventDeps): EventWatch {
  const over = new AbortController();
  const seen: ContainerEvent[] = [];
  const waiting = new Set<() => void>();
  const state = { works: true };
  const hear = (line: string): void => {
    const event = readEvent(line);
    if (event === null) return;
    seen.push(event);
    onEvent(event);
    for (const look of waiting) look();
  };
  const listening = listen(label, hear, { ...deps, signal: over.signal })
    .catch(() => undefined)
    .finally(() => {
      state.works = over.signal.aborted;
      for (const look of waiting) look();
    });
  return {
    seen: () => seen,
    works: () => state.works,
    settle: async (wanted, within) => {
      const done = new AbortController();
      const look = (): void => {
        if (!state.works || seen.some(wanted)) done.abort();
      };
      waiting.add(look);
      look();
      await deps.clock.sleep(within, done.signal);
      waiting.delete(look);
    },
    end: async () => {
      over.abort();
      await listening;
    },
  };
}

type Listening = EventDeps & { readonly signal: AbortSignal };

async function listen(label: string, hear: (line: string) => void, deps: Listening): Promise<void> {
  const { connection, clock, processes, lines, signal } = deps;
  // Events from before the connection stood are told too.
  const since = (clock.now() / 1000 - 1).toFixed(3);
  if (connection.address !== null && isPlainAddress(connection.address)) {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'], label: [label] }));
    const path = `/events?since=${since}&filters=${filters}`;
    for await (const line of lines(connection.address, path, signal)) hear(line);
    return;
  }
  const args = [
    ...connection.globals,
    'events',
    '--since',
    since,
    '--filter',
    'type=container',
    '--filter',
    `label=${label}`,
    '--format',
    '{{json .}}',
  ];
  await processes.stream({ file: connection.program, args, signal }, hear);
}

/** One line of an engine's events: docker's form, podman's through its API, and podman's own. null: no event. */
export function readEvent(line: string): ContainerEvent | null {
  const event = asObject(parseJson(line));
  const attributes = asObject(asObject(event['Actor'])['Attributes']);
  const container = asText(attributes['name']) || asText(event['Name']);
  const action = asText(event['Action']) || asText(event['Status']);
  if (container === '' || action === '') return null;
  return { container, action: ACTIONS[action] ?? action, signal: signalOf(attributes) };
}

// Podman's own words for what docker calls so.
const ACTIONS: Readonly<Record<string, string | undefined>> = { died: 'die' };

const SIGNALS: Readonly<Record<string, string | undefined>> = {
  '1': 'SIGHUP',
  '2': 'SIGINT',
  '3': 'SIGQUIT',
  '6': 'SIGABRT',
  '9': 'SIGKILL',
  '10': 'SIGUSR1',
  '12': 'SIGUSR2',
  '15': 'SIGTERM',
  '17': 'SIGCHLD',
  '18': 'SIGCONT',
  '23': 'SIGURG',
  '28': 'SIGWINCH',
};

function signalOf(attributes: Json): string | null {
  const number = asText(attributes['signal']);
  return number === '' ? null : (SIGNALS[number] ?? `signal ${number}`);
}
