import type { Deploy, Push } from '../deploy/push.js';
import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import type { Claims } from './claims.js';
import { pusherOf } from './open-rights.js';

export type PushGateDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly claims: Pick<Claims, 'pushed' | 'mayRun'>;
};

// Found by comparing tags with what is deployed: nobody knows who pushed it.
const FOUND = 'reconcile:';

/**
 * What comes before a push is deployed: claims hear of it, and a push that its pusher had no right to any more (a token of a stranger that is
 * older than the claim) is not deployed, also when it is found again later. The same image from somebody who may runs.
 */
export function gatePushes({ store, audit, claims }: PushGateDeps, deploy: Deploy): Deploy {
  return async (push) => {
    if (isRefused({ store, claims }, push)) {
      refuse({ store, audit }, push);
      return;
    }
    store.run('DELETE FROM refused WHERE name = ? AND digest = ?', push.name, push.digest);
    claims.pushed(push);
    await deploy(push);
  };
}

function isRefused({ store, claims }: Pick<PushGateDeps, 'store' | 'claims'>, push: Push): boolean {
  if (!push.id.startsWith(FOUND)) return !claims.mayRun(push).ok;
  // The registry has let it in for somebody: it is refused only if it was before.
  return store.get('SELECT 1 FROM refused WHERE name = ? AND digest = ?', push.name, push.digest) !== undefined;
}

function refuse({ store, audit }: Pick<PushGateDeps, 'store' | 'audit'>, push: Push): void {
  const { name, digest, actor, address } = push;
  if (store.run('INSERT INTO refused (name, digest) VALUES (?, ?) ON CONFLICT DO NOTHING', name, digest) === 0) return;
  audit.write({ who: pusherOf(store, actor, address), action: 'push-refused', subject: name, detail: digest });
}
