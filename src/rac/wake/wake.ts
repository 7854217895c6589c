import type { Identity } from '../accounts/identity.js';
import type { Rights } from '../accounts/rights.js';
import type { Lifecycle } from '../deploy/lifecycle.js';
import { labelOf } from '../registry/repository.js';
import type { RacSettings } from '../settings.js';
import type { Store } from '../store/store.js';
import { openAccess } from './access.js';
import type { ProxyDeps, WakeLog } from './asking.js';
import type { GateDeps } from './gate.js';
import { openLines } from './lines.js';
import { LISTEN_BOUNDS, type ListenBounds, type Listening, listen } from './listen.js';
import { type Found, openLookup } from './lookup.js';
import { type Metrics, openMetrics } from './metrics.js';
import { openPeers } from './peers.js';
import { openProxy } from './proxy.js';
import { openQuick } from './quick.js';
import { openTickets, type Tickets } from './tickets.js';
import { openTiers, type Served, type Tiers } from './tiers.js';
import { openUsage, type Usage } from './usage.js';
import { openWaitingPage } from './waiting-page.js';

export type WakeDeps = {
  readonly settings: Pick<
    RacSettings,
    'domain' | 'proxyAddress' | 'proxyPort' | 'apiPort' | 'publicUrl' | 'tls' | 'trustedProxies' | 'limits'
  >;
  readonly store: Store;
  readonly lifecycle: Lifecycle;
  readonly rights: Pick<Rights, 'pull'>;
  readonly identity: Pick<Identity, 'byToken' | 'bySessionProof'>;
  readonly log: WakeLog;
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly memory: () => { readonly available: number; readonly total: number };
  readonly bounds?: Partial<ListenBounds>;
};

/** The proxy and its tiers. */
export type Wake = {
  /** Opens the port, and wakes who is always on. */
  readonly start: () => Promise<Listening>;
  readonly stop: () => Promise<void>;
  readonly tickets: Tickets;
  readonly usage: Usage;
  readonly metrics: Metrics;
  readonly tiers: Pick<Tiers, 'counts' | 'open' | 'size' | 'sweep'>;
  /** Scheme, host and port under which browsers reach a host. */
  readonly originOf: (host: string) => string;
};

const SWEEP_MS = 1_000;
const RULES = { holders: 64, holderIdle: 3_600_000 };

export function openWake(deps: WakeDeps): Wake {
  const { settings, store, lifecycle, now } = deps;
  const usage = openUsage(store, now);
  const tickets = openTickets({ key: deps.random(32), now, nonce: () => Buffer.from(deps.random(12)).toString('hex') });
  const lookup = openLookup({ find: (host) => foundOf(deps, host), now });
  const metrics = openMetrics({ deployed: () => deployedCount(store), tiers: () => tiers.counts() });
  const tiers = openTiers({
    ...gateDeps(deps, { usage, metrics }),
    lifecycle,
    memory: deps.memory,
    rules: RULES,
    servedOf: (name) => servedOf(deps, name),
  });
  const early = new Map<object, () => void>();
  followChanges(lifecycle, { lookup, metrics, tiers, early });
  const access = openAccess({ rights: deps.rights, identity: deps.identity, tickets });
  const finished = new WeakSet<object>();
  const parts: ProxyDeps = {
    lookup,
    tiers,
    access,
    tickets,
    peers: openPeers(settings.trustedProxies),
    metrics,
    page: openWaitingPage(),
    secure: settings.tls !== null,
    visitUrl: (host, to) => `${apiUrl(settings)}/visit?${new URLSearchParams({ host, to }).toString()}`,
    usage,
    finished,
    lines: openLines(),
    early,
    log: deps.log,
  };
  const bounds = { ...LISTEN_BOUNDS, ...deps.bounds };
  const door = { settings, proxy: openProxy(parts), metrics, bounds, finished, warn: deps.log.warn };
  const open = () => listen({ ...door, quick: openQuick({ ...parts, bounds, now: () => performance.now() }) });
  const life = lifeOf(deps, { tiers, usage, listen: open });
  return { ...life, tickets, usage, metrics, tiers, originOf: (host) => originOf(settings, host) };
}

type Followers = Pick<ProxyDeps, 'lookup' | 'metrics' | 'early'> & { readonly tiers: Tiers };

function followChanges(lifecycle: Lifecycle, { lookup, metrics, tiers, early }: Followers): void {
  lifecycle.onChange((name, upstream) => {
    lookup.forget(name);
    if (upstream !== null) metrics.deployed();
    void tiers.changed(name, upstream);
    // Those whose release is still to come wait again.
    const looks = [...early.values()];
    for (const look of looks) look();
  });
}

function gateDeps(
  { lifecycle, now, settings, log }: WakeDeps,
  { usage, metrics }: { readonly usage: Usage; readonly metrics: Metrics },
): GateDeps {
  return {
    lifecycle,
    now,
    limits: settings.limits,
    onWake: (record) => {
      metrics.woke(record);
      usage.woke(record);
      const { name, from, ms, problem } = record;
      if (problem === null) log.info('woke', { name, from, ms });
      else log.warn('wake-failed', { name, from, ms, problem: problem.split('\n')[0] ?? '' });
    },
    warn: log.warn,
  };
}

type Parts = {
  readonly tiers: Tiers;
  readonly usage: Usage;
  readonly listen: () => Promise<Listening>;
};

function lifeOf(deps: WakeDeps, { tiers, usage, listen: open }: Parts): Pick<Wake, 'start' | 'stop'> {
  let listening: Listening | null = null;
  let timer: NodeJS.Timeout | undefined;
  const sweeps = new Set<Promise<void>>();
  const tick = (): void => {
    usage.flush();
    // Not waited for: one application may take ten seconds to stop.
    const sweep = tiers
      .sweep()
      .catch((error: unknown) => deps.log.warn('sweep-failed', { problem: String(error) }))
      .finally(() => sweeps.delete(sweep));
    sweeps.add(sweep);
    timer = setTimeout(tick, SWEEP_MS);
  };
  return {
    start: async () => {
      for (const label of labelsOf(deps.store)) adopt(deps, tiers, label);
      listening = await open();
      timer = setTimeout(tick, SWEEP_MS);
      return listening;
    },
    stop: async () => {
      const before = listening;
      listening = null;
      clearTimeout(timer);
      await before?.close();
      await Promise.all(sweeps);
      usage.flush();
    },
  };
}

function foundOf({ lifecycle, rights }: WakeDeps, host: string): Found {
  const servable = lifecycle.find(host);
  const open = servable.name !== null && rights.pull({ kind: 'anonymous', address: '' }, servable.name).ok;
  return { servable, open };
}

function servedOf({ lifecycle, settings }: WakeDeps, name: string): Served | null {
  const servable = lifecycle.find(`${labelOf(name)}.${settings.domain}`);
  return servable.ok ? servable : null;
}

function adopt({ lifecycle, settings }: WakeDeps, tiers: Tiers, label: string): void {
  const servable = lifecycle.find(`${label}.${settings.domain}`);
  if (servable.ok) tiers.adopt(servable);
}

function labelsOf(store: Store): readonly string[] {
  return store.all('SELECT label FROM name WHERE current_release IS NOT NULL').map((row) => String(row['label']));
}

function deployedCount(store: Store): number {
  return Number(store.get('SELECT count(*) AS count FROM name WHERE current_release IS NOT NULL')?.['count'] ?? 0);
}

function apiUrl({ publicUrl, apiPort }: WakeDeps['settings']): string {
  return publicUrl?.replace(/\/$/, '') ?? `http://127.0.0.1:${apiPort}`;
}

// Behind a proxy of the user's own, names are reached as the page is: by its scheme, at its usual port.
function originOf({ publicUrl, proxyPort, tls }: WakeDeps['settings'], host: string): string {
  if (publicUrl !== null) return `${new URL(publicUrl).protocol}//${host}`;
  const usual = tls === null ? 80 : 443;
  return `${tls === null ? 'http' : 'https'}://${host}${proxyPort === usual ? '' : `:${proxyPort}`}`;
}
