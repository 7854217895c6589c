import type { Origins } from '../core/origin.js';
import type { Secret } from '../core/secret.js';
import type { Container, Image, Mount, Port } from './schema.js';

/** Variables that a profile may use, by name. `file` and `line` name the env file that set one; without: the process environment. */
export type Variable = {
  readonly value: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
};
export type Variables = Readonly<Record<string, Variable | undefined>>;

/** Named values: `{config}`, `{project}`, `{uid}`, `{gid}`, `{home}`, `{user}`, `{mode}`, `{command}`, `{profile}`; undefined ones are an error when used. */
export type NamedValues = Readonly<Record<string, string | undefined>>;

export type ResolvedMount = Mount & { readonly key: string };
export type ResolvedPort = Port & { readonly key: string };
export type ResolvedEnv = { readonly name: string; readonly value: string | Secret };
export type ResolvedImage = Image & { readonly key: string; readonly name: string; readonly tag: string };

/** The container after every overlay and every variable: units are still text, and keyed tables are lists in written order. */
export type ResolvedContainer = Omit<Container, 'mounts' | 'ports' | 'env' | 'env_files' | 'image'> & {
  readonly mounts: readonly ResolvedMount[];
  readonly ports: readonly ResolvedPort[];
  readonly env: readonly ResolvedEnv[];
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
  /** Pointers are those of the spec: `mounts/release/fuji`, `ports/http`, `env/TZ`, `args/0`, `image`, `stopTimeout`, `resources/memory`. */
  readonly origins: Origins;
};
