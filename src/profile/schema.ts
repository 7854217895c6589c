import * as z from 'zod/mini';
import { Data } from './schema-data.js';
import { EnvContract } from './schema-env.js';
import { Stack } from './schema-stack.js';
import { testTable } from './schema-test.js';

// Keys are snake_case, as TOML users expect. Every text may use ${VAR}, ${VAR:-default}, ${VAR:?message} and {named} values
// (see interpolate.ts), so numbers may also be written as text.

const text = z.string();
const texts = z.array(z.string());
const number = z.union([z.number(), z.string()]);
const flag = z.boolean();
// `false` as the value of a keyed entry or of a whole table: take away what an earlier layer set.
const removed = z.literal(false);
const table = z.record(z.string(), z.union([text, removed]));

/** A secret that a build may read, by its id: the content of a file, or the value of a variable. */
export const BuildSecret = z.strictObject({ file: z.optional(text), env: z.optional(text) });
export type BuildSecret = z.infer<typeof BuildSecret>;

/** One image of the profile: how it is named, and how it is built when it is built here. */
export const Image = z.strictObject({
  /** Server, project and name make up the reference: `gcr.io/panoptes-exp/app`. */
  server: z.optional(text),
  project: z.optional(text),
  name: z.optional(text),
  tag: z.optional(text),
  about: z.optional(text),
  /** Build context; without one the image is only pulled. */
  context: z.optional(text),
  file: z.optional(text),
  target: z.optional(text),
  args: z.optional(table),
  /** Key of the image that this one is built on; it is built first. */
  base: z.optional(text),
  /** Build argument that receives the base image's reference. */
  base_arg: z.optional(text),
  /** Build the bases again, too; of texts only `true` counts. */
  with_base: z.optional(z.union([flag, text])),
  /** Build arguments that receive the ids of the user who runs podctl. */
  uid_arg: z.optional(text),
  gid_arg: z.optional(text),
  secrets: z.optional(z.record(z.string(), z.union([BuildSecret, removed]))),
  cache_from: z.optional(texts),
  cache_to: z.optional(texts),
  labels: z.optional(table),
  /** A secret in the build context stops the build. */
  strict_context: z.optional(flag),
  platform: z.optional(text),
  /** Platforms to build for, when there are several. */
  platforms: z.optional(texts),
  pull: z.optional(z.enum(['never', 'missing', 'always'])),
  /** The profile's word for what podctl would ask the image when no engine answers. */
  entrypoint: z.optional(z.enum(['exec', 'shell', 'one-string', 'none'])),
  user: z.optional(text),
});
export type Image = z.infer<typeof Image>;

export const Mount = z.strictObject({
  /** `auto`: a source that is a path is a bind, any other one is a volume's name. */
  type: z.optional(z.enum(['bind', 'volume', 'tmpfs', 'auto'])),
  source: z.optional(text),
  target: z.optional(text),
  read_only: z.optional(flag),
  /** Name of a list: one mount per entry, `{each}` stands for the entry. */
  each: z.optional(text),
  /** What a bind's source must be; without it a missing source is an error and any kind is taken. */
  kind: z.optional(z.enum(['file', 'directory', 'socket'])),
  /** Paths below a bind's source that must be there: a wrong folder is found before the start. */
  contains: z.optional(texts),
  /** Create a missing directory, owned by the user who runs podctl. */
  create: z.optional(flag),
  /** Leave the mount out when its source is missing. */
  optional: z.optional(flag),
  /** SELinux label: `shared` (z), `private` (Z), `none`; without it podctl's ownership rules choose. */
  selinux: z.optional(z.enum(['shared', 'private', 'none'])),
  propagation: z.optional(z.enum(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'])),
  /** tmpfs only. */
  size: z.optional(number),
  mode: z.optional(text),
  /** volume only: driver and its options. */
  driver: z.optional(text),
  options: z.optional(table),
  about: z.optional(text),
});
export type Mount = z.infer<typeof Mount>;

export const Port = z.strictObject({
  /** Host half: `5000`, `127.0.0.1:5000`; without an address podctl binds 127.0.0.1, without it at all the container's port. */
  host: z.optional(number),
  container: z.optional(number),
  protocol: z.optional(z.enum(['tcp', 'udp', 'sctp'])),
  about: z.optional(text),
});
export type Port = z.infer<typeof Port>;

export const EnvValue = z.strictObject({
  value: z.optional(number),
  /** Take the value of this variable from the environment or an env file; unset means the container does not get it. */
  from: z.optional(text),
  secret: z.optional(flag),
  required: z.optional(flag),
  about: z.optional(text),
});
export type EnvValue = z.infer<typeof EnvValue>;

export const EnvFile = z.strictObject({ path: text, required: z.optional(flag) });
export type EnvFile = z.infer<typeof EnvFile>;

export const Resources = z.strictObject({
  memory: z.optional(number),
  memory_swap: z.optional(number),
  cpus: z.optional(number),
  pids: z.optional(number),
  shm: z.optional(number),
  /** `soft[:hard]` by name, for instance `nofile = "1024:4096"`. */
  ulimits: z.optional(table),
});
export type Resources = z.infer<typeof Resources>;

export const Health = z.strictObject({
  /** A shell command as text, or an argument vector. */
  test: z.optional(z.union([text, texts])),
  interval: z.optional(text),
  timeout: z.optional(text),
  start_period: z.optional(text),
  retries: z.optional(number),
  disable: z.optional(flag),
});
export type Health = z.infer<typeof Health>;

export const Ready = z.strictObject({
  /** Key of the port that must answer. */
  port: z.optional(text),
  /** HTTP path to ask; without it an accepted connection that stays open is enough. */
  path: z.optional(text),
  timeout: z.optional(text),
});
export type Ready = z.infer<typeof Ready>;

const containerFields = {
  image: z.optional(text),
  hostname: z.optional(text),
  /** `uid[:gid]` or a name as the engine takes it, or `host`: files belong to the user who runs podctl. */
  user: z.optional(text),
  /** `uid[:gid]` of the program, where the image begins as root and its entrypoint changes to another user by itself. */
  runs_as: z.optional(text),
  groups: z.optional(texts),
  userns: z.optional(text),
  workdir: z.optional(text),
  /** Replaces the image's entrypoint. */
  entrypoint: z.optional(texts),
  init: z.optional(flag),
  tty: z.optional(z.enum(['auto', 'always', 'never'])),
  env: z.optional(z.record(z.string(), z.union([text, z.number(), removed, EnvValue]))),
  env_files: z.optional(z.array(z.union([text, EnvFile]))),
  mounts: z.optional(z.record(z.string(), z.union([Mount, removed]))),
  ports: z.optional(z.record(z.string(), z.union([Port, z.number(), text, removed]))),
  labels: z.optional(table),
  resources: z.optional(Resources),
  network: z.optional(text),
  network_aliases: z.optional(texts),
  extra_hosts: z.optional(table),
  dns: z.optional(texts),
  devices: z.optional(texts),
  gpus: z.optional(text),
  cap_add: z.optional(texts),
  cap_drop: z.optional(texts),
  security: z.optional(texts),
  privileged: z.optional(flag),
  read_only: z.optional(flag),
  pid: z.optional(text),
  ipc: z.optional(text),
  stop_signal: z.optional(text),
  stop_timeout: z.optional(text),
  health: z.optional(z.union([Health, removed])),
  ready: z.optional(z.union([Ready, removed])),
  restart: z.optional(text),
} as const;

export const Container = z.strictObject(containerFields);
export type Container = z.infer<typeof Container>;

/** A named overlay of the container, above all a mount set. */
export const Mode = z.strictObject({
  about: z.optional(text),
  /** `public`: podctl refuses any plan through which something below `hidden` could be reached, but for `shown`. */
  exposure: z.optional(z.enum(['public', 'private'])),
  hidden: z.optional(texts),
  /** Entries below a hidden root that this mode may show; `{each}` with `shown_each` repeats over a list. */
  shown: z.optional(texts),
  shown_each: z.optional(text),
  container: z.optional(Container),
});
export type Mode = z.infer<typeof Mode>;

export const Command = z.strictObject({
  about: z.optional(text),
  args: z.optional(texts),
  /** Publish the profile's ports (default true). */
  ports: z.optional(flag),
  examples: z.optional(texts),
  aliases: z.optional(texts),
  container: z.optional(Container),
});
export type Command = z.infer<typeof Command>;

/** One key of the application's own config file. */
export const ConfigKey = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean', 'array', 'table']),
  required: z.optional(flag),
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  pattern: z.optional(text),
  one_of: z.optional(texts),
  /** The value is never shown. */
  secret: z.optional(flag),
  /** What to write instead; the hint of the error. */
  hint: z.optional(text),
  about: z.optional(text),
});
export type ConfigKey = z.infer<typeof ConfigKey>;

/** The application's own config file: what `-c` names. Its host path is `{config}`. */
export const Config = z.strictObject({
  default: z.optional(text),
  required: z.optional(flag),
  format: z.optional(z.enum(['toml', 'any'])),
  /** Dotted keys, for instance `"cache.max_age"`. */
  keys: z.optional(z.record(z.string(), z.union([ConfigKey, removed]))),
});
export type Config = z.infer<typeof Config>;

const { user, workdir, entrypoint, init, env, env_files, mounts, extra_hosts, health } = containerFields;
const { hostname, resources, cap_add, cap_drop, read_only, stop_signal } = containerFields;
const limits = { hostname, resources, cap_add, cap_drop, read_only, stop_signal };
const serviceFields = { user, workdir, entrypoint, init, env, env_files, mounts, extra_hosts, health, ...limits };

/** How `podctl test-image` tests the image. */
export const Test = testTable(Container, serviceFields);
export type Test = z.infer<typeof Test>;

/** One layer as written: everything may be left to an earlier layer. */
export const Profile = z.strictObject({
  $schema: z.optional(text),
  name: z.optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9_.-]*$/))),
  about: z.optional(text),
  /** A shipped profile's name, or a path to another file, relative to this one. */
  extends: z.optional(text),
  lists: z.optional(z.record(z.string(), texts)),
  images: z.optional(z.record(z.string(), z.union([Image, removed]))),
  /** Images that are gone from where they were, by name, and the name that works. */
  dead_images: z.optional(table),
  /** The env contract. */
  env: z.optional(EnvContract),
  container: z.optional(Container),
  config: z.optional(z.union([Config, removed])),
  data: z.optional(z.record(z.string(), z.union([Data, removed]))),
  /** The program of `podctl shell`, as an argument vector. */
  shell: z.optional(texts),
  default_mode: z.optional(text),
  modes: z.optional(z.record(z.string(), z.union([Mode, removed]))),
  commands: z.optional(z.record(z.string(), z.union([Command, removed]))),
  test: z.optional(z.union([Test, removed])),
  stack: z.optional(z.union([Stack, removed])),
});
export type Profile = z.infer<typeof Profile>;
