/** A stack: the project's compose files as one, variables filled in, for the questions that podctl has about them. No values of variables. */
export type ComposeModel = {
  readonly services: Readonly<Record<string, ComposeService>>;
  /** Only those that a service uses. */
  readonly networks: Readonly<Record<string, ComposeThing>>;
  readonly volumes: Readonly<Record<string, ComposeThing>>;
};

/** A network or a volume. `name`: as the engine knows it, where the files or the provider say so. */
export type ComposeThing = { readonly key: string; readonly name: string | null; readonly external: boolean };

export type ComposeService = {
  readonly name: string;
  readonly image: string | null;
  readonly build: ComposeBuild | null;
  readonly containerName: string | null;
  readonly ports: readonly ComposePort[];
  readonly mounts: readonly ComposeMount[];
  readonly dependsOn: readonly ComposeDependency[];
  readonly healthcheck: ComposeHealth | null;
  /** `no`, `always`, `on-failure[:N]`, `unless-stopped`; null: nothing said. */
  readonly restart: string | null;
  readonly profiles: readonly string[];
  /** Names of variables, without their values. */
  readonly variables: readonly string[];
  /** Absolute; a provider's own reading has them merged into the variables and names none. */
  readonly envFiles: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly networkMode: string | null;
  /** Keys of networks; the default one too, where the service is on it. */
  readonly networks: readonly string[];
  readonly pullPolicy: string | null;
  /** How many containers; 1 when nothing is said. */
  readonly scale: number;
  /** How long it may take to end, as written, for instance `1m0s`; null: compose's own 10 seconds. */
  readonly stopGrace: string | null;
  /** The files say what to watch. */
  readonly watched: boolean;
};

/** `context` is absolute, or a URL. */
export type ComposeBuild = {
  readonly context: string;
  readonly dockerfile: string | null;
  readonly target: string | null;
};

/** One published port. `address` null: all of the host's; `published` null: the engine picks one; both may be a range. */
export type ComposePort = {
  readonly address: string | null;
  readonly published: string | null;
  readonly target: string;
  readonly protocol: string;
};

/** `source`: an absolute path of a bind, the key of a volume; null: an anonymous volume or memory. */
export type ComposeMount = {
  readonly type: string;
  readonly source: string | null;
  readonly target: string;
  readonly readOnly: boolean;
  /** The engine makes a missing folder of the host. */
  readonly createsSource: boolean;
};

export type ComposeDependency = { readonly service: string; readonly condition: string; readonly required: boolean };

/** `test` null: whatever the image has. `disabled`: none at all. Times as written, for instance `5s`. */
export type ComposeHealth = {
  readonly disabled: boolean;
  readonly test: readonly string[] | null;
  readonly interval: string | null;
  readonly timeout: string | null;
  readonly startPeriod: string | null;
  readonly retries: number | null;
};
