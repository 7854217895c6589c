import * as z from 'zod/mini';

const text = z.string();
const number = z.union([z.number(), z.string()]);

/** How often backups are kept, and where they lie. */
export const DataBackup = z.strictObject({
  /** The newest so many are kept, however close together they were made. */
  keep_last: z.optional(number),
  /** The newest one of each of the last so many days, weeks and months (UTC) that have one. */
  keep_daily: z.optional(number),
  keep_weekly: z.optional(number),
  keep_monthly: z.optional(number),
  /** Folder on this machine; without one podctl's state folder, below the project's id. */
  folder: z.optional(text),
  compress: z.optional(z.enum(['brotli', 'gzip', 'none'])),
});
export type DataBackup = z.infer<typeof DataBackup>;

/** A copy of a SQLite database that Litestream keeps elsewhere while the application runs. */
export const DataLitestream = z.strictObject({
  /** `s3://bucket/path`. */
  replica: z.optional(text),
  /** Of a store that is not Amazon's, for instance `http://minio:9000`. */
  endpoint: z.optional(text),
  region: z.optional(text),
  snapshot_interval: z.optional(text),
  retention: z.optional(text),
  /** Litestream 0.3; `litestream/litestream:0.3` when left out. */
  image: z.optional(text),
  /** Names of the variables that hold the keys. */
  access_key: z.optional(text),
  secret_key: z.optional(text),
});
export type DataLitestream = z.infer<typeof DataLitestream>;

/** What a mount holds, so that it can be backed up, restored and protected. */
export const Data = z.strictObject({
  about: z.optional(text),
  holds: z.optional(z.enum(['sqlite', 'mysql', 'mariadb', 'postgres', 'files'])),
  /** Key of the volume or bind in [container.mounts]. */
  mount: z.optional(text),
  /** In place of `mount`, for a stack: a service of the compose files, and where its container has the data. */
  service: z.optional(text),
  target: z.optional(text),
  /** sqlite only: the database's path inside the container; `${NAME}` also takes the container's own variables. */
  file: z.optional(text),
  /** Replacing it needs `--confirm`. */
  protected: z.optional(z.boolean()),
  /** sqlite only: folder of `000_name.sql` files on this machine. */
  migrations: z.optional(text),
  backup: z.optional(DataBackup),
  /** sqlite only. */
  litestream: z.optional(DataLitestream),
  /** Command of the profile whose container has the mount; for servers the one that runs the server. */
  command: z.optional(text),
  /** Servers only: who takes the dump. */
  user: z.optional(text),
  /** Servers only: name of the variable that holds the password. */
  password: z.optional(text),
  /** Servers only: which databases; all of them when left out. */
  databases: z.optional(z.array(text)),
});
export type Data = z.infer<typeof Data>;
