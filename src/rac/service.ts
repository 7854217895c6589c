import { randomBytes } from 'node:crypto';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { realProcesses } from '../engine/process.js';
import { findAssets } from '../io/assets.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { gatePushes } from './accounts/push-gate.js';
import { type AccountsRoom, openAccountsRoom } from './accounts/room.js';
import { makeApp } from './app.js';
import { openKeys } from './auth/keys.js';
import { ISSUER, type Mint, makeMint, OWN_SUBJECT, SERVICE } from './auth/mint.js';
import { openPushers, type Pushers } from './auth/pushers.js';
import type { Deployment } from './deploy/deployment.js';
import { openDeployment } from './deploy/open-deployment.js';
import { openRacEngine, type RacEngine } from './engine.js';
import { type Events, openEvents } from './events/events.js';
import { type Instance, openInstance } from './instance.js';
import { lifeOf, type Rac } from './life.js';
import { listen } from './listen.js';
import type { RacLog } from './log.js';
import { type Collector, openCollector } from './registry/collector.js';
import { openRegistryClient } from './registry/http-client.js';
import { openRegistry } from './registry/open-registry.js';
import type { RegistryServer } from './registry/supervise.js';
import type { RacSettings } from './settings.js';
import { type Audit, openAudit } from './store/audit.js';
import { openRetention } from './store/retention.js';
import { openStore, type Store } from './store/store.js';
import { turnLog } from './turn-log.js';
import { openWake, type Wake } from './wake/wake.js';
import { readPage } from './web/page-files.js';

export type RacDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: RacLog;
  /** Folder of podctl's own code. */
  readonly assets: string;
};

function memory() {
  return { available: freemem(), total: totalmem() };
}

/** What the rooms stand on. */
type Ground = RacDeps & {
  readonly settings: RacSettings;
  readonly instance: Instance;
  readonly store: Store;
  readonly audit: Audit;
  readonly engine: RacEngine;
};

type Rooms = {
  readonly accounts: AccountsRoom;
  readonly pushers: Pushers;
  readonly keys: Awaited<ReturnType<typeof openKeys>>;
  readonly mint: Mint;
  readonly registry: RegistryServer;
  readonly collector: Collector;
  readonly deployment: Deployment;
  readonly events: Events;
  readonly wake: Wake;
};

/** Put the rooms together: this is the only file that knows all of them. Nothing listens and no container is touched before `start`. */
export async function openRac(settings: RacSettings, deps: RacDeps): Promise<Rac> {
  const { files, clock } = deps;
  await files.makeDirectory(settings.home, 0o700);
  const instance = await openInstance(settings.home, files);
  const engine = await openRacEngine({ wanted: null, remembered: settings.engine }, deps);
  const store = await openStore(join(settings.home, 'rac.db'));
  const ground = { ...deps, settings, instance, store, audit: openAudit(store, clock.now), engine };
  const rooms = await openRooms(ground);
  const { hookSecret } = instance;
  const app = makeApp({ ...ground, ...rooms, hookSecret, page: await pageOf(ground), engine: engine.remembered });
  const retention = openRetention({ ...ground, turnLog: () => turnLog(join(settings.home, 'service.log')) });
  return lifeOf({ ...rooms, retention, store, listen: () => listen(app, '127.0.0.1', settings.apiPort) });
}

async function openRooms(ground: Ground): Promise<Rooms> {
  const { settings, store, clock, log, engine, host } = ground;
  const keys = await openKeys({ home: settings.home, files: ground.files, now: clock.now });
  const mint = makeMint(keys, clock.now);
  const processes = realProcesses(host);
  const auth = { realm: `${apiUrl(settings)}/token`, service: SERVICE, issuer: ISSUER };
  const parts = { ...ground, processes, api: engine.api, tend: engine.tend, auth, bundlePath: keys.bundlePath };
  const registry = await openRegistry(parts);
  const collector = openCollector({ registry, store, clock, log });
  const plain = openRegistryClient({
    host: `127.0.0.1:${settings.registryPort}`,
    mint: async (access) => (await mint({ subject: OWN_SUBJECT, access })).token,
    architecture: engine.found.facts.arch,
  });
  const client = collector.watching(plain);
  const found = { ...engine.found, connection: { ...engine.found.connection, address: engine.address } };
  const deployment = await openDeployment({
    ...parts,
    registry: client,
    engine: found,
    log: log.info,
    instance: ground.instance.id,
  });
  const accounts = await openAccounts(ground, deployment);
  const deploy = gatePushes({ ...ground, claims: accounts.claims, registry: client }, deployment.deploy);
  const pushers = openPushers({ store, now: clock.now });
  const { tagsAsHeard } = registry;
  const heard = { tagsAsHeard, starts: () => registry.starts(), pusherSince: pushers.since };
  const events = openEvents({ store, registry: client, deploy, ...heard, clock, log });
  registry.onUp(events.compare);
  const wake = openProxy(ground, deployment, accounts);
  return { accounts, pushers, keys, mint, registry, collector, deployment, events, wake };
}

function openAccounts(ground: Ground, { lifecycle, releases }: Deployment): Promise<AccountsRoom> {
  const { settings, clock } = ground;
  return openAccountsRoom({
    ...ground,
    now: clock.now,
    home: settings.home,
    registryHost: settings.registryHost === '' ? `127.0.0.1:${settings.registryPort}` : settings.registryHost,
    accountNames: settings.limits.accountNames,
    anonymousTtl: settings.anonymousTtl,
    onClaimed: async ({ name, held }) => {
      if (held && lifecycle.tierOf(name) !== 'removed') await lifecycle.remove(name);
    },
    onUnclaimed: releases.settle,
  });
}

function openProxy({ settings, store, clock, log }: Ground, { lifecycle }: Deployment, accounts: AccountsRoom): Wake {
  const { rights, identity } = accounts;
  return openWake({ settings, store, lifecycle, rights, identity, log, now: clock.now, random: randomBytes, memory });
}

async function pageOf({ files, assets }: Ground): Promise<ReadonlyMap<string, string>> {
  const { templates } = await findAssets(files, assets);
  return readPage(files, templates);
}

function apiUrl({ publicUrl, apiPort }: RacSettings): string {
  return publicUrl?.replace(/\/+$/, '') ?? `http://127.0.0.1:${apiPort}`;
}
