import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { shortHash } from '../../core/hash.js';
import type { Api } from '../../engine/api.js';
import { type Processes, realProcesses } from '../../engine/process.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { Instance } from '../instance.js';
import type { RacLog } from '../log.js';
import type { RacSettings } from '../settings.js';
import { type RegistryAuth, registryConfig } from './config.js';
import { containerRunner } from './container-runner.js';
import { findRegistry } from './find-registry.js';
import { programRunner } from './program-runner.js';
import type { RegistryRunner } from './runner.js';
import { type StorageKeys, storageEnv, storageKeys } from './storage-env.js';
import { type RegistryServer, superviseRegistry } from './supervise.js';
import { tagsAsHeard } from './tag-links.js';

export type OpenRegistryDeps = {
  readonly settings: RacSettings;
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: RacLog;
  readonly processes: Processes;
  readonly api: Api;
  readonly instance: Instance;
  readonly auth: Omit<RegistryAuth, 'bundle'>;
  /** PEM file of the certificates that tokens are checked with. */
  readonly bundlePath: string;
};

/** Find the registry of this machine and how it is run; nothing is started yet. */
export async function openRegistry(deps: OpenRegistryDeps): Promise<RegistryServer> {
  const { settings, instance, clock, log, files } = deps;
  const { runner, keys } = await runnerFor(deps);
  return superviseRegistry({
    runner,
    clock,
    log,
    url: `http://127.0.0.1:${settings.registryPort}`,
    tagsAsHeard: settings.storage.kind === 'volume' && runner.dataIsHere ? tagsAsHeard(runner.data) : null,
    config: async () => {
      const bundle = await bundleInside(deps, runner);
      return registryConfig({
        port: settings.registryPort,
        data: runner.data,
        storage: settings.storage,
        keys,
        events: `http://127.0.0.1:${settings.apiPort}/events`,
        hookSecret: instance.hookSecret,
        httpSecret: instance.httpSecret,
        auth: { ...deps.auth, bundle },
      });
    },
  });
  async function bundleInside({ bundlePath }: OpenRegistryDeps, { fileInside }: RegistryRunner): Promise<string> {
    // A copy beside the config: a container sees only that folder. Its name tells contents apart, so that new certificates are a new config.
    const pem = (await files.readText(bundlePath)) ?? '';
    const name = `bundle-${shortHash(pem)}.pem`;
    await files.writeText(join(registryFolder(settings), name), pem, 0o644);
    return fileInside(name);
  }
}

function registryFolder({ home }: Pick<RacSettings, 'home'>): string {
  return join(home, 'registry');
}

/** `keys`: of S3, where they have to stand in its config. */
type Chosen = { readonly runner: RegistryRunner; readonly keys: StorageKeys | null };

async function runnerFor(deps: OpenRegistryDeps): Promise<Chosen> {
  const { settings, host } = deps;
  const folder = registryFolder(settings);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await findRegistry(settings.registry, deps);
  const keys = storageKeys(settings.storage, host.env);
  if (found.kind === 'program') {
    const env = storageEnv(keys);
    return { runner: programRunner({ ...found, folder }, { ...deps, processes: realProcesses, env }), keys: null };
  }
  // Whoever may ask the engine about a container reads its environment.
  return { runner: await containerRunner(found.ref, { ...deps, folder, instance: deps.instance.id }), keys };
}
