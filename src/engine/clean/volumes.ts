import type { FoundEngine } from '../engine.js';
import { type Processes, realProcesses } from '../process.js';
import type { Volumes } from './clean-step-work.js';
import { openVolumeStore, type VolumeStoreDeps } from './volume-store.js';

/** What carries steps out on an engine. `project`: value of the label on what is made meanwhile. */
export function openVolumes(
  found: FoundEngine,
  project: string,
  deps: VolumeStoreDeps,
): { readonly processes: Processes; readonly volumes: Volumes } {
  const processes = deps.processes ?? realProcesses(deps.host);
  return { processes, volumes: openVolumeStore(found, project, { ...deps, processes }) };
}
