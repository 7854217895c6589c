import type { Secret } from '../../core/secret.js';
import type { RegistryStorage } from '../settings.js';
import type { StorageKeys } from './storage-env.js';

/** What the registry's token check is told. `bundle`: PEM file of the certificates, as the registry finds it. */
export type RegistryAuth = {
  /** Must be reachable from the engine. */
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly bundle: string;
};

export type RegistryConfigParts = {
  readonly port: number;
  /** Folder of the layers, as the registry sees it. */
  readonly data: string;
  readonly storage: RegistryStorage;
  /** Of S3, where the registry cannot be given them in another way; null: not in this file. */
  readonly keys: StorageKeys | null;
  /** Address of `/events`. */
  readonly events: string;
  readonly hookSecret: Secret;
  readonly httpSecret: Secret;
  /** null: everybody may do everything. */
  readonly auth: RegistryAuth | null;
};

/** Layers and what is only read are no news. */
const IGNORED = { ignoredmediatypes: ['application/octet-stream'], ignore: { actions: ['pull'] } };

/**
 * The registry's config file. It is JSON, which every reader of YAML takes, and holds secrets: write it with mode 0600. The same for
 * Distribution 2.8 and 3.
 */
export function registryConfig(parts: RegistryConfigParts): string {
  const config = {
    version: '0.1',
    // Every client's first question without a token would be a warning.
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      ...storageOf(parts),
      delete: { enabled: true },
      cache: { blobdescriptor: 'inmemory' },
    },
    // When it ends, what is under way is finished first.
    http: { addr: `127.0.0.1:${parts.port}`, secret: parts.httpSecret.reveal(), draintimeout: '10s' },
    ...(parts.auth === null ? {} : { auth: { token: tokenOf(parts.auth) } }),
    notifications: {
      // Layers are not asked for, and a manifest may name so many that its notification was never taken, nor any after it.
      events: { includereferences: false },
      endpoints: [
        {
          name: 'rac',
          url: parts.events,
          headers: { Authorization: [`Bearer ${parts.hookSecret.reveal()}`] },
          timeout: '3s',
          threshold: 3,
          backoff: '2s',
          ...IGNORED,
        },
      ],
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function tokenOf({ realm, service, issuer, bundle }: RegistryAuth): Readonly<Record<string, string>> {
  return { realm, service, issuer, rootcertbundle: bundle };
}

function storageOf({ storage, data, keys }: RegistryConfigParts): Readonly<Record<string, unknown>> {
  if (storage.kind === 'volume') return { filesystem: { rootdirectory: data } };
  const { bucket, region, endpoint, pathStyle } = storage;
  return {
    s3: {
      bucket,
      region,
      ...(endpoint === null ? {} : { regionendpoint: endpoint, secure: endpoint.startsWith('https:') }),
      forcepathstyle: pathStyle,
      ...(keys === null ? {} : { accesskey: keys.access.reveal(), secretkey: keys.secret.reveal() }),
    },
    // A layer is passed on, not pointed to: clients of a registry on loopback may not reach the store.
    redirect: { disable: true },
  };
}
