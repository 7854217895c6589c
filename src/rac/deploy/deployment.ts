import type { Api } from '../../engine/api.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { Processes } from '../../engine/process.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { RegistryClient } from '../registry/client.js';
import type { RacSettings } from '../settings.js';
import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import type { Lifecycle } from './lifecycle.js';
import type { Deploy } from './push.js';
import type { Releases } from './releases.js';
import type { Variables } from './variables.js';

/** One line of RAC's log. Never a secret, never what a container wrote. */
export type Log = (event: string, facts: Readonly<Record<string, string | number | boolean | null>>) => void;

export type DeploymentDeps = {
  readonly settings: RacSettings;
  readonly store: Store;
  readonly audit: Audit;
  readonly registry: RegistryClient;
  /** With an address: `connection.address` is the engine's socket, which answers as long as RAC runs. */
  readonly engine: FoundEngine;
  readonly api: Api;
  /** Called when its API does not answer: starts what RAC itself has to start for it. */
  readonly tend: () => Promise<void>;
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly log: Log;
  /** Eight hex digits that tell this RAC's containers from another's; the same after a restart. */
  readonly instance: string;
};

/** Whether strangers' images run here, and why not. */
export type Enforcement = { readonly enforced: true } | { readonly enforced: false; readonly lacks: readonly string[] };

export type Deployment = {
  readonly deploy: Deploy;
  readonly lifecycle: Lifecycle;
  readonly releases: Releases;
  readonly variables: Variables;
  readonly enforcement: Enforcement;
  /** Finds again what runs, sets the firewall, and looks after everything from then on. */
  readonly start: () => Promise<void>;
  /** Ends the looking after; what runs goes on running. */
  readonly stop: () => Promise<void>;
  /** Takes unclaimed names whose time is over away, as it also does each minute; gives them. */
  readonly expire: () => Promise<readonly string[]>;
  /** `down`: stops every container, keeps data. */
  readonly sleepAll: () => Promise<void>;
  /** `down --purge`: removes containers, networks, images, volumes and firewall chains of this instance. */
  readonly purge: () => Promise<void>;
};
