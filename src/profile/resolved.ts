import type { Problem } from '../core/errors.js';
import type { Origin, Origins } from '../core/origin.js';
import type { PathFlavour } from '../core/path.js';
import type { Secret } from '../core/secret.js';
import type { BuildSecret, Container, Health, Image, Mount, Port, Ready, Resources } from './schema.js';
import type { EnvVariable } from './schema-env.js';

/** Variables that a profile may use, by name. `file` and `line` name the env file that set one; without: the process environment. */
export type Variable = {
  readonly value: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** What gave the value, when it was neither an env file nor the process environment. */
  readonly origin?: Origin | undefined;
};
export type Variables = Readonly<Record<string, Variable | undefined>>;

/** Named values: `{config}`, `{project}`, `{uid}`, `{gid}`, `{home}`, `{user}`, `{mode}`, `{command}`, `{profile}`, `{git}`; undefined ones are an error when used. */
export type NamedValues = Readonly<Record<string, string | undefined>>;

/** A variable of the env contract with its value; null: nobody sets it, and it has no default. */
export type DeclaredValue = {
  readonly name: string;
  readonly variable: EnvVariable;
  readonly value: string | null;
  readonly origin: Origin | null;
  /** Where the value is fetched when something really starts; it is then the only one. */
  readonly source?: FilledSource | undefined;
};

/** A source of the contract with its texts final. `path` is as written, relative to the project. */
export type FilledSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly words: readonly string[] }
  | { readonly kind: 'engine_secret'; readonly secret: string };

/** What a profile is resolved for. */
export type ResolveRequest = {
  /** null: the profile's default mode. */
  readonly mode: string | null;
  readonly command: string;
  readonly variables: Variables;
  readonly names: NamedValues;
  /** Where named values came from, for instance `{ config: { kind: 'flag', flag: '-c' } }`. */
  readonly nameOrigins?: Readonly<Record<string, Origin | undefined>> | undefined;
  /** Entries of the container's env files, all files in order (see `envFilesOf`); the profile's `env` wins over them. */
  readonly envFileEntries?: readonly DotenvEntry[] | undefined;
  /** The env contract with its values (see `settleContract`), and what is wrong with them: told together with what else is missing. */
  readonly contract?:
    | { readonly declared: readonly DeclaredValue[]; readonly problems: readonly Problem[] }
    | undefined;
  /** How this host writes paths; posix when left out. */
  readonly flavour?: PathFlavour | undefined;
};

/** One line of an env file. `value` null: a bare NAME, which takes the variable of that name when there is one. */
export type DotenvEntry = {
  readonly name: string;
  readonly value: string | null;
  readonly file: string;
  readonly line: number;
};

/** An env file that the container reads: absolute when `{project}` is known. */
export type EnvFileRef = { readonly path: string; readonly required: boolean };

/** `source` is final: for a bind the host's path, relative ones to the project's folder; for a volume its name. */
export type ResolvedMount = Omit<Mount, 'each' | 'options' | 'type'> & {
  readonly key: string;
  readonly type: 'bind' | 'volume' | 'tmpfs';
  readonly target: string;
  readonly options?: Readonly<Record<string, string>> | undefined;
};
/** `host` is left out when the profile names none: then the container's port on 127.0.0.1. */
export type ResolvedPort = Port & { readonly key: string; readonly container: number | string };
/** A value from an env file is always a Secret: such files carry passwords, and nothing tells which line does. */
export type ResolvedEnv = { readonly name: string; readonly value: string | Secret };
/** A variable that does not reach the container by its environment: as a file at `target`, or kept by the engine under `secret`. */
export type ResolvedSecret =
  | { readonly by: 'file'; readonly name: string; readonly value: Secret; readonly target: string }
  | {
      readonly by: 'engine';
      readonly name: string;
      readonly secret: string;
      readonly as: 'env' | 'file';
      readonly target: string;
    };
/** `name` carries server and project; `tag` is empty when it carries a digest. Values of `args` and `labels` are final. */
export type ResolvedImage = Omit<Image, 'args' | 'labels' | 'secrets' | 'with_base' | 'server' | 'project'> & {
  readonly key: string;
  readonly name: string;
  readonly tag: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, BuildSecret>> | undefined;
  readonly with_base?: boolean | undefined;
};

/** The container after every overlay and every variable: units are still text, and keyed tables are lists in written order. */
export type ResolvedContainer = Omit<
  Container,
  'mounts' | 'ports' | 'env' | 'env_files' | 'image' | 'labels' | 'extra_hosts' | 'resources' | 'health' | 'ready'
> & {
  readonly mounts: readonly ResolvedMount[];
  /** Empty for a command that publishes none. */
  readonly ports: readonly ResolvedPort[];
  readonly env: readonly ResolvedEnv[];
  readonly secrets: readonly ResolvedSecret[];
  readonly envFiles: readonly EnvFileRef[];
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly extra_hosts?: Readonly<Record<string, string>> | undefined;
  readonly resources?: ResolvedResources | undefined;
  readonly health?: Health | undefined;
  /** Left out when the command does not publish the port that it asks. */
  readonly ready?: Ready | undefined;
};

export type ResolvedResources = Omit<Resources, 'ulimits'> & {
  /** `soft[:hard]` by name, for instance `nofile = "1024:4096"`. */
  readonly ulimits?: Readonly<Record<string, string>> | undefined;
};

export type ResolvedMode = {
  readonly name: string;
  readonly exposure: 'public' | 'private' | null;
  /** Host paths of which nothing may be reachable but `shown`. */
  readonly hidden: readonly string[];
  readonly shown: readonly string[];
};

/** A profile made concrete for one command in one mode. */
export type ResolvedProfile = {
  readonly name: string;
  readonly mode: ResolvedMode | null;
  readonly command: { readonly name: string; readonly args: readonly string[]; readonly ports: boolean };
  readonly images: Readonly<Record<string, ResolvedImage>>;
  /** Key of the container's image in `images`. */
  readonly image: string;
  readonly container: ResolvedContainer;
  /** Variables and named values that this command in this mode used. */
  readonly uses: { readonly variables: readonly string[]; readonly names: readonly string[] };
  /** Pointers are those of the spec: `mounts/release/fuji`, `ports/http`, `env/TZ`, `args/0`, `image`, `stopTimeout`, `resources/memory`. */
  readonly origins: Origins;
};
