import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Tier } from '../deploy/lifecycle.js';
import type { WakeRecord } from './gate.js';

/** What the proxy counts. No label comes from outside, so that nobody can fill the memory with new ones. */
export type Metrics = {
  readonly answered: (status: number) => void;
  readonly refused: (why: RefusedWhy) => void;
  readonly opened: (stream: Stream) => () => void;
  readonly woke: (record: WakeRecord) => void;
  readonly deployed: () => void;
  readonly registry: Registry;
};

export type RefusedWhy =
  | 'malformed'
  | 'unknown-host'
  | 'private'
  | 'not-served'
  | 'queue'
  | 'failed-start'
  | 'connections';
export type Stream = 'request' | 'websocket';

/** Seconds: an unpause takes 10 ms, a start beside a holder 60, a container from nothing 200, some applications a minute. */
const WAKE_BUCKETS = [0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60];

type Sleepers = () => Readonly<Record<Exclude<Tier, 'removed'>, number>>;

export function openMetrics(names: { readonly deployed: () => number; readonly tiers: Sleepers }): Metrics {
  const registry = new Registry();
  gaugeNames(registry, names);
  return {
    answered: countAnswers(registry),
    refused: countRefusals(registry),
    opened: gaugeStreams(registry),
    woke: countWakes(registry),
    deployed: countReleases(registry),
    registry,
  };
}

function countWakes(registry: Registry): Metrics['woke'] {
  const registers = [registry];
  const wakes = new Counter({
    name: 'rac_wakes_total',
    help: 'Starts that a request asked for',
    labelNames: ['from', 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'rac_wake_seconds',
    help: 'From asking to the first answer',
    labelNames: ['from'],
    buckets: WAKE_BUCKETS,
    registers,
  });
  return ({ from, ms, problem }) => {
    wakes.inc({ from, result: problem === null ? 'answers' : 'failed' });
    if (problem === null) seconds.observe({ from }, ms / 1000);
  };
}

function countRefusals(registry: Registry): Metrics['refused'] {
  const refused = new Counter({
    name: 'rac_refused_total',
    help: 'Requests that reached no application',
    labelNames: ['why'],
    registers: [registry],
  });
  return (why) => refused.inc({ why });
}

function countReleases(registry: Registry): Metrics['deployed'] {
  const help = 'Releases that took over';
  const releases = new Counter({ name: 'rac_deployments_total', help, registers: [registry] });
  return () => releases.inc();
}

// Counted in plain numbers, and handed to the library when somebody asks: this is on the way of every request.
function countAnswers(registry: Registry): Metrics['answered'] {
  const counts = [0, 0, 0, 0, 0, 0];
  const requests = new Counter({
    name: 'rac_requests_total',
    help: 'Answers by class of their status',
    labelNames: ['class'],
    registers: [registry],
    collect: () => {
      requests.reset();
      for (const [place, count] of counts.entries()) if (place > 0) requests.inc({ class: `${place}xx` }, count);
    },
  });
  return (status) => {
    const place = Math.floor(status / 100);
    if (place > 0 && place < counts.length) counts[place] = (counts[place] ?? 0) + 1;
  };
}

function gaugeNames(registry: Registry, names: { readonly deployed: () => number; readonly tiers: Sleepers }): void {
  const gauge = new Gauge({
    name: 'rac_names',
    help: 'Names by how awake they are',
    labelNames: ['tier'],
    registers: [registry],
    collect: () => {
      const { running, paused, holder } = names.tiers();
      gauge.set({ tier: 'running' }, running);
      gauge.set({ tier: 'paused' }, paused);
      gauge.set({ tier: 'holder' }, holder);
      gauge.set({ tier: 'removed' }, Math.max(0, names.deployed() - running - paused - holder));
    },
  });
}

function gaugeStreams(registry: Registry): Metrics['opened'] {
  const open: Record<Stream, number> = { request: 0, websocket: 0 };
  const gauge = new Gauge({
    name: 'rac_open_streams',
    help: 'Requests and WebSockets under way',
    labelNames: ['kind'],
    registers: [registry],
    collect: () => {
      gauge.set({ kind: 'request' }, open.request);
      gauge.set({ kind: 'websocket' }, open.websocket);
    },
  });
  const tell = (kind: Stream, by: number): void => {
    open[kind] += by;
  };
  return (kind) => {
    tell(kind, 1);
    return () => tell(kind, -1);
  };
}
