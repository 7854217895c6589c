import { type Api, openApi } from '../engine/api.js';
import { detectEngine, rememberedOf } from '../engine/detect.js';
import type { FoundEngine } from '../engine/engine.js';
import { podmanSocketAddress, startPodmanSocket } from '../engine/stack/podman-socket.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';

/** The engine that everything of one RAC runs on. */
export type RacEngine = {
  readonly found: FoundEngine;
  readonly api: Api;
  /** Where its API answers, for instance `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** What `RacSettings.engine` keeps. */
  readonly remembered: string;
  /** See that its API answers again after a restart of the engine: podman's is a service that RAC starts itself. */
  readonly tend: () => Promise<void>;
};

export type RacEngineDeps = { readonly host: Host; readonly files: Files; readonly clock: Clock };

/** Find the engine; podman's API is started where none answers, and does not end while nobody asks. Throws PodctlError('UNAVAILABLE'). */
export async function openRacEngine(
  choice: { readonly wanted: string | null; readonly remembered: string | null },
  deps: RacEngineDeps,
): Promise<RacEngine> {
  const found = await detectEngine({ ...choice, host: deps.host, files: deps.files });
  const podman = found.facts.name === 'podman';
  const address = podman ? podmanSocketAddress(found, deps.host) : found.connection.address;
  const tend = async (): Promise<void> => {
    if (podman) await startPodmanSocket(found, { ...deps, idle: 0 });
  };
  await tend();
  const api = await openApi({ ...found.connection, address });
  return { found, api, address: address ?? '', remembered: rememberedOf(found), tend };
}
