import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { realProcesses } from '../engine/process.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { openRacEngine, type RacEngine } from './engine.js';
import { type Instance, openInstance } from './instance.js';
import { type Listening, listen } from './listen.js';
import type { RacLog } from './log.js';
import { registryConfig } from './registry/config.js';
import { findRegistry } from './registry/find-registry.js';
import { openRegistryClient } from './registry/http-client.js';
import { programRunner } from './registry/program-runner.js';
import type { RegistryRunner } from './registry/runner.js';
import { type RegistryServer, superviseRegistry } from './registry/supervise.js';
import type { RacSettings } from './settings.js';
import { openAudit } from './store/audit.js';
import { openStore } from './store/store.js';

/** A whole RAC. */
export type Rac = {
  /** Resolves when every part answers. */
  readonly start: () => Promise<void>;
  /** `withRegistry`: the registry ends too; else it goes on for the next RAC. */
  readonly stop: (withRegistry: boolean) => Promise<void>;
};

export type RacDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: RacLog;
};

/** Put the rooms together: this is the only file that knows all of them. */
export async function openRac(settings: RacSettings, deps: RacDeps): Promise<Rac> {
  const { files, clock } = deps;
  await files.makeDirectory(settings.home, 0o700);
  const instance = await openInstance(settings.home, files);
  const store = await openStore(join(settings.home, 'rac.db'));
  const audit = openAudit(store, clock.now);
  const engine = await openRacEngine({ wanted: null, remembered: settings.engine }, deps);
  const registry = await openRegistry(settings, { ...deps, instance, engine });
  const client = openRegistryClient({
    host: `127.0.0.1:${settings.registryPort}`,
    mint: null,
    architecture: engine.found.facts.arch,
  });
  // Each room adds its routes here.
  const app = new Hono();
  app.get('/healthz', async (context) => {
    const up = await registry.isUp();
    return context.json({ ok: up, registry: registry.about(), engine: engine.remembered }, up ? 200 : 503);
  });
  void [audit, client];

  let listening: Listening | null = null;
  return {
    start: async () => {
      // First the service: the registry's notifications of an earlier life wait for it.
      listening = await listen(app, '127.0.0.1', settings.apiPort);
      await registry.start();
    },
    stop: async (withRegistry) => {
      await registry.stop(withRegistry);
      await listening?.close();
      store.close();
    },
  };
}

type RegistryDeps = RacDeps & { readonly instance: Instance; readonly engine: RacEngine };

async function openRegistry(settings: RacSettings, deps: RegistryDeps): Promise<RegistryServer> {
  const { instance, clock, log } = deps;
  const api = `http://127.0.0.1:${settings.apiPort}`;
  const runner = await runnerFor(settings, deps);
  return superviseRegistry({
    runner,
    clock,
    log,
    url: `http://127.0.0.1:${settings.registryPort}`,
    config: (readOnly) =>
      registryConfig({
        port: settings.registryPort,
        data: runner.data,
        storage: settings.storage,
        events: `${api}/events`,
        hookSecret: instance.hookSecret,
        httpSecret: instance.httpSecret,
        auth: null,
        readOnly,
      }),
  });
}

async function runnerFor(settings: RacSettings, deps: RegistryDeps): Promise<RegistryRunner> {
  const { host, files, engine } = deps;
  const processes = realProcesses(host);
  const found = await findRegistry(settings.registry, { host, files, processes, api: engine.api });
  const folder = join(settings.home, 'registry');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (found.kind === 'image') throw new Error('images come later');
  return programRunner({ ...found, folder }, { ...deps, processes, env: {} });
}
