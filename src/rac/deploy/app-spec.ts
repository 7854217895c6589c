/** What an image says of how it wants to run: EXPOSE, VOLUME, USER, HEALTHCHECK, STOPSIGNAL and its `rac.*` labels, all checked. */
export type AppSpec = {
  /** TCP, inside the container. */
  readonly port: number;
  /** Further host name of `rac.host`; only served for claimed names. */
  readonly host: string | null;
  /** Absolute paths inside, sorted; each is a named volume of the name and outlives every release. */
  readonly volumes: readonly string[];
  /** Milliseconds without a request, stream or connection after which it is paused, and stopped. null: never. */
  readonly pauseAfter: number | null;
  readonly idle: number | null;
  /** Path that answers 2xx or 3xx when it is ready; null: any HTTP answer counts. */
  readonly health: string | null;
  /** Bytes; processors; requests at a time (null: as many as come). */
  readonly memory: number;
  readonly cpus: number;
  readonly concurrency: number | null;
  readonly env: Readonly<Record<string, string>>;
  readonly visibility: 'public' | 'private';
  readonly alwaysOn: boolean;
  /** Milliseconds from start to the first answer. */
  readonly startTimeout: number;
  readonly user: string;
  readonly stopSignal: string | null;
  /** Where its HEALTHCHECK would run too often: milliseconds between two checks, later and while it starts; 0: as the image says. */
  readonly checks?: { readonly every: number; readonly early: number };
};

/** A spec, and what the image says that RAC cannot follow: one sentence each, told to the pusher. */
export type ReadApp = { readonly app: AppSpec; readonly warnings: readonly string[] };
