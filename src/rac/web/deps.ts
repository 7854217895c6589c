import type { Hono } from 'hono';
import type { Identity } from '../accounts/identity.js';
import type { Rights } from '../accounts/rights.js';
import type { Lifecycle } from '../deploy/lifecycle.js';
import type { Releases } from '../deploy/releases.js';
import type { Variables } from '../deploy/variables.js';
import type { RacSettings } from '../settings.js';
import type { Store } from '../store/store.js';
import type { RacEnv } from './request.js';
import type { Sessions } from './sessions.js';
import type { Traffic } from './traffic.js';

/** What RAC's server is made of. */
export type WebDeps = {
  readonly store: Pick<Store, 'get' | 'all'>;
  readonly identity: Pick<Identity, 'byToken' | 'bySession'>;
  readonly rights: Rights;
  readonly sessions: Sessions;
  readonly releases: Releases;
  readonly variables: Omit<Variables, 'reveal'>;
  readonly lifecycle: Pick<Lifecycle, 'tierOf'>;
  readonly trafficOf: (name: string) => Traffic;
  readonly settings: WebSettings;
  /** The page's files by name (`page.js`), as text. */
  readonly files: ReadonlyMap<string, string>;
  /** Routes of other rooms by where they begin; those below `/api/v1` find a principal on their context. */
  readonly rooms: readonly { readonly path: string; readonly app: Hono<RacEnv> }[];
  /** One line of RAC's log. `fields` hold no secrets. */
  readonly warn: (event: string, fields: Readonly<Record<string, string | number>>) => void;
  /** Resolves after so many milliseconds, or when `signal` aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

export type WebSettings = Pick<
  RacSettings,
  'domain' | 'apiPort' | 'registryPort' | 'proxyPort' | 'tls' | 'publicUrl' | 'registryHost' | 'trustedProxies'
>;
