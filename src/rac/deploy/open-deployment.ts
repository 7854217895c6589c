import { PodctlError } from '../../core/errors.js';
import { adopt } from './adopt.js';
import type { AppSpec } from './app-spec.js';
import { type Calls, makeCalls } from './calls.js';
import { type CollectDeps, clearName } from './collect.js';
import type { Deployment, DeploymentDeps, Log } from './deployment.js';
import { listen } from './die-events.js';
import { findEnforcement, isOwnMachine } from './enforcement.js';
import { Failures } from './failures.js';
import { Finder } from './find.js';
import { Firewall } from './firewall.js';
import { holderArchive, holderProgram } from './holder-image.js';
import { Images } from './images.js';
import { Keeper } from './keeper.js';
import { makeLanes } from './lanes.js';
import type { Lifecycle } from './lifecycle.js';
import { openReleases } from './owner-actions.js';
import { Places } from './places.js';
import { purge } from './purge.js';
import { makeRecords, type Records } from './records.js';
import { repeat, soon } from './repeat.js';
import { openRollout } from './rollout.js';
import { openSeal } from './seal.js';
import { type StandingRequest, Standings } from './standings.js';
import { Units } from './units.js';
import { openVariables } from './variables.js';

const SPARE_PLACES = 2;
const HOLDER = 'localhost/podctl-rac-hold';
const DISK_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 60_000;
/** Of the firewall, beside a look at each start. Not in the way of the first answer. */
const FIREWALL_EVERY_MS = 10_000;
const FIREWALL_AFTER = { wait: 50, pause: 1_000 } as const;
/** A network and its holder cost the engine as much as a start: neither is made beside the first requests to what has just started. */
const REFILL_AFTER = { wait: 500, pause: 0 } as const;
const ALWAYS_ON_EVERY_MS = 2_000;
// Where a machine says nothing of its own limits.
const USUAL_FILES = 1024;
const USUAL_PROCESSES = 4096;
const MOST_FILES = 65_536;

/** Everything between a push and a container that answers. Asks the engine a few things; containers are only touched from `start` on. */
export async function openDeployment(deps: DeploymentDeps): Promise<Deployment> {
  const ground = await openGround(deps);
  const { units, finder, variables, enforcement, keeper, quietly } = ground;
  const { settings, registry, audit, engine, clock, log } = deps;
  const { records, images, standings, failures, lanes, calls, collect } = ground;
  const after = (name: string): void =>
    void lanes(`collect ${name}`, () => quietly('collect', () => keeper.afterRelease(name)));
  const parts = {
    settings,
    records,
    registry,
    images,
    standings,
    units,
    failures,
    lanes,
    audit,
    log,
    enforcement,
    after,
  };
  const rollout = openRollout({ ...parts, now: clock.now, platform: `linux/${engine.facts.arch}` });
  const releases = openReleases({
    ...parts,
    rollout,
    calls,
    diskOf: (name) => keeper.diskOf(name),
    settle: (name) => quietly('settle', () => keeper.settle(name)),
    clear: (name) => lanes(`rollout ${name}`, () => clearName(name, collect)),
  });
  const lifecycle = lifecycleOf({ units, finder, canPause: engine.facts.cgroup === 2 || !engine.facts.rootless });
  return { deploy: rollout.deploy, lifecycle, releases, variables, enforcement, ...upkeepOf(deps, ground) };
}

type Ground = Awaited<ReturnType<typeof openGround>>;

async function openGround(deps: DeploymentDeps) {
  const { settings, registry, engine, api, host, files, clock, processes, log, instance } = deps;
  const { facts } = engine;
  const own = isOwnMachine({ facts, platform: host.platform, uid: host.uid });
  const quietly = quietlyBy(log);
  const calls = makeCalls(api, { instance, engine: facts.name });
  const firewall = new Firewall({ processes, files, instance });
  const enforcement = await findEnforcement({ facts, api, firewall, platform: host.platform, uid: host.uid });
  const records = makeRecords(deps.store);
  const images = new Images({ calls, registry });
  const places = await openPlaces(deps, { calls, reach: own ? 'bridge' : 'published' });
  const seal = await openSeal(settings.home, files);
  const variables = openVariables({ store: deps.store, audit: deps.audit, seal, now: clock.now });
  const ceiling = ceilingOf((await files.readText('/proc/self/limits')) ?? '');
  const over = new AbortController();
  const wall = soon(FIREWALL_AFTER, { clock, signal: over.signal }, async () => {
    if (own) await quietly('firewall', () => firewall.ensure());
  });
  const refill = soon(REFILL_AFTER, { clock, signal: over.signal }, () => places.fill());
  const told = { variables: variables.reveal, started: wall.ask, refill: refill.ask };
  const standings = new Standings({ calls, places, files, clock, limits: settings.limits, ceiling, ...told });
  const lanes = makeLanes();
  const failures = new Failures(clock.now);
  const units = new Units({ calls, standings, failures, lanes, clock, log, ...servingFrom(records, images) });
  const finder = new Finder({ settings, records });
  const collect: CollectDeps = { records, registry, images, units, calls, lanes, log };
  const disk = { calls, files, processes, now: clock.now };
  const diskLimit = settings.limits.disk;
  const keeper = new Keeper({ units, records, failures, finder, collect, disk, diskLimit, clock, log });
  const made = { own, calls, firewall, enforcement, records, images, places, variables, standings, lanes };
  return { ...made, failures, units, finder, collect, keeper, quietly, over, soonDone: [wall, refill] };
}

/** Do something whose failure is only logged. */
type Quietly = (what: string, work: () => Promise<unknown>) => Promise<void>;

function quietlyBy(log: Log): Quietly {
  return async (what, work) => {
    try {
      await work();
    } catch (error) {
      log(`${what}-failed`, { reason: error instanceof Error ? error.message : String(error) });
    }
  };
}

async function openPlaces(
  deps: DeploymentDeps,
  { calls, reach }: { readonly calls: Calls; readonly reach: 'bridge' | 'published' },
): Promise<Places> {
  const { files, instance, log } = deps;
  const image = await holderImage(deps, calls);
  const routes = async (): Promise<string> => (await files.readText('/proc/net/route')) ?? '';
  return new Places({ calls, instance, image, spare: SPARE_PLACES, reach, routes, log });
}

function servingFrom(records: Records, images: Images) {
  return {
    serving: (name: string): number => servingOf(name, records).release,
    wanted: async (name: string, afresh: boolean): Promise<StandingRequest> => {
      const { release, app } = servingOf(name, records);
      const digest = records.release(release)?.digest ?? '';
      return { name, release, app, image: await images.pull(name, digest, afresh) };
    },
  };
}

function upkeepOf(deps: DeploymentDeps, ground: Ground) {
  const { places, records, units, finder, keeper, own, firewall, calls, images, over, soonDone } = ground;
  let running: readonly Promise<void>[] = [];
  return {
    start: async () => {
      await adopt({ ...ground, log: deps.log, instance: deps.instance });
      for (const row of records.names()) finder.learn(row);
      void places.fill();
      running = lookAfter(deps, ground, over.signal);
    },
    stop: async () => {
      over.abort();
      await Promise.all([...running, ...soonDone.map((one) => one.settled())]);
      await units.settled();
      await places.close();
    },
    expire: () => keeper.expire(),
    sleepAll: async () => {
      await Promise.all(units.all().map(({ name }) => units.remove(name)));
    },
    purge: () => purge({ calls, records, units, images, firewall: own ? firewall : null, instance: deps.instance }),
  };
}

function lookAfter(deps: DeploymentDeps, ground: Ground, signal: AbortSignal): readonly Promise<void>[] {
  const { clock, tend } = deps;
  const { calls, units, keeper, firewall, own, quietly, places } = ground;
  const every = { clock, signal };
  const back = async (): Promise<void> => {
    if (own) await firewall.ensure();
    units.lostEngine();
    places.lost();
    await adopt({ ...ground, log: deps.log, instance: deps.instance });
  };
  const heard = {
    died: (id: string) => quietly('died', () => units.died(id)),
    unhealthy: (id: string) => quietly('unhealthy', () => units.unhealthy(id)),
    away: () => quietly('engine', tend),
    back: () => quietly('adopt', back),
  };
  return [
    listen({ calls, clock, ...heard }, signal),
    repeat(DISK_EVERY_MS, every, () => quietly('measure', () => keeper.measure())),
    repeat(ALWAYS_ON_EVERY_MS, every, () => quietly('always-on', () => keeper.wakeAlwaysOn())),
    repeat(LOOK_EVERY_MS, every, async () => {
      await quietly('expire', () => keeper.expire());
      await quietly('collect', () => keeper.collect());
    }),
    // By itself: the others wait for pushes that are under way.
    repeat(FIREWALL_EVERY_MS, every, async () => {
      if (own) await quietly('firewall', () => firewall.ensure());
    }),
  ];
}

type LifecycleParts = { readonly units: Units; readonly finder: Finder; readonly canPause: boolean };

function lifecycleOf({ units, finder, canPause }: LifecycleParts): Lifecycle {
  return {
    find: (name) => finder.find(name),
    tierOf: (name) => units.tierOf(name),
    wake: (name) => units.wake(name),
    pause: (name, still) => units.pause(name, still),
    stop: (name, still) => units.stop(name, still),
    remove: (name, still) => units.remove(name, still),
    onChange: (listener) => units.onChange(listener),
    drained: (name, inUse) => units.drained(name, inUse),
    canPause,
  };
}

function servingOf(name: string, records: Records): { readonly release: number; readonly app: AppSpec } {
  const row = records.name(name);
  const release = row?.current ?? null;
  const app = release === null ? null : records.app(release);
  if (row === null || release === null || app === null) {
    throw new PodctlError('MISSING_INPUT', `\`${name}\` has nothing that can run`, { hint: 'push an image to it' });
  }
  if (row.wanted === 'on' && row.halted === null) return { release, app };
  throw new PodctlError('REFUSED', row.halted ?? `\`${name}\` is stopped`, { hint: `podctl rac start ${name}` });
}

async function holderImage({ engine, instance }: DeploymentDeps, calls: Calls): Promise<string> {
  const { arch } = engine.facts;
  const ref = `${HOLDER}:${instance}`;
  if ((await calls.image(ref)) !== null) return ref;
  const program = holderProgram(arch);
  if (program === null) {
    throw new PodctlError('UNAVAILABLE', `RAC has no network holder for ${arch}`, {
      hint: 'it runs on amd64 and arm64',
    });
  }
  await calls.load(holderArchive(program, { ref, arch }));
  return ref;
}

// What this machine allows itself; an engine that is asked for more refuses to start anything.
function ceilingOf(text: string): { readonly files: number; readonly processes: number } {
  const hard = (what: string): number =>
    Number(new RegExp(`^${what}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const [files, most] = [hard('Max open files'), hard('Max processes')];
  return {
    files: Math.min(Number.isNaN(files) ? USUAL_FILES : files, MOST_FILES),
    processes: Math.min(Number.isNaN(most) ? USUAL_PROCESSES : most, USUAL_PROCESSES),
  };
}
