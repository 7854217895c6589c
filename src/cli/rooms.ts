import type { assumeEngine } from '../engine/assume.js';
import type { makeBuilder } from '../engine/builder.js';
import type { lookAtFolder } from '../engine/clean/folder-work.js';
import type { readJournal } from '../engine/clean/journal-store.js';
import type { listKept } from '../engine/clean/kept-store.js';
import type { measureFolder } from '../engine/clean/measure.js';
import type { carryPrune, keptIn, openPruneLook } from '../engine/clean/prune-room.js';
import type { runJournal } from '../engine/clean/run-clean.js';
import type { openVolumeStore } from '../engine/clean/volume-store.js';
import type { openVolumes } from '../engine/clean/volumes.js';
import type { detectEngine, rememberedOf } from '../engine/detect.js';
import type { openDoctorRoom } from '../engine/doctor/room.js';
import type { makeExecStream } from '../engine/exec-stream.js';
import type { executePlan } from '../engine/execute.js';
import type { describeCommit } from '../engine/git.js';
import type { makeImageReader } from '../engine/image-reader.js';
import type { dropLease, leaseOf } from '../engine/lease.js';
import type { openLoginRoom } from '../engine/login/room.js';
import type { lookUp } from '../engine/look-up.js';
import type { makeObserver } from '../engine/observe.js';
import type { realProcesses, startInBackground } from '../engine/process.js';
import type { waitReady } from '../engine/ready.js';
import type { secretFilePrefix, secretFilesOf } from '../engine/secret-files.js';
import type { makeSources } from '../engine/secret-sources.js';
import type { tendHealth } from '../engine/stack/due-health.js';
import type { findProvider } from '../engine/stack/find-provider.js';
import type { readKeptState } from '../engine/stack/kept-state.js';
import type { stackNetworks } from '../engine/stack/networks.js';
import type { startPodmanSocket } from '../engine/stack/podman-socket.js';
import type { readStackConfig } from '../engine/stack/read-config.js';
import type { waitForStack } from '../engine/stack/wait.js';
import type { openTestRoom } from '../engine/test-room.js';
import type { readVolumeFiles } from '../engine/volume-files.js';
import type { warmUp } from '../engine/warm-up.js';
import type { askRac } from '../io/net-rac.js';
import type { portState } from '../io/port-holder.js';
import type { watchFiles } from '../io/watch-files.js';
import type { openKeptHomes } from '../rac/kept-homes.js';
import type { openRemoval, stopParts } from '../rac/removal.js';

/**
 * The engine layer behind doors: a room is entered only when a command needs it, and tests put their own engine behind a door.
 * A printed plan never opens `execute` or `ready`.
 */
export type Rooms = {
  readonly detect: Door<{ readonly detectEngine: typeof detectEngine; readonly rememberedOf: typeof rememberedOf }>;
  readonly assume: Door<{ readonly assumeEngine: typeof assumeEngine }>;
  readonly observe: Door<{ readonly makeObserver: typeof makeObserver }>;
  readonly builder: Door<{ readonly makeBuilder: typeof makeBuilder }>;
  readonly imageReader: Door<{ readonly makeImageReader: typeof makeImageReader }>;
  readonly registry: Door<{ readonly lookUp: typeof lookUp }>;
  readonly login: Door<{ readonly openLoginRoom: typeof openLoginRoom }>;
  readonly git: Door<{ readonly describeCommit: typeof describeCommit }>;
  readonly warmUp: Door<{ readonly warmUp: typeof warmUp }>;
  readonly execute: Door<{ readonly executePlan: typeof executePlan }>;
  readonly ready: Door<{ readonly waitReady: typeof waitReady }>;
  readonly lease: Door<{ readonly leaseOf: typeof leaseOf; readonly dropLease: typeof dropLease }>;
  readonly sources: Door<{ readonly makeSources: typeof makeSources }>;
  readonly secretFiles: Door<{
    readonly secretFilePrefix: typeof secretFilePrefix;
    readonly secretFilesOf: typeof secretFilesOf;
  }>;
  readonly prune: Door<{
    readonly openPruneLook: typeof openPruneLook;
    readonly carryPrune: typeof carryPrune;
    readonly keptIn: typeof keptIn;
  }>;
  readonly volumeStore: Door<{ readonly openVolumeStore: typeof openVolumeStore }>;
  readonly volumeFiles: Door<{ readonly readVolumeFiles: typeof readVolumeFiles }>;
  readonly tests: Door<{ readonly openTestRoom: typeof openTestRoom }>;
  readonly watchFiles: Door<{ readonly watchFiles: typeof watchFiles }>;
  readonly execStream: Door<{ readonly makeExecStream: typeof makeExecStream }>;
  readonly stack: Door<{ readonly findProvider: typeof findProvider }>;
  readonly stackNetworks: Door<{ readonly stackNetworks: typeof stackNetworks }>;
  readonly podmanSocket: Door<{ readonly startPodmanSocket: typeof startPodmanSocket }>;
  readonly stackWait: Door<{ readonly waitForStack: typeof waitForStack }>;
  readonly keptState: Door<{ readonly readKeptState: typeof readKeptState }>;
  readonly dueHealth: Door<{ readonly tendHealth: typeof tendHealth }>;
  readonly stackConfig: Door<{ readonly readStackConfig: typeof readStackConfig }>;
  readonly doctor: Door<{ readonly openDoctorRoom: typeof openDoctorRoom }>;
  /** Looks at data and at what is kept; changes nothing. */
  readonly cleanLook: Door<{
    readonly lookAtFolder: typeof lookAtFolder;
    readonly measureFolder: typeof measureFolder;
    readonly listKept: typeof listKept;
    readonly readJournal: typeof readJournal;
  }>;
  readonly clean: Door<{ readonly runJournal: typeof runJournal; readonly openVolumes: typeof openVolumes }>;
  readonly ports: Door<{ readonly portState: typeof portState }>;
  readonly background: Door<{
    readonly startInBackground: typeof startInBackground;
    readonly realProcesses: typeof realProcesses;
  }>;
  /** What `rac down --purge` has put aside; loads nothing else. */
  readonly racKept: Door<{ readonly openKeptHomes: typeof openKeptHomes }>;
  readonly racRemoval: Door<{ readonly openRemoval: typeof openRemoval; readonly stopParts: typeof stopParts }>;
  readonly askRac: Door<{ readonly askRac: typeof askRac }>;
};

type Door<Room> = () => Promise<Room>;

export const ROOMS: Rooms = {
  detect: () => import('../engine/detect.js'),
  assume: () => import('../engine/assume.js'),
  observe: () => import('../engine/observe.js'),
  builder: () => import('../engine/builder.js'),
  imageReader: () => import('../engine/image-reader.js'),
  registry: () => import('../engine/look-up.js'),
  login: () => import('../engine/login/room.js'),
  git: () => import('../engine/git.js'),
  warmUp: () => import('../engine/warm-up.js'),
  execute: () => import('../engine/execute.js'),
  ready: () => import('../engine/ready.js'),
  lease: () => import('../engine/lease.js'),
  sources: () => import('../engine/secret-sources.js'),
  secretFiles: () => import('../engine/secret-files.js'),
  prune: () => import('../engine/clean/prune-room.js'),
  volumeStore: () => import('../engine/clean/volume-store.js'),
  volumeFiles: () => import('../engine/volume-files.js'),
  tests: () => import('../engine/test-room.js'),
  watchFiles: () => import('../io/watch-files.js'),
  execStream: () => import('../engine/exec-stream.js'),
  stack: () => import('../engine/stack/find-provider.js'),
  stackNetworks: () => import('../engine/stack/networks.js'),
  podmanSocket: () => import('../engine/stack/podman-socket.js'),
  stackWait: () => import('../engine/stack/wait.js'),
  keptState: () => import('../engine/stack/kept-state.js'),
  dueHealth: () => import('../engine/stack/due-health.js'),
  stackConfig: () => import('../engine/stack/read-config.js'),
  doctor: () => import('../engine/doctor/room.js'),
  cleanLook: async () => ({
    ...(await import('../engine/clean/folder-work.js')),
    ...(await import('../engine/clean/measure.js')),
    ...(await import('../engine/clean/kept-store.js')),
    ...(await import('../engine/clean/journal-store.js')),
  }),
  clean: async () => ({
    ...(await import('../engine/clean/run-clean.js')),
    ...(await import('../engine/clean/volumes.js')),
  }),
  ports: () => import('../io/port-holder.js'),
  background: () => import('../engine/process.js'),
  racKept: () => import('../rac/kept-homes.js'),
  racRemoval: () => import('../rac/removal.js'),
  askRac: () => import('../io/net-rac.js'),
};
