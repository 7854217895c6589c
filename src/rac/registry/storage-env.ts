import { PodctlError } from '../../core/errors.js';
import type { Host } from '../../io/host.js';
import type { RegistryStorage } from '../settings.js';

/** What the registry's environment gets so that it can reach its layers: of S3 the two keys, which stand nowhere else. */
export function storageEnv(storage: RegistryStorage, env: Host['env']): Readonly<Record<string, string>> {
  if (storage.kind === 'volume') return {};
  return {
    REGISTRY_STORAGE_S3_ACCESSKEY: valueOf(storage.accessKeyVariable, env),
    REGISTRY_STORAGE_S3_SECRETKEY: valueOf(storage.secretKeyVariable, env),
  };
}

function valueOf(name: string, env: Host['env']): string {
  const value = env[name] ?? '';
  if (value !== '') return value;
  throw new PodctlError('MISSING_INPUT', `the variable \`${name}\`, which holds a key of S3, is not set`, {
    hint: 'set it where RAC is started; RAC writes it down nowhere',
  });
}
