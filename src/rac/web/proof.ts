import type { Identity } from '../accounts/identity.js';
import { bearerIn } from './guard.js';
import type { RacContext } from './request.js';

/** Whether what proved who asks still does: it may be revoked, or end, while an answer goes on. */
export function proofOf(context: RacContext, identity: Pick<Identity, 'byToken' | 'bySession'>): () => boolean {
  const [session, address, bearer] = [context.get('session'), context.get('address'), bearerIn(context)];
  if (session !== null) return () => identity.bySession(session, address) !== null;
  if (bearer !== null) return () => identity.byToken(bearer, address) !== null;
  return () => true;
}
