/** What the engine says of a container's health check; `none`: it has none. */
export type SeenHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** A container of a stack as the engine shows it. Times are milliseconds on the engine's clock. */
export type SeenContainer = {
  readonly service: string;
  readonly name: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead' | 'removing' | 'unknown';
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  readonly health: SeenHealth;
  /** The engine's restart policy, for instance `on-failure`. */
  readonly restart: string;
  /** How often the engine started it again since the wait began. */
  readonly restarts: number;
  /** How long it has run since its last start; null: it does not run. */
  readonly ranFor: number | null;
  /** Its published TCP ports, and whether each has answered. */
  readonly ports: readonly { readonly at: string; readonly answers: boolean }[];
};

/** What must be there of a service. */
export type WantedService = {
  readonly service: string;
  readonly containers: number;
  /** It is done when it has ended with 0, and not before. */
  readonly oneShot?: boolean | undefined;
  /** Port inside the container that must answer, whatever its health check says. */
  readonly port?: number | undefined;
  /** What to ask there over HTTP. */
  readonly path?: string | undefined;
  /** Milliseconds; in place of the limit of all. */
  readonly timeout?: number | undefined;
};

/** How a service stands. `done` says by what; `failed` and `waiting` in which state it is. */
export type ServiceVerdict =
  | { readonly service: string; readonly kind: 'done'; readonly by: 'health' | 'ports' | 'running' | 'ended' | 'none' }
  | {
      readonly service: string;
      readonly kind: 'waiting' | 'failed';
      readonly container: string | null;
      readonly state: string;
    };

/** What has neither health check nor ports counts as up when it has run this long. */
export const STEADY_MS = 1_000;
/** The same after the engine had to start it again. */
const STEADY_AGAIN_MS = 10_000;
/** So many starts in one wait are a loop. */
const LOOP_AFTER = 3;
// Policies under which the engine starts a container again that has ended.
const STARTS_AGAIN = new Set(['always', 'unless-stopped', 'on-failure']);

/** How each service of a stack stands, in the order asked for. */
export function judgeStack(
  wanted: readonly WantedService[],
  seen: readonly SeenContainer[],
): readonly ServiceVerdict[] {
  return wanted.map((one) =>
    judgeService(
      one,
      seen.filter((container) => container.service === one.service),
    ),
  );
}

// The worst container speaks for its service.
function judgeService(wanted: WantedService, own: readonly SeenContainer[]): ServiceVerdict {
  const { service, containers, oneShot } = wanted;
  const verdicts = own.map((seen) =>
    oneShot === true && seen.state === 'running' ? atWork(seen) : judgeContainer(seen),
  );
  const bad = verdicts.find(({ kind }) => kind === 'failed') ?? verdicts.find(({ kind }) => kind === 'waiting');
  if (bad !== undefined) return bad;
  if (own.length < containers) {
    const state = own.length === 0 ? 'has no container' : `has ${own.length} of ${containers} containers`;
    return { service, kind: 'waiting', container: null, state };
  }
  return verdicts[0] ?? { service, kind: 'done', by: 'none' };
}

function atWork({ service, name: container }: SeenContainer): ServiceVerdict {
  return { service, kind: 'waiting', container, state: 'has not ended yet' };
}

function judgeContainer(seen: SeenContainer): ServiceVerdict {
  const { service, name: container } = seen;
  const waiting = (state: string): ServiceVerdict => ({ service, kind: 'waiting', container, state });
  const failed = (state: string): ServiceVerdict => ({ service, kind: 'failed', container, state });
  if (seen.restarts >= LOOP_AFTER && !isUp(seen)) return failed(`ends again and again${lastTime(seen)}`);
  if (seen.state === 'running') return judgeRunning(seen);
  if (seen.state === 'exited') {
    if (isFinished(seen)) return { service, kind: 'done', by: 'ended' };
    // The engine is about to start it again; whether that helps shows in a moment.
    return willStartAgain(seen) ? waiting(`ended ${howItEnded(seen)}`) : failed(`ended ${howItEnded(seen)}`);
  }
  if (seen.state === 'dead') return failed('is dead');
  if (seen.state === 'restarting') return waiting(`is being started again, it ended ${howItEnded(seen)}`);
  return waiting(seen.state === 'created' ? 'was not started yet' : `is ${seen.state}`);
}

function isFinished({ exitCode, restart }: SeenContainer): boolean {
  return exitCode === 0 && !['always', 'unless-stopped'].includes(restart);
}

function judgeRunning(seen: SeenContainer): ServiceVerdict {
  const { service, name: container, health } = seen;
  if (isUp(seen)) return { service, kind: 'done', by: whatShows(seen) };
  if (health === 'unhealthy') return { service, kind: 'failed', container, state: 'is unhealthy' };
  return { service, kind: 'waiting', container, state: whatIsMissing(seen) };
}

function isUp(seen: SeenContainer): boolean {
  if (seen.state !== 'running') return false;
  const sign = whatShows(seen);
  if (sign === 'health') return seen.health === 'healthy';
  if (sign === 'ports') return seen.ports.every(({ answers }) => answers);
  return (seen.ranFor ?? 0) >= (seen.restarts > 0 ? STEADY_AGAIN_MS : STEADY_MS);
}

function whatShows({ health, ports }: SeenContainer): 'health' | 'ports' | 'running' {
  if (health !== 'none') return 'health';
  return ports.length > 0 ? 'ports' : 'running';
}

function whatIsMissing(seen: SeenContainer): string {
  if (seen.health === 'starting') return 'is not healthy yet';
  const silent = seen.ports.filter(({ answers }) => !answers).map(({ at }) => at);
  if (silent.length > 0) return `does not answer on ${silent.join(', ')}`;
  return seen.restarts > 0 ? 'was started again by the engine' : 'has just started';
}

function howItEnded({ exitCode, oomKilled }: SeenContainer): string {
  return oomKilled ? 'for want of memory' : `with code ${exitCode ?? '?'}`;
}

function lastTime(seen: SeenContainer): string {
  return seen.exitCode === null ? '' : `, the last time ${howItEnded(seen)}`;
}

function willStartAgain({ restart, exitCode, restarts }: SeenContainer): boolean {
  return STARTS_AGAIN.has(restart) && !(restart === 'on-failure' && exitCode === 0) && restarts < LOOP_AFTER;
}

/** Whether a service is still waited for after its time. `limit`: of those that have none of their own. Milliseconds. */
export function isOverdue(
  verdicts: readonly ServiceVerdict[],
  {
    wanted,
    limit,
    waited,
  }: { readonly wanted: readonly WantedService[]; readonly limit: number; readonly waited: number },
): boolean {
  return verdicts.some(({ service, kind }) => {
    const own = wanted.find((one) => one.service === service)?.timeout;
    return kind === 'waiting' && waited >= (own ?? limit);
  });
}

/** Milliseconds until time alone may change a verdict; null: only something that happens can. */
export function nextLook(seen: readonly SeenContainer[]): number | null {
  const times = seen.flatMap((container) => {
    if (container.state !== 'running' || isUp(container) || whatShows(container) !== 'running') return [];
    return [(container.restarts > 0 ? STEADY_AGAIN_MS : STEADY_MS) - (container.ranFor ?? 0)];
  });
  return times.length === 0 ? null : Math.max(0, Math.min(...times));
}
