import { Hono } from 'hono';
import type { Clock } from '../io/clock.js';
import { accountRoutes } from './accounts/account-routes.js';
import { proofOfSession } from './accounts/credentials.js';
import type { Identity } from './accounts/identity.js';
import type { AccountsRoom } from './accounts/room.js';
import { openDenials } from './auth/denials.js';
import type { Keys } from './auth/keys.js';
import type { Mint } from './auth/mint.js';
import { openPushLimits } from './auth/push-limits.js';
import type { Pushers } from './auth/pushers.js';
import { authRoutes } from './auth/routes.js';
import type { Deployment } from './deploy/deployment.js';
import type { Events } from './events/events.js';
import { eventRoutes } from './events/routes.js';
import type { Instance } from './instance.js';
import type { RacLog } from './log.js';
import { ownRoutes } from './own-routes.js';
import type { Collector } from './registry/collector.js';
import type { RegistryServer } from './registry/supervise.js';
import type { RacSettings } from './settings.js';
import { healthRoutes } from './site-health.js';
import type { Audit } from './store/audit.js';
import type { Store } from './store/store.js';
import { visitRoutes } from './wake/visit-routes.js';
import type { Wake } from './wake/wake.js';
import type { RacEnv } from './web/request.js';
import { sessionIn } from './web/session-cookie.js';
import { webRoutes } from './web/web-routes.js';

/** What the server of a whole RAC is made of. */
export type AppParts = {
  readonly settings: RacSettings;
  readonly store: Store;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: RacLog;
  readonly hookSecret: Instance['hookSecret'];
  /** The page's files by name. */
  readonly page: ReadonlyMap<string, string>;
  /** As settings keep it, for people. */
  readonly engine: string;
  readonly accounts: AccountsRoom;
  readonly pushers: Pick<Pushers, 'note'>;
  readonly keys: Pick<Keys, 'rotate'>;
  readonly mint: Mint;
  readonly registry: Pick<RegistryServer, 'isUp' | 'about' | 'restart'>;
  readonly collector: Pick<Collector, 'gate' | 'collect'>;
  readonly deployment: Pick<Deployment, 'lifecycle' | 'releases' | 'variables'>;
  readonly events: Pick<Events, 'accept' | 'waiting'>;
  readonly wake: Omit<Wake, 'start' | 'stop'>;
};

/** Every route of every room under one server. */
export function makeApp(parts: AppParts): Hono<RacEnv> {
  const { settings, accounts, deployment, wake, clock, log, events } = parts;
  return webRoutes({
    ...parts,
    ...accounts,
    ...deployment,
    sessions: accounts.accounts,
    trafficOf: (name) => trafficOf(wake, name),
    files: parts.page,
    warn: log.warn,
    sleep: clock.sleep,
    rooms: [
      { path: '/', app: new Hono<RacEnv>().use('/token', parts.collector.gate) },
      { path: '/', app: tokenRoutes(parts) },
      { path: '/', app: eventRoutes({ hookSecret: parts.hookSecret, accept: events.accept, now: clock.now }) },
      {
        path: '/',
        app: healthRoutes({
          ...parts,
          waiting: events.waiting,
          find: deployment.lifecycle.find,
          metrics: wake.metrics.registry,
        }),
      },
      { path: '/', app: ownRoutes({ ...parts, hostSecret: accounts.hostSecret }) },
      { path: '/api/v1', app: accountRoutes({ ...accounts, audit: parts.audit }) },
      { path: '/', app: visits(parts, settings.publicUrl?.startsWith('https:') === true) },
    ],
  });
}

function tokenRoutes({ settings, store, audit, accounts, pushers, mint, clock }: AppParts): Hono<RacEnv> {
  const limits = openPushLimits({ store, limits: settings.limits, now: clock.now });
  const denials = openDenials({ audit, now: clock.now });
  return authRoutes({ ...accounts, limits, denials, pushers, mint });
}

function visits({ wake, accounts, deployment }: AppParts, secure: boolean): Hono<RacEnv> {
  const { rights, identity } = accounts;
  const { find } = deployment.lifecycle;
  return visitRoutes({
    ...wake,
    rights,
    find,
    visitorOf: (context) => visitorBy(identity, sessionIn(context, secure) ?? ''),
  });
}

function visitorBy({ bySession }: Identity, secret: string) {
  const who = bySession(secret, '');
  return who === null ? null : { who, session: proofOfSession(secret) };
}

function trafficOf({ usage, tiers }: Pick<Wake, 'usage' | 'tiers'>, name: string) {
  const { requests, failures, lastAt, wakes } = usage.of(name);
  return { requests, failures, openStreams: tiers.open(name), lastRequestAt: lastAt, wakes: wakes.toReversed() };
}
