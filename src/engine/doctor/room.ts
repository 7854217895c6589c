import type { Files } from '../../io/files.js';
import { type FreeSpace, freeSpace } from '../../io/free-space.js';
import type { Host } from '../../io/host.js';
import { withinLimit } from '../../io/limit.js';
import { askName, type NameAnswer } from '../../io/net-names.js';
import type { Reclaimable } from '../../plan/doctor/disk.js';
import type { Attempt } from '../../plan/doctor/engines.js';
import type { InotifyFacts } from '../../plan/doctor/inotify.js';
import type { LoginsFacts } from '../../plan/doctor/logins.js';
import type { Proxies } from '../../plan/doctor/proxy.js';
import type { RootlessFacts } from '../../plan/doctor/rootless.js';
import type { ScriptsFacts } from '../../plan/doctor/scripts.js';
import type { SelinuxFacts } from '../../plan/doctor/selinux.js';
import type { StateFacts } from '../../plan/doctor/state.js';
import type { FoundEngine } from '../engine.js';
import { probe } from '../probe.js';
import { type Processes, realProcesses } from '../process.js';
import { readClientProxies } from './client-proxies.js';
import { askDetails } from './details.js';
import type { EngineDetails } from './engine-details.js';
import { type ListedImage, listImages } from './images.js';
import { type InsideQuestion, type InsideView, lookInside } from './inside.js';
import { askLogins } from './logins.js';
import { hasContainerNames, hasSystemd, readInotify, readRootless, readSelinux } from './machine.js';
import { readOwnFolder } from './own-folder.js';
import { findCrlfScripts, type MountedPath } from './scripts.js';
import { surveyEngines } from './survey.js';
import { askUsage } from './usage.js';

/** The read-only questions of doctor. Only `inside` starts something: a container that goes away by itself. */
export type DoctorRoom = {
  readonly survey: (found: FoundEngine | null) => Promise<readonly Attempt[]>;
  readonly details: (found: FoundEngine) => Promise<EngineDetails>;
  readonly usage: (found: FoundEngine) => Promise<Reclaimable | null>;
  readonly images: (found: FoundEngine) => Promise<readonly ListedImage[]>;
  readonly inside: (question: InsideQuestion, found: FoundEngine) => Promise<InsideView>;
  /** What docker's config.json gives containers; null: nothing of proxies stands there. */
  readonly clientProxies: () => Promise<Proxies | null>;
  /** podman's program for names of other containers is installed; null: it cannot be seen. */
  readonly containerNames: () => Promise<boolean | null>;
  readonly logins: () => Promise<LoginsFacts>;
  readonly freeSpace: (path: string) => FreeSpace | null;
  /** What this machine's own name servers say. */
  readonly nameHere: (name: string) => Promise<NameAnswer>;
  readonly systemd: () => Promise<boolean>;
  readonly rootless: () => Promise<Omit<RootlessFacts, 'engine'>>;
  readonly selinux: () => Promise<SelinuxFacts['state']>;
  readonly inotify: () => Promise<InotifyFacts>;
  readonly scripts: (mounted: readonly MountedPath[]) => Promise<ScriptsFacts>;
  readonly ownFolder: () => Promise<StateFacts>;
  /** Ends programs that still run: what they say comes too late. */
  readonly close: () => void;
  /** What the work gives, or null when it takes longer. */
  readonly within: <T>(milliseconds: number, work: () => Promise<T>) => Promise<T | null>;
};

const NAME_MS = 1_500;

/** Open the doctor's room on this machine. */
export function openDoctorRoom(deps: { readonly host: Host; readonly files: Files }): DoctorRoom {
  const processes = realProcesses(deps.host);
  const closing = new AbortController();
  const run: Processes['run'] = (command) => processes.run({ signal: closing.signal, ...command });
  const tools = { probe, run };
  return {
    survey: (found) => surveyEngines(found, { ...deps, tools }),
    details: (found) => askDetails(found, { ...deps, tools }),
    usage: (found) => askUsage(found, tools),
    images: (found) => listImages(found, tools),
    inside: (question, found) => lookInside(question, found, processes),
    clientProxies: () => readClientProxies(deps),
    containerNames: () => hasContainerNames(deps),
    logins: () => askLogins(deps, run),
    freeSpace,
    nameHere: (name) => askName(name, NAME_MS),
    systemd: () => hasSystemd(deps),
    rootless: () => readRootless(deps),
    selinux: () => readSelinux(deps),
    inotify: () => readInotify(deps),
    scripts: (mounted) => findCrlfScripts(mounted, deps.files),
    ownFolder: () => readOwnFolder(deps),
    close: () => closing.abort(),
    within: withinLimit,
  };
}
