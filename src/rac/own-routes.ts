import { Hono } from 'hono';
import type { Secret } from '../core/secret.js';
import { HOST_HEADER, isHostSecret } from './accounts/host-secret.js';
import type { Keys } from './auth/keys.js';
import type { Collector } from './registry/collector.js';
import type { RegistryServer } from './registry/supervise.js';
import type { RacEnv } from './web/request.js';

export type OwnRouteDeps = {
  readonly hostSecret: Secret;
  readonly keys: Pick<Keys, 'rotate'>;
  readonly registry: Pick<RegistryServer, 'restart'>;
  readonly collector: Pick<Collector, 'collect'>;
};

/** What only whoever has RAC's folder may ask of it; the command line does. */
export function ownRoutes({ hostSecret, keys, registry, collector }: OwnRouteDeps): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.use('/own/*', async (context, next) => {
    if (isHostSecret(context.req.header(HOST_HEADER) ?? '', hostSecret)) return next();
    return context.json({ error: { code: 'REFUSED', message: 'that is for whoever has the folder of this RAC' } }, 403);
  });
  app.post('/own/keys/rotate', async (context) => {
    const { restart, notAfter } = await keys.rotate({ authority: context.req.query('authority') === '1' });
    if (restart) await registry.restart();
    return context.json({ restarted: restart, notAfter });
  });
  app.post('/own/collect', async (context) => context.json({ gone: await collector.collect() }));
  return app;
}
