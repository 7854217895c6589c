import { formatDuration } from '../core/duration.js';
import { LABEL } from '../core/project.js';
import type { Secret } from '../core/secret.js';
import type { Litestream } from '../profile/resolve-litestream.js';
import { BLANK_MOUNT } from './mount-words.js';
import { type ContainerSpec, EMPTY_SPEC, type EnvVar } from './spec.js';

/** Containers that keep a copy of a database elsewhere: one that fetches it when it is missing, one that runs beside the application. */
export type Sidecar = {
  readonly config: { readonly path: string; readonly content: string };
  readonly restore: ContainerSpec;
  readonly replicate: ContainerSpec;
  /** The engine lacks the image. */
  readonly pull: boolean;
  /** Containers of these names that an earlier run left. */
  readonly stale: readonly string[];
};

export type LitestreamWish = {
  readonly key: string;
  readonly app: ContainerSpec;
  readonly litestream: Litestream;
  /** The database as the containers see it. */
  readonly file: string;
  /** Key of the mount that holds it. */
  readonly mount: string;
  /** The application's user, by number: what Litestream writes must be the application's. */
  readonly user: string | null;
  readonly keys: { readonly access: string | Secret | null; readonly secret: string | Secret | null };
  /** Where the config is written on this machine. */
  readonly configPath: string;
  readonly selinux: boolean;
};

/** Both containers of Litestream beside an application, and their config. */
export function litestreamBeside(wish: LitestreamWish): Omit<Sidecar, 'pull' | 'stale'> {
  const { app, key, file } = wish;
  const base = baseOf(wish);
  const config = ['-config', INSIDE];
  return {
    config: { path: wish.configPath, content: litestreamConfig(wish.litestream, file) },
    restore: {
      ...base,
      name: `${app.name}-${key}-restore`,
      args: ['restore', ...config, '-if-db-not-exists', '-if-replica-exists', file],
    },
    replicate: {
      ...base,
      name: `${app.name}-${key}-litestream`,
      args: ['replicate', ...config],
      restart: app.restart,
    },
  };
}

/** Litestream 0.3's config. It is JSON, which its YAML reader takes as it is; keys of the store are not in it. */
export function litestreamConfig(litestream: Litestream, file: string): string {
  const { replica, endpoint, region, snapshotInterval, retention } = litestream;
  const one = {
    url: replica,
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
    ...(snapshotInterval === null ? {} : { 'snapshot-interval': formatDuration(snapshotInterval) }),
    ...(retention === null ? {} : { retention: formatDuration(retention) }),
  };
  return `${JSON.stringify({ dbs: [{ path: file, replicas: [one] }] }, null, 2)}\n`;
}

const INSIDE = '/etc/litestream.yml';

function baseOf({ app, litestream, mount, user, keys, configPath, selinux }: LitestreamWish): ContainerSpec {
  const data = app.mounts.filter(({ key }) => key === mount);
  const config = {
    ...BLANK_MOUNT,
    key: 'litestream-config',
    type: 'bind',
    source: configPath,
    target: INSIDE,
    readOnly: true,
    selinux: selinux ? 'shared' : null,
  } as const;
  return {
    ...EMPTY_SPEC,
    image: litestream.image,
    user,
    userns: app.userns,
    labels: { ...app.labels, [LABEL.beside]: app.name },
    mounts: [...data, config],
    env: keysOf(keys),
    // It reaches its store through the application's network, unless that reaches nothing.
    network: app.network === 'none' ? null : app.network,
    extraHosts: app.network === 'none' ? {} : app.extraHosts,
    security: app.security,
  };
}

function keysOf({ access, secret }: LitestreamWish['keys']): readonly EnvVar[] {
  return [
    ...(access === null ? [] : [{ name: 'LITESTREAM_ACCESS_KEY_ID', value: access }]),
    ...(secret === null ? [] : [{ name: 'LITESTREAM_SECRET_ACCESS_KEY', value: secret }]),
  ];
}
