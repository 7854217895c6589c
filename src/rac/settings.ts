/** How one RAC runs: from flags and variables of `podctl rac up`, kept beside its database so that a restart finds the same. */
export type RacSettings = {
  /** Folder of RAC's state, 0700. */
  readonly home: string;
  /** Which engine, as `rememberedOf` words it; null: the first that answers. */
  readonly engine: string | null;
  /** The registry's program by path, or an image; null: what is found first. */
  readonly registry: string | null;
  /** `localhost`, or the domain under which names are served: NAME.DOMAIN. */
  readonly domain: string;
  /** Where the token endpoint, notifications, API and web page listen; loopback. */
  readonly apiPort: number;
  readonly registryPort: number;
  /** Where names are served; loopback but with `--listen`. */
  readonly proxyPort: number;
  readonly proxyAddress: string;
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  /** Addresses (CIDR) whose forwarding headers are believed. */
  readonly trustedProxies: readonly string[];
  /** As users reach the API, registry and names, where a proxy stands in front; null: as RAC listens. */
  readonly publicUrl: string | null;
  readonly registryHost: string;
  readonly storage: RegistryStorage;
  /** Milliseconds that an unclaimed image lives after its last push. */
  readonly anonymousTtl: number;
  /** Run strangers' images even where their limits cannot be enforced. */
  readonly trustPushers: boolean;
  readonly limits: RacLimits;
};

export type RegistryStorage =
  | { readonly kind: 'volume' }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly region: string;
      readonly endpoint: string | null;
      readonly pathStyle: boolean;
      /** Environment variables that hold the keys; the values are never written down. */
      readonly accessKeyVariable: string;
      readonly secretKeyVariable: string;
    };

/** Bounds of what strangers, and everybody, may use. Bytes, and counts per hour where nothing else is said. */
export type RacLimits = {
  readonly memory: number;
  readonly cpus: number;
  readonly pids: number;
  /** Layers, volumes and logs of one name together. */
  readonly disk: number;
  /** Unclaimed names of one address at a time. */
  readonly anonymousNames: number;
  readonly anonymousPushes: number;
  readonly accountNames: number;
  readonly accountPushes: number;
  /** Requests that wait for one start, and milliseconds that they wait. */
  readonly queue: number;
  readonly startTimeout: number;
};

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const DEFAULT_LIMITS: RacLimits = {
  memory: 256 * MIB,
  cpus: 1,
  pids: 256,
  disk: 2048 * MIB,
  anonymousNames: 20,
  anonymousPushes: 60,
  accountNames: 500,
  accountPushes: 600,
  queue: 2000,
  startTimeout: 60_000,
};

export const DEFAULT_ANONYMOUS_TTL = 24 * HOUR_MS;

/** Where RAC listens when these are free; the next free ones otherwise. */
export const DEFAULT_PORTS = { api: 5090, registry: 5100, proxy: 8080 } as const;
