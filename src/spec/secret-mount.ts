import { BLANK_MOUNT } from './mount-words.js';
import type { ContainerSecret, SecretFile } from './secrets.js';
import type { Mount } from './spec.js';

/** The mounts by which secret files are seen inside. */
export function secretMounts(secrets: readonly ContainerSecret[]): readonly Mount[] {
  return secrets.flatMap((secret) => (secret.by === 'file' ? [secretMount(secret)] : []));
}

/** The read-only mount of one secret file. */
export function secretMount({ name, source, target, selinux }: SecretFile): Mount {
  return { ...BLANK_MOUNT, key: `secret/${name}`, type: 'bind', source, target, readOnly: true, selinux, kind: 'file' };
}

/** The spec pointer of the secret behind the key of such a mount. */
export function secretPointer(key: string): string {
  return key.replace(/^secret\//, 'secrets/');
}
