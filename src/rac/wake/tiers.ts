import type { Lifecycle, Servable, Tier, Upstream } from '../deploy/lifecycle.js';
import { Gate, type GateDeps } from './gate.js';
import { chooseSleepers, type SleepRules } from './sleepers.js';
import type { Refusal, Visit } from './waiting-line.js';

export type Served = Extract<Servable, { readonly ok: true }>;

export type TiersDeps = GateDeps & {
  readonly lifecycle: Lifecycle;
  /** Bytes of the machine. */
  readonly memory: () => { readonly available: number; readonly total: number };
  readonly rules: Pick<SleepRules, 'holders' | 'holderIdle'>;
  /** null: it is not served now. */
  readonly servedOf: (name: string) => Served | null;
};

/** Where every name stands between running and removed, and who uses it. Names that are removed take no memory here. */
export type Tiers = {
  /** null: `enter` has to wait. */
  readonly tryEnter: (served: Served) => Visit | null;
  readonly enter: (served: Served, signal: AbortSignal) => Promise<Visit | Refusal>;
  /** A start is under way. */
  readonly starting: (name: string) => boolean;
  readonly lost: (name: string, visit: Visit) => void;
  /** At the start of RAC: names that may be awake from before; who is always on is woken. */
  readonly adopt: (served: Served) => void;
  /** Each second: who goes to sleep, who has waited too long, who must not sleep. */
  readonly sweep: () => Promise<void>;
  /** When requests of a release that was replaced have ended. */
  readonly changed: (name: string, upstream: Upstream | null) => Promise<void>;
  readonly counts: () => Readonly<Record<Exclude<Tier, 'removed'>, number>>;
  readonly open: (name: string) => number;
  /** Names that take memory here. */
  readonly size: () => number;
};

/** Below this share of free memory, the least recently used go to sleep before their time. */
const SHORT = 0.1;

export function openTiers(deps: TiersDeps): Tiers {
  const gates = new Map<string, Gate>();
  const { lifecycle } = deps;
  const gateOf = (served: Served): Gate => {
    const known = gates.get(served.name);
    const gate = known ?? new Gate(served, deps);
    if (known === undefined) gates.set(served.name, gate);
    else if (gate.release !== served.release && !gate.running) gate.release = served.release;
    gate.app = served.app;
    return gate;
  };
  return {
    tryEnter: (served) => gates.get(served.name)?.tryEnter() ?? null,
    enter: (served, signal) => gateOf(served).enter(signal),
    starting: (name) => gates.get(name)?.waking ?? false,
    lost: (name, visit) => gates.get(name)?.lost(visit.pool),
    adopt: (served) => {
      if (served.app.alwaysOn || lifecycle.tierOf(served.name) !== 'removed') gateOf(served);
    },
    sweep: () => sweep(gates, deps),
    changed: async (name, upstream) => {
      const gate = gates.get(name) ?? adoptChanged(gates, deps, { name, upstream });
      if (gate === undefined) return;
      const served = deps.servedOf(name);
      if (served !== null) gate.app = served.app;
      await gate.replace(upstream, served !== null);
      if (upstream !== null) lifecycle.drained(name, gate.inUse());
    },
    counts: () => countsOf([...gates.values()]),
    open: (name) => gates.get(name)?.open ?? 0,
    size: () => gates.size,
  };
}

// What a push has just started goes to sleep by the usual rules, though nobody has asked for it yet.
function adoptChanged(
  gates: Map<string, Gate>,
  deps: TiersDeps,
  { name, upstream }: { readonly name: string; readonly upstream: Upstream | null },
): Gate | undefined {
  const served = upstream === null ? null : deps.servedOf(name);
  if (served === null) return undefined;
  const gate = new Gate(served, deps);
  gates.set(name, gate);
  return gate;
}

async function sweep(gates: Map<string, Gate>, deps: TiersDeps): Promise<void> {
  const now = deps.now();
  const { available, total } = deps.memory();
  for (const gate of gates.values()) {
    gate.expire();
    gate.settle();
  }
  const candidates = [...gates.values()]
    .filter((gate) => gate.idle)
    .map(({ name, app, tier, lastUsed }) => ({ name, app, tier, unused: now - lastUsed }));
  const rules = { ...deps.rules, canPause: deps.lifecycle.canPause, short: available < total * SHORT };
  // An engine that is asked for hundreds of stops at once has no time for a start.
  const moving = [...gates.values()].filter((gate) => gate.moving).length;
  const steps = chooseSleepers(candidates, rules).slice(0, Math.max(0, MOST_MOVING - moving));
  await Promise.all(steps.map(async ({ name, to }) => gates.get(name)?.demote(to)));
  for (const gate of gates.values()) {
    const stays = gate.app.alwaysOn && deps.servedOf(gate.name) !== null;
    if (stays) gate.ensureAwake();
    const quiet = gate.idle && gate.tier === 'removed' && !stays;
    // Its failures are remembered while they count, so that a name that cannot start is not tried at every request.
    if (quiet && (gate.failure === null || gate.failure.until + FORGET_MS < now)) gates.delete(gate.name);
  }
}

const FORGET_MS = 300_000;
const MOST_MOVING = 16;

function countsOf(gates: readonly Gate[]): Record<Exclude<Tier, 'removed'>, number> {
  const of = (tier: Tier): number => gates.filter((gate) => gate.tier === tier).length;
  return { running: of('running'), paused: of('paused'), holder: of('holder') };
}
