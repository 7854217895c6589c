import { Hono } from 'hono';
import type { Lifecycle } from './deploy/lifecycle.js';
import type { RacSettings } from './settings.js';
import type { Metrics } from './wake/metrics.js';
import type { RacContext, RacEnv } from './web/request.js';

export type HealthDeps = {
  readonly settings: Pick<RacSettings, 'domain' | 'publicUrl' | 'registryHost'>;
  readonly registry: { readonly isUp: () => Promise<boolean>; readonly about: () => string };
  readonly engine: string;
  readonly waiting: () => number;
  readonly find: Lifecycle['find'];
  readonly metrics: Metrics['registry'];
};

/** `/healthz`, `/metrics`, and `/ask?domain=HOST`: 200 only for hosts that are served, for certificates on demand of a proxy in front. */
export function healthRoutes(deps: HealthDeps): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.get('/healthz', async (context) => {
    const up = await deps.registry.isUp();
    const { registry, engine, waiting } = deps;
    const facts = isNear(context) ? { registry: registry.about(), engine, waiting: waiting() } : {};
    return context.json({ ok: up, ...facts }, up ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    context.header('Content-Type', deps.metrics.contentType);
    return context.body(await deps.metrics.metrics());
  });
  app.get('/ask', (context) => {
    const host = (context.req.query('domain') ?? '').toLowerCase().replace(/\.$/, '');
    return isNear(context) && isServed(host, deps) ? context.text('served') : context.text('not served here', 404);
  });
  return app;
}

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

// Of this machine, as the proxy in front is; what that only passes on comes by another name, or says for whom. `/ask` knows of private names.
function isNear({ req }: RacContext): boolean {
  return LOOPBACK.test(req.header('host') ?? '') && req.header('x-forwarded-for') === undefined;
}

// RAC's own names may have certificates too.
function isServed(host: string, { settings, find }: HealthDeps): boolean {
  const { publicUrl, registryHost } = settings;
  const own = [publicUrl === null ? '' : new URL(publicUrl).hostname, registryHost.split(':')[0] ?? ''];
  return host !== '' && (own.includes(host) || find(host).name !== null);
}
