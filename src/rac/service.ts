import { randomBytes } from 'node:crypto';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { realProcesses } from '../engine/process.js';
import { findAssets } from '../io/assets.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { accountRoutes } from './accounts/account-routes.js';
import { proofOfSession } from './accounts/credentials.js';
import type { Identity } from './accounts/identity.js';
import { gatePushes } from './accounts/push-gate.js';
import { type AccountsRoom, openAccountsRoom } from './accounts/room.js';
import { openDenials } from './auth/denials.js';
import { openKeys } from './auth/keys.js';
import { ISSUER, type Mint, makeMint, OWN_SUBJECT, SERVICE } from './auth/mint.js';
import { openPushLimits } from './auth/push-limits.js';
import { openPushers, type Pushers } from './auth/pushers.js';
import { authRoutes } from './auth/routes.js';
import type { Deployment } from './deploy/deployment.js';
import { openDeployment } from './deploy/open-deployment.js';
import { openRacEngine, type RacEngine } from './engine.js';
import { type Events, openEvents } from './events/events.js';
import { eventRoutes } from './events/routes.js';
import { type Instance, openInstance } from './instance.js';
import { lifeOf, type Rac } from './life.js';
import { listen } from './listen.js';
import type { RacLog } from './log.js';
import { ownRoutes } from './own-routes.js';
import { type Collector, openCollector } from './registry/collector.js';
import { openRegistryClient } from './registry/http-client.js';
import { openRegistry } from './registry/open-registry.js';
import type { RegistryServer } from './registry/supervise.js';
import type { RacSettings } from './settings.js';
import { healthRoutes } from './site-health.js';
import { type Audit, openAudit } from './store/audit.js';
import { openRetention } from './store/retention.js';
import { openStore, type Store } from './store/store.js';
import { turnLog } from './turn-log.js';
import { visitRoutes } from './wake/visit-routes.js';
import { openWake, type Wake } from './wake/wake.js';
import { readPage } from './web/page-files.js';
import type { RacEnv } from './web/request.js';
import { sessionIn } from './web/session-cookie.js';
import { webRoutes } from './web/web-routes.js';

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
  const app = await makeApp(ground, rooms);
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
  const heard = { starts: () => registry.starts(), pusherSince: pushers.since };
  const events = openEvents({ store, registry: client, deploy, ...heard, clock, log });
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

async function makeApp(ground: Ground, rooms: Rooms) {
  const { settings, store, clock, log, files, engine } = ground;
  const { accounts, pushers, deployment, wake, registry, events, keys, mint, collector } = rooms;
  const { templates } = await findAssets(files, ground.assets);
  const limits = openPushLimits({ store, limits: settings.limits, now: clock.now });
  const denials = openDenials({ ...ground, now: clock.now });
  const secure = settings.publicUrl?.startsWith('https:') === true;
  const { rights, identity } = accounts;
  const { find } = deployment.lifecycle;
  const health = { settings, registry, engine: engine.remembered, waiting: events.waiting, find };
  return webRoutes({
    ...ground,
    ...accounts,
    ...deployment,
    sessions: accounts.accounts,
    trafficOf: (name) => trafficOf(wake, name),
    files: await readPage(files, templates),
    warn: log.warn,
    sleep: clock.sleep,
    rooms: [
      { path: '/', app: new Hono<RacEnv>().use('/token', collector.gate) },
      { path: '/', app: authRoutes({ ...ground, ...accounts, limits, denials, pushers, mint }) },
      { path: '/', app: eventRoutes({ ...ground.instance, accept: events.accept, now: clock.now }) },
      { path: '/', app: healthRoutes({ ...health, metrics: wake.metrics.registry }) },
      { path: '/', app: ownRoutes({ ...accounts, keys, registry, collector }) },
      { path: '/api/v1', app: accountRoutes({ ...ground, ...accounts }) },
      {
        path: '/',
        app: visitRoutes({
          ...wake,
          rights,
          find,
          visitorOf: (context) => visitorBy(identity, sessionIn(context, secure) ?? ''),
        }),
      },
    ],
  });
}

function visitorBy({ bySession }: Identity, secret: string) {
  const who = bySession(secret, '');
  return who === null ? null : { who, session: proofOfSession(secret) };
}

function trafficOf({ usage, tiers }: Wake, name: string) {
  const { requests, failures, lastAt, wakes } = usage.of(name);
  return { requests, failures, openStreams: tiers.open(name), lastRequestAt: lastAt, wakes: wakes.toReversed() };
}

function apiUrl({ publicUrl, apiPort }: RacSettings): string {
  return publicUrl?.replace(/\/+$/, '') ?? `http://127.0.0.1:${apiPort}`;
}
