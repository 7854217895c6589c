import type { AppSpec } from '../deploy/app-spec.js';
import type { Tier } from '../deploy/lifecycle.js';

/** A name that is not asleep for good, as the sweep sees it. */
export type Candidate = {
  readonly name: string;
  readonly app: Pick<AppSpec, 'pauseAfter' | 'idle' | 'alwaysOn'>;
  readonly tier: Tier;
  /** Milliseconds since its last request began or ended. */
  readonly unused: number;
};

export type Step = { readonly name: string; readonly to: Exclude<Tier, 'running'> };

export type SleepRules = {
  readonly canPause: boolean;
  /** The machine's memory is short. */
  readonly short: boolean;
  /** Holders that are kept; each is a process and a network. */
  readonly holders: number;
  /** Milliseconds after which a holder goes that nobody asked for. */
  readonly holderIdle: number;
};

/** At most so many go down at once when memory is short: then it is looked again. */
const AT_ONCE = 8;
const JUST_USED_MS = 5_000;

/** Who goes to sleep, and how deep: by their own idle times; the least recently used first when there are too many, or memory is short. */
export function chooseSleepers(candidates: readonly Candidate[], rules: SleepRules): readonly Step[] {
  const movable = candidates.filter(({ app }) => !app.alwaysOn).toSorted((a, b) => b.unused - a.unused);
  const due = movable.flatMap((candidate) => dueStep(candidate, rules));
  const chosen = new Set(due.map(({ name }) => name));
  const rest = movable.filter(({ name }) => !chosen.has(name));
  const holders = candidates.filter(({ tier }) => tier === 'holder').length;
  const gone = due.filter(({ to }) => to === 'removed').length;
  const surplus = rest
    .filter(({ tier }) => tier === 'holder')
    .slice(0, Math.max(0, holders - gone - rules.holders))
    .map(({ name }): Step => ({ name, to: 'removed' }));
  if (!rules.short) return [...due, ...surplus];
  const taken = new Set(surplus.map(({ name }) => name));
  const pressed = rest
    .filter(({ name, tier, unused }) => !taken.has(name) && tier !== 'removed' && unused >= JUST_USED_MS)
    .slice(0, AT_ONCE)
    .map(({ name, tier }): Step => ({ name, to: tier === 'holder' ? 'removed' : 'holder' }));
  return [...due, ...surplus, ...pressed];
}

function dueStep({ name, app, tier, unused }: Candidate, rules: SleepRules): readonly Step[] {
  if (tier === 'removed') return [];
  if (tier === 'holder') return unused >= rules.holderIdle ? [{ name, to: 'removed' }] : [];
  if (app.idle !== null && unused >= app.idle) return [{ name, to: 'holder' }];
  const pauses = tier === 'running' && rules.canPause && app.pauseAfter !== null && unused >= app.pauseAfter;
  return pauses ? [{ name, to: 'paused' }] : [];
}
