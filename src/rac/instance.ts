import { join } from 'node:path';
import { Secret } from '../core/secret.js';
import { asObject, asText, parseJson } from '../engine/json.js';
import type { Files } from '../io/files.js';
import { randomText } from '../io/random-text.js';

/** What tells one RAC from another on an engine, and what it shares with its registry. Made once, kept 0600. */
export type Instance = {
  /** Eight hex digits: label `podctl.rac`. */
  readonly id: string;
  /** Notifications carry it. */
  readonly hookSecret: Secret;
  /** Signs the registry's upload addresses: another one would break uploads that are under way. */
  readonly httpSecret: Secret;
};

/** Read what is kept in the home folder, or make it. */
export async function openInstance(home: string, files: Files): Promise<Instance> {
  const path = join(home, 'instance.json');
  const kept = asObject(parseJson((await files.readText(path)) ?? ''));
  const id = asText(kept['id']);
  const hook = asText(kept['hookSecret']);
  const http = asText(kept['httpSecret']);
  if (id !== '' && hook !== '' && http !== '') {
    return { id, hookSecret: new Secret(hook), httpSecret: new Secret(http) };
  }
  const made = {
    id: randomText({ kind: 'hex', count: 4 }),
    hookSecret: randomText({ kind: 'hex', count: 32 }),
    httpSecret: randomText({ kind: 'hex', count: 32 }),
  };
  await files.writeText(path, `${JSON.stringify(made)}\n`, 0o600);
  return { id: made.id, hookSecret: new Secret(made.hookSecret), httpSecret: new Secret(made.httpSecret) };
}
