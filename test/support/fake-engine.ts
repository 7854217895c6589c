import type { Rooms } from '../../src/cli/rooms.js';
import { PodctlError } from '../../src/core/errors.js';
import { assumeEngine } from '../../src/engine/assume.js';
import type { FolderFacts } from '../../src/engine/clean/folder-work.js';
import type { Measured } from '../../src/engine/clean/measure.js';
import type { CleanResult } from '../../src/engine/clean/run-clean.js';
import { type DetectRequest, rememberedOf } from '../../src/engine/detect.js';
import { type DoctorRoom, openDoctorRoom } from '../../src/engine/doctor/room.js';
import type { FoundEngine, Observer } from '../../src/engine/engine.js';
import type { ExecResult, ExecuteDeps } from '../../src/engine/execute.js';
import type { LeaseState } from '../../src/engine/lease.js';
import type { LoginRoom } from '../../src/engine/login/room.js';
import type { Readiness, ReadyTarget } from '../../src/engine/ready.js';
import type { RegistryImage } from '../../src/engine/registry.js';
import { secretFilePrefix, secretFilesOf } from '../../src/engine/secret-files.js';
import type { Sources } from '../../src/engine/secret-sources.js';
import type { ProviderRequest } from '../../src/engine/stack/find-provider.js';
import type { ConfigQuestion } from '../../src/engine/stack/read-config.js';
import type { StackWait, StackWish } from '../../src/engine/stack/wait.js';
import type { TestRoom } from '../../src/engine/test-room.js';
import type { RacAsk, RacRequest } from '../../src/io/net-rac.js';
import type { Journal } from '../../src/plan/clean/journal.js';
import type { Kept } from '../../src/plan/clean/kept.js';
import type { Contents } from '../../src/plan/clean/prune-facts.js';
import type { PruneStep } from '../../src/plan/clean/prune-step.js';
import type { KeptState } from '../../src/plan/stack/no-change.js';
import type { Plan } from '../../src/plan/step.js';
import type { KeptHomes } from '../../src/rac/kept-homes.js';
import type { Removal } from '../../src/rac/removal.js';
import type { ContainerFacts, EngineFacts, ImageFacts, VolumeFacts } from '../../src/spec/facts.js';
import type { BuilderFacts } from '../../src/spec/image-capability.js';
import type { ImageDetails } from '../../src/spec/image-details.js';
import type { ProviderFacts } from '../../src/spec/stack/provider.js';
import { DOCKER } from './samples.js';

/** What happens when a plan is carried out. */
export type Run = (plan: Plan, deps: ExecuteDeps) => ExecResult | Promise<ExecResult>;

/** What the engine knows and will do. Whatever is not listed here may not be asked for or done: it throws. */
export type FakeEngine = {
  /** Facts that differ from docker 28.2.2, rootful; null: no engine answers. */
  readonly facts?: Partial<EngineFacts> | null;
  /** By reference; null: missing. A function is asked anew each time. */
  readonly images?: Readonly<Record<string, Partial<ImageFacts> | null | (() => Partial<ImageFacts> | null)>>;
  readonly volumes?: Readonly<Record<string, VolumeFacts | null>>;
  /** Values of files and programs by variable; an Error is thrown. */
  readonly sources?: Readonly<Record<string, string | Error>>;
  /** What is missing of a source, by its file or program. */
  readonly missing?: Readonly<Record<string, string>>;
  /** Whether the engine keeps the secret. */
  readonly secrets?: Readonly<Record<string, boolean>>;
  /** Small files in volumes that only the engine can reach. */
  readonly volumeTexts?: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  /** All of podctl's containers; undefined: nobody may ask. */
  readonly containers?: readonly ContainerFacts[] | (() => readonly ContainerFacts[]);
  readonly leases?: Readonly<Record<string, LeaseState>>;
  /** One per plan that is carried out, in order. */
  readonly runs?: readonly Run[];
  readonly ready?: Readiness;
  /** What docker's builder can do; nothing but the classic one when left out. */
  readonly builder?: BuilderFacts;
  /** Names that stand for a list of images or for an image, where podman is asked. */
  readonly named?: Readonly<Record<string, 'list' | 'image'>>;
  /** All of an image, by reference; null: missing. */
  readonly details?: Readonly<Record<string, ImageDetails | null>>;
  /** What git says of the commit. */
  readonly git?: string;
  /** What a run of tests asks; whatever is not here may not be asked. */
  readonly tests?: Partial<TestRoom>;
  /** What registries have; null: they have none of that name. */
  readonly registry?: Readonly<Record<string, RegistryImage | null>>;
  /** What answers of the compose providers; undefined: nobody may ask. */
  readonly provider?: ProviderFacts | ((request: ProviderRequest) => ProviderFacts);
  /** Networks of the stack; undefined: nobody may ask. */
  readonly networks?: readonly string[];
  /** What the provider's `config` prints; undefined: nobody may ask. */
  readonly stackConfig?: string | ((question: ConfigQuestion) => string);
  /** What doctor sees of engine and machine; what is not here may not be asked. */
  readonly doctor?: Partial<DoctorRoom>;
  /** How a stack got up; undefined: nobody may wait. */
  readonly stackWait?: StackWait | ((wish: StackWish) => StackWait);
  /** What `podctl login` asks; whatever is not here may not be asked. */
  readonly login?: Partial<LoginRoom>;
  /** How a stack looks to a start that hopes for no change; undefined: the API does not answer. */
  readonly keptState?: KeptState;
  /** What the engine has that could be pruned, and what undo keeps; undefined: nobody may ask. */
  readonly prune?: Partial<Contents> & { readonly kept?: readonly Kept[] };
  /** Data that reset and undo look at, and how a run of theirs ends; what is not here may not be looked at or done. */
  readonly clean?: {
    readonly folders?: Readonly<Record<string, FolderFacts | null>>;
    readonly bytes?: Readonly<Record<string, Measured>>;
    readonly kept?: readonly Kept[];
    readonly journal?: Journal;
    readonly ends?: (journal: Journal) => CleanResult;
  };
  /** What a RAC server answers; undefined: nobody may ask. */
  readonly rac?: RacAsk;
  /** What `rac down --purge` and `undo` work on; undefined: nobody may. */
  readonly racKept?: KeptHomes;
  readonly racRemoval?: Removal;
  readonly racStop?: (how: 'down' | 'purge') => Promise<void>;
  /** Host ports that are taken, by which program. */
  readonly taken?: Readonly<Record<number, string>>;
};

export type FakeRooms = {
  readonly rooms: Rooms;
  readonly detections: DetectRequest[];
  /** Plans that were carried out. */
  readonly plans: Plan[];
  readonly waits: ReadyTarget[];
  /** Lists that were pruned. */
  readonly pruned: (readonly PruneStep[])[];
  /** What resets and undos carried out. */
  readonly journals: Journal[];
  readonly droppedLeases: string[];
  /** Rooms that were entered, each once. */
  readonly entered: Set<string>;
  /** Runs that were announced and never came. */
  readonly leftover: () => number;
};

const IMAGE: Omit<ImageFacts, 'ref'> = {
  id: 'sha256:1',
  entrypoint: ['/app'],
  cmd: null,
  user: '',
  workdir: '',
  exposed: [],
  volumes: [],
  labels: {},
  env: {},
  arch: 'amd64',
  os: 'linux',
};

/** A container of podctl's, with what a test does not care about filled in. */
export function container(facts: Partial<ContainerFacts> & { readonly name: string }): ContainerFacts {
  return {
    id: `${facts.name}-id`,
    image: 'desiapi:dev',
    state: 'running',
    exitCode: null,
    oomKilled: false,
    startedAt: null,
    labels: {},
    mounts: [],
    ports: [],
    ...facts,
  };
}

/** Doors to an engine that answers exactly what it was told to, and throws at anything else. */
export function fakeEngine(fake: FakeEngine = {}): FakeRooms {
  const record = {
    detections: [] as DetectRequest[],
    plans: [] as Plan[],
    waits: [] as ReadyTarget[],
    pruned: [] as (readonly PruneStep[])[],
    journals: [] as Journal[],
    droppedLeases: [] as string[],
    entered: new Set<string>(),
  };
  const runs = [...(fake.runs ?? [])];
  const door = <T>(name: string, room: T): (() => Promise<T>) => {
    return () => {
      record.entered.add(name);
      return Promise.resolve(room);
    };
  };
  const rooms: Rooms = {
    assume: door('assume', { assumeEngine }),
    detect: door('detect', {
      rememberedOf,
      detectEngine: (request) => {
        record.detections.push(request);
        return detect(fake);
      },
    }),
    observe: door('observe', { makeObserver: () => observer(fake) }),
    builder: door('builder', {
      makeBuilder: () => ({
        facts: () => Promise.resolve(fake.builder ?? { buildkit: false, containerd: false }),
        named: (ref) => Promise.resolve(fake.named?.[ref] ?? null),
      }),
    }),
    imageReader: door('imageReader', {
      makeImageReader: () => (ref) => {
        const details = fake.details?.[ref];
        if (details === undefined) throw new Error(`unexpected question for image ${ref}`);
        return Promise.resolve(details);
      },
    }),
    registry: door('registry', {
      lookUp: (ref) => {
        const known = fake.registry?.[ref];
        if (fake.registry === undefined) {
          return Promise.reject(new PodctlError('UNAVAILABLE', 'no registry answers', { hint: 'none' }));
        }
        if (known === undefined) throw new Error(`unexpected question to a registry about ${ref}`);
        if (known !== null) return Promise.resolve(known);
        return Promise.reject(new PodctlError('UNAVAILABLE', `the registry has no \`${ref}\``, { hint: 'push it' }));
      },
    }),
    login: door('login', { openLoginRoom: () => loginRoom(fake) }),
    git: door('git', { describeCommit: () => Promise.resolve(fake.git) }),
    warmUp: door('warmUp', { warmUp: () => Promise.resolve() }),
    execute: door('execute', {
      executePlan: async (plan, deps) => {
        record.plans.push(plan);
        const run = runs.shift();
        if (run === undefined) throw new Error(`unexpected run: ${JSON.stringify(plan.steps)}`);
        return run(plan, deps);
      },
    }),
    ready: door('ready', {
      waitReady: (target) => {
        record.waits.push(target);
        if (fake.ready === undefined) throw new Error('unexpected wait');
        return Promise.resolve(fake.ready);
      },
    }),
    lease: door('lease', {
      leaseOf: (name) => Promise.resolve(fake.leases?.[name] ?? 'none'),
      dropLease: (name) => {
        record.droppedLeases.push(name);
        return Promise.resolve();
      },
    }),
    sources: door('sources', { makeSources: () => sources(fake) }),
    secretFiles: door('secretFiles', { secretFilePrefix, secretFilesOf }),
    prune: door('prune', {
      openPruneLook: () => {
        const known = fake.prune;
        if (known === undefined) throw new Error('unexpected look at what could be pruned');
        return Promise.resolve({
          contents: () =>
            Promise.resolve({ containers: [], images: [], networks: [], volumes: [], cache: [], ...known }),
          weighed: (list) => Promise.resolve(list),
          layers: () => Promise.resolve(() => null),
          held: () => Promise.resolve([]),
          volumes: ({ volumes }) =>
            Promise.resolve(Object.fromEntries(volumes.map(({ facts }) => [facts.name, 2_000_000]))),
        });
      },
      carryPrune: (steps) => {
        record.pruned.push(steps);
        const done = steps.flatMap((step) => (step.do === 'exec' ? step.items : []));
        return Promise.resolve({ result: { done, left: [], failed: [], kept: [] }, exitCode: 0 });
      },
      keptIn: () => Promise.resolve(fake.prune?.kept ?? []),
    }),
    volumeStore: door('volumeStore', {
      openVolumeStore: () => {
        throw new Error('unexpected work on what is in volumes');
      },
    }),
    volumeFiles: door('volumeFiles', {
      readVolumeFiles: ({ volume }) => {
        const texts = fake.volumeTexts?.[volume];
        if (texts === undefined) throw new Error(`unexpected look into volume ${volume}`);
        return Promise.resolve({ texts });
      },
    }),
    tests: door('tests', { openTestRoom: () => testRoom(fake) }),
    watchFiles: door('watchFiles', { watchFiles: () => Promise.reject(new Error('unexpected watch')) }),
    execStream: door('execStream', {
      makeExecStream: () => () => Promise.reject(new Error('unexpected program in a container')),
    }),
    stack: door('stack', {
      findProvider: async (request) => {
        if (fake.provider === undefined) throw new Error('unexpected search for a compose provider');
        return typeof fake.provider === 'function' ? fake.provider(request) : fake.provider;
      },
    }),
    stackNetworks: door('stackNetworks', {
      stackNetworks: async () => {
        if (fake.networks === undefined) throw new Error('unexpected question for networks');
        return fake.networks;
      },
    }),
    podmanSocket: door('podmanSocket', {
      startPodmanSocket: async (found) => {
        if (found.facts.name !== 'podman') throw new Error('unexpected start of a socket service');
        return { address: 'unix:///run/fake/podman.sock', started: true };
      },
    }),
    stackWait: door('stackWait', {
      waitForStack: async (wish) => {
        if (fake.stackWait === undefined) throw new Error('unexpected wait for a stack');
        return typeof fake.stackWait === 'function' ? fake.stackWait(wish) : fake.stackWait;
      },
    }),
    keptState: door('keptState', {
      readKeptState: async () => {
        if (fake.keptState === undefined) throw new PodctlError('UNAVAILABLE', 'no API answers');
        return fake.keptState;
      },
    }),
    dueHealth: door('dueHealth', { tendHealth: () => Promise.resolve() }),
    stackConfig: door('stackConfig', {
      readStackConfig: async (question) => {
        if (fake.stackConfig === undefined) throw new Error('unexpected question for the stack');
        return typeof fake.stackConfig === 'function' ? fake.stackConfig(question) : fake.stackConfig;
      },
    }),
    doctor: door('doctor', { openDoctorRoom: (deps) => doctorRoom(fake, deps) }),
    cleanLook: door('cleanLook', {
      lookAtFolder: async (path) => listed(fake.clean?.folders, path, 'look at folder'),
      measureFolder: async (path) => listed(fake.clean?.bytes, path, 'look into folder'),
      listKept: async () => fake.clean?.kept ?? [],
      readJournal: async () => fake.clean?.journal ?? null,
    }),
    clean: door('clean', {
      runJournal: async (journal) => {
        record.journals.push(journal);
        if (fake.clean?.ends === undefined) throw new Error('unexpected reset');
        return fake.clean.ends(journal);
      },
      openVolumes: () => {
        const no = (what: string) => () => Promise.reject(new Error(`unexpected ${what}`));
        const processes = { run: no('program'), stream: no('program'), attach: no('program'), pipe: no('program') };
        return { processes, volumes: { keep: no('work on volumes'), fill: no('work on volumes') } };
      },
    }),
    background: door('background', {
      realProcesses: () => {
        throw new Error('unexpected start of programs');
      },
      startInBackground: () => Promise.reject(new Error('unexpected start of a program in the background')),
    }),
    racKept: door('racKept', {
      openKeptHomes: (home) => {
        if (fake.racKept === undefined) throw new Error(`unexpected look at what is kept of ${home}`);
        return fake.racKept;
      },
    }),
    racRemoval: door('racRemoval', {
      openRemoval: ({ home }) =>
        fake.racRemoval === undefined
          ? Promise.reject(new Error(`unexpected look at the RAC in ${home}`))
          : Promise.resolve(fake.racRemoval),
      stopParts: ({ home }, how) =>
        fake.racStop === undefined
          ? Promise.reject(new Error(`unexpected: ${how} of the RAC in ${home}`))
          : fake.racStop(how),
    }),
    askRac: door('askRac', {
      askRac: (request: RacRequest) => {
        if (fake.rac === undefined) throw new Error(`unexpected request to RAC: ${request.method} ${request.url}`);
        return fake.rac(request);
      },
    }),
    ports: door('ports', {
      portState: ({ port }) => {
        const program = fake.taken?.[port];
        return Promise.resolve(
          program === undefined ? { free: true } : { free: false, why: 'taken', holder: { pid: 77, program } },
        );
      },
    }),
  };
  return { rooms, ...record, leftover: () => runs.length };
}

function listed<T>(table: Readonly<Record<string, T>> | undefined, key: string, what: string): T {
  const found = table?.[key];
  if (found === undefined) throw new Error(`unexpected ${what} ${key}`);
  return found;
}

// The machine is the memory world's own; engines, programs and the network are not there but as a test says.
function doctorRoom({ doctor }: FakeEngine, deps: Parameters<typeof openDoctorRoom>[0]): DoctorRoom {
  const no = (what: string) => () => Promise.reject(new Error(`unexpected question about ${what}`));
  return {
    ...openDoctorRoom(deps),
    survey: no('engines'),
    details: no('details'),
    usage: no('usage'),
    images: no('images'),
    inside: no('names inside a container'),
    nameHere: no('a name'),
    logins: no('logins'),
    freeSpace: () => {
      throw new Error('unexpected question about free space');
    },
    ...doctor,
  };
}

function loginRoom({ login }: FakeEngine): LoginRoom {
  const no = (what: string) => () => Promise.reject(new Error(`unexpected question about ${what}`));
  return { tryLogin: no('a login'), keptAt: no('a place'), kept: no('a kept login'), ...login };
}

function testRoom({ tests }: FakeEngine): TestRoom {
  const no = (what: string) => () => Promise.reject(new Error(`unexpected question about ${what}`));
  return {
    owner: () => Promise.resolve('4242@boot/1@here'),
    ownerState: no('an owner'),
    networks: no('networks'),
    endOf: no('an end'),
    health: no('health'),
    hasPath: no('a path'),
    imageSize: no('a size'),
    lastLines: no('last lines'),
    watch: () => ({
      seen: () => [],
      works: () => true,
      settle: () => Promise.resolve(),
      end: () => Promise.resolve(),
    }),
    ...tests,
  };
}

function detect({ facts }: FakeEngine): Promise<FoundEngine> {
  if (facts === null) {
    return Promise.reject(
      new PodctlError('UNAVAILABLE', 'no container engine answered', { hint: 'install and start docker or podman' }),
    );
  }
  const all = { ...DOCKER, ...facts };
  return Promise.resolve({
    facts: all,
    connection: { program: all.name, address: `unix:///run/${all.name}.sock`, globals: [], foundBy: 'a test' },
  });
}

function sources(fake: FakeEngine): Sources {
  const answerOf = (name: string): string | Error => {
    const known = fake.sources?.[name];
    if (known === undefined) throw new Error(`unexpected question for the value of ${name}`);
    return known;
  };
  return {
    read: (name) => {
      const answer = answerOf(name);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    missing: (source) =>
      Promise.resolve(fake.missing?.[source.kind === 'file' ? source.path : (source.words[0] ?? '')] ?? null),
  };
}

function observer(fake: FakeEngine): Observer {
  const containers = (): readonly ContainerFacts[] => {
    if (fake.containers === undefined) throw new Error('unexpected question about containers');
    return typeof fake.containers === 'function' ? fake.containers() : fake.containers;
  };
  return {
    image: (ref) => {
      const known = fake.images?.[ref];
      if (known === undefined) throw new Error(`unexpected question about image ${ref}`);
      const facts = typeof known === 'function' ? known() : known;
      return Promise.resolve(facts === null ? null : { ...IMAGE, ref, ...facts });
    },
    volume: (name) => {
      const known = fake.volumes?.[name];
      if (known === undefined) throw new Error(`unexpected question about volume ${name}`);
      return Promise.resolve(known);
    },
    secret: (name) => {
      const known = fake.secrets?.[name];
      if (known === undefined) throw new Error(`unexpected question about secret ${name}`);
      return Promise.resolve(known);
    },
    containers: (labels) =>
      Promise.resolve(
        containers().filter((one) =>
          labels.every((label) => {
            const [key = '', value] = label.split(/=(.*)/s);
            return value === undefined ? key in one.labels : one.labels[key] === value;
          }),
        ),
      ),
    container: (nameOrId) =>
      Promise.resolve(containers().find(({ id, name }) => name === nameOrId || id === nameOrId) ?? null),
  };
}
