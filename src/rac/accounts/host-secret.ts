import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '../../core/secret.js';
import type { Files } from '../../io/files.js';
import { randomText } from '../../io/random-text.js';

/** Header in which the command line proves that it may read RAC's folder. */
export const HOST_HEADER = 'x-rac-host';

/** Where the secret is kept, in RAC's home folder. */
export const HOST_SECRET_FILE = 'host-secret';

/**
 * A secret that only whoever may read RAC's folder knows: it makes administrators and sets forgotten passwords, which nobody can do over
 * the network, however early they come. Made at the first start, 0600.
 */
export async function openHostSecret(home: string, files: Files): Promise<Secret> {
  const path = join(home, HOST_SECRET_FILE);
  const kept = (await files.readText(path))?.trim() ?? '';
  if (kept !== '') return new Secret(kept);
  const made = randomText({ kind: 'hex', count: 32 });
  await files.writeText(path, `${made}\n`, 0o600);
  return new Secret(made);
}

export function isHostSecret(given: string, right: Secret): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right.reveal())];
  return a.length === b.length && timingSafeEqual(a, b);
}
