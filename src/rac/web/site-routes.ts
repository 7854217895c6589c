import { Hono } from 'hono';
import type { WebSettings } from './deps.js';
import type { RacEnv } from './request.js';

/** `/api/v1/site`: what people need to push here. */
export function siteRoutes(settings: WebSettings): Hono<RacEnv> {
  const { registryHost, registryPort, domain } = settings;
  const app = new Hono<RacEnv>();
  app.get('/site', (context) => {
    const registry = registryHost === '' ? `127.0.0.1:${registryPort}` : registryHost;
    return context.json({ podctl: 1, registry, domain });
  });
  return app;
}
