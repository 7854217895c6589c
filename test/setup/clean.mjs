// @ts-check
import { ask, clientOf } from './clients.mjs';
import { tryRun } from './command.mjs';
import { HASH_LABEL } from './images.mjs';
import { ROOTLESS_USER } from './rootless.mjs';
import { say } from './say.mjs';

/**
 * Removes what test runs leave for the next one: their images, and the rootless test user with its files.
 * @param {import('./state.mjs').Facts} facts
 */
export async function cleanEngines(facts) {
  for (const name of /** @type {const} */ (['docker', 'podman'])) {
    const client = clientOf(facts, name);
    if (client === undefined) continue;
    const listed = await ask(client, ['images', '--quiet', '--no-trunc', '--filter', `label=${HASH_LABEL}`]);
    const ids = [...new Set(listed.split('\n').filter((id) => id !== ''))];
    if (ids.length > 0) await ask(client, ['rmi', '--force', ...ids]);
    say(`${name}: ${ids.length} test images removed`);
  }
  const rootless = clientOf(facts, 'rootless');
  if (rootless === undefined) return;
  // Files of its containers belong to ids that only its own namespace may remove.
  await ask(rootless, ['system', 'reset', '--force']);
  const removed = await tryRun(['userdel', '--remove', ROOTLESS_USER]);
  say(`user ${ROOTLESS_USER} ${removed.code === 0 ? 'removed' : `stays: ${removed.stderr.trim()}`}`);
}
