import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Secret } from '../../core/secret.js';
import type { Push } from '../deploy/push.js';
import type { RacEnv } from '../web/request.js';
import { pushesOf } from './notification.js';

export type EventRouteDeps = {
  readonly hookSecret: Secret;
  /** Has stored them when it returns. */
  readonly accept: (pushes: readonly Push[]) => void;
  readonly now: () => number;
};

/**
 * More than an event can have: it repeats the client's own header lines, up to a megabyte, each character of which may become six. One that
 * were refused would be sent again for ever, and all later ones would wait behind it.
 */
const LONGEST_BODY = 8 * 1024 * 1024;

/** `POST /events`: where the registry tells of pushes. What is answered with 202 is stored; everything else the registry sends again. */
export function eventRoutes({ hookSecret, accept, now }: EventRouteDeps): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.use('/events', async (context, next) => {
    if (isSecret(context.req.header('authorization') ?? '', hookSecret)) return next();
    return context.json({ error: { code: 'REFUSED', message: 'notifications need their secret' } }, 401);
  });
  app.use('/events', bodyLimit({ maxSize: LONGEST_BODY, onError: (context) => context.text('too long', 413) }));
  app.post('/events', async (context) => {
    const body: unknown = await context.req.json().catch(() => null);
    const pushes = pushesOf(body, now());
    if (pushes === null) {
      return context.json({ error: { code: 'BAD_DATA', message: 'that is no notification of a registry' } }, 400);
    }
    if (pushes.length > 0) accept(pushes);
    return context.json({ stored: pushes.length }, 202);
  });
  return app;
}

// Digests have one length, so that the comparison takes the same time for whatever was sent.
function isSecret(header: string, secret: Secret): boolean {
  return timingSafeEqual(digest(header), digest(`Bearer ${secret.reveal()}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
