import type { Deploy, Push } from '../deploy/push.js';
import type { RegistryClient } from '../registry/client.js';
import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import type { Claims } from './claims.js';
import { pusherOf } from './open-rights.js';

export type PushGateDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly claims: Pick<Claims, 'pushed' | 'mayRun'>;
  readonly registry: Pick<RegistryClient, 'remove'>;
};

// Found by comparing tags with what is deployed.
const FOUND = 'reconcile:';

/**
 * What comes before a push is deployed: claims hear of it, and a push that its pusher had no right to any more (a token of a stranger that is
 * older than the claim) is not deployed, also when it is found again later, nor left in the registry where others would pull it. The same
 * image from somebody who may runs.
 */
export function gatePushes(deps: PushGateDeps, deploy: Deploy): Deploy {
  const { store, claims } = deps;
  return async (push) => {
    if (isRefused(deps, push)) return refuse(deps, push);
    store.run('DELETE FROM refused WHERE name = ? AND digest = ?', push.name, push.digest);
    claims.pushed(push);
    const owner = ownerOf(store, push.name);
    await deploy(push, () => !isRefused(deps, push, owner));
  };
}

function ownerOf(store: Store, name: string): unknown {
  return store.get('SELECT owner FROM name WHERE name = ?', name)?.['owner'] ?? null;
}

// `before`: who owned the name when a push without a pusher was let in.
function isRefused({ store, claims }: Pick<PushGateDeps, 'store' | 'claims'>, push: Push, before?: unknown): boolean {
  const { id, name, digest, actor, address } = push;
  const isKnown = actor !== null || address !== '';
  if (!id.startsWith(FOUND) || isKnown) return !claims.mayRun(push).ok;
  if (before !== undefined && before !== ownerOf(store, name)) return !claims.mayRun(push).ok;
  // The registry has let it in for somebody: it is refused only if it was before.
  return store.get('SELECT 1 FROM refused WHERE name = ? AND digest = ?', name, digest) !== undefined;
}

async function refuse({ store, audit, registry }: PushGateDeps, push: Push): Promise<void> {
  const { name, digest, actor, address } = push;
  if (!isNeeded(store, push)) await registry.remove(name, digest, releasesOf(store, name));
  if (store.run('INSERT INTO refused (name, digest) VALUES (?, ?) ON CONFLICT DO NOTHING', name, digest) === 0) return;
  audit.write({ who: pusherOf(store, actor, address), action: 'push-refused', subject: name, detail: digest });
}

function releasesOf(store: Store, name: string): readonly string[] {
  const sql = "SELECT DISTINCT digest FROM release WHERE name = ? AND state <> 'collected'";
  return store.all(sql, name).map((row) => String(row['digest']));
}

// The very same image may also be one of the owner's, or just be pushed by the owner.
function isNeeded(store: Store, { id, name, digest }: Push): boolean {
  const release =
    "SELECT 1 FROM release WHERE name = ? AND digest = ? AND state NOT IN ('failed', 'refused', 'collected')";
  const waiting = 'SELECT 1 FROM event WHERE name = ? AND digest = ? AND done_at IS NULL AND id <> ?';
  return store.get(release, name, digest) !== undefined || store.get(waiting, name, digest, id) !== undefined;
}
