import { openVolumeStore } from '../engine/clean/volume-store.js';
import { openRacEngine, type RacEngineDeps } from './engine.js';
import { openInstance } from './instance.js';
import { type KeptVolumes, openKeptVolumes } from './kept-volumes.js';
import type { RacDeps } from './service.js';
import type { RacSettings } from './settings.js';

/** One RAC that is to go, or to come back. */
export type Removal = {
  /** What is typed before it goes: `rac-1a2b3c4d`. */
  readonly name: string;
  readonly volumes: KeptVolumes;
};

/** Find its engine and its volumes. Throws PodctlError('UNAVAILABLE') where the engine does not answer. */
export async function openRemoval(settings: RacSettings, deps: RacEngineDeps): Promise<Removal> {
  const { id } = await openInstance(settings.home, deps.files);
  const { found, api } = await openRacEngine({ wanted: null, remembered: settings.engine }, deps);
  const store = openVolumeStore(found, `rac-${id}`, deps);
  return { name: `rac-${id}`, volumes: openKeptVolumes({ api, store, ...deps, home: settings.home, instance: id }) };
}

/**
 * Stop the registry and the applications of a RAC whose service does not run; with `purge` also take all that it made off the engine.
 * Can be done a second time.
 */
export async function stopParts(settings: RacSettings, how: 'down' | 'purge', deps: RacDeps): Promise<void> {
  const { openRac } = await import('./service.js');
  const rac = await openRac(settings, deps);
  await rac.stop(how);
}
