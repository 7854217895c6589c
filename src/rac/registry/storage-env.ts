import { PodctlError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { Host } from '../../io/host.js';
import type { RegistryStorage } from '../settings.js';

/** The two keys with which the registry reaches its layers in S3. */
export type StorageKeys = { readonly access: Secret; readonly secret: Secret };

/** The keys as RAC's own environment has them; null: the layers are not in S3. Throws PodctlError('MISSING_INPUT'). */
export function storageKeys(storage: RegistryStorage, env: Host['env']): StorageKeys | null {
  if (storage.kind === 'volume') return null;
  return { access: keyIn(storage.accessKeyVariable, env), secret: keyIn(storage.secretKeyVariable, env) };
}

/** What the environment of a registry's program gets, so that they stand in no file. */
export function storageEnv(keys: StorageKeys | null): Readonly<Record<string, string>> {
  if (keys === null) return {};
  return {
    REGISTRY_STORAGE_S3_ACCESSKEY: keys.access.reveal(),
    REGISTRY_STORAGE_S3_SECRETKEY: keys.secret.reveal(),
  };
}

function keyIn(name: string, env: Host['env']): Secret {
  const value = env[name] ?? '';
  if (value !== '') return new Secret(value);
  throw new PodctlError('MISSING_INPUT', `the variable \`${name}\`, which holds a key of S3, is not set`, {
    hint: 'set it where RAC is started',
  });
}
