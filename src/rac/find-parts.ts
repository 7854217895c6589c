import { realProcesses } from '../engine/process.js';
import { openRacEngine, type RacEngineDeps } from './engine.js';
import { findRegistry } from './registry/find-registry.js';
import type { RacSettings } from './settings.js';

/** Find engine and registry of this machine, as the settings keep them. Throws PodctlError('UNAVAILABLE') for what is not there. */
export async function findParts(
  { engine, registry }: Pick<RacSettings, 'engine' | 'registry'>,
  deps: RacEngineDeps,
): Promise<Pick<RacSettings, 'engine' | 'registry'>> {
  const [name = null, address] = engine?.split(' ') ?? [];
  const choice = address === undefined ? { wanted: name, remembered: null } : { wanted: null, remembered: engine };
  const found = await openRacEngine(choice, deps);
  const what = await findRegistry(registry, { ...deps, processes: realProcesses(deps.host), api: found.api });
  return { engine: found.remembered, registry: what.kind === 'program' ? what.file : what.ref };
}
