import { secretMount } from '../spec/secret-mount.js';
import type { ContainerSecret } from '../spec/secrets.js';
import type { Mount } from '../spec/spec.js';
import { cannotSay } from './cannot-say.js';

/** The mounts of secret files, for a way that has no words for secrets that the engine keeps. */
export function secretFileMounts(secrets: readonly ContainerSecret[], way: string): readonly Mount[] {
  return secrets.map((secret) => {
    if (secret.by === 'file') return secretMount(secret);
    throw cannotSay(
      `${way} cannot hand out the engine's secret \`${secret.secret}\``,
      'give the value of the variable with source = { file = "…" } or { command = ["…"] }',
    );
  });
}
