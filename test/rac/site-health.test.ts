import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { healthRoutes } from '../../src/rac/site-health.js';
import type { RacEnv } from '../../src/rac/web/request.js';

const app = new Hono<RacEnv>().route(
  '/',
  healthRoutes({
    settings: { domain: 'example.com', publicUrl: 'https://rac.example.com', registryHost: 'registry.example.com' },
    registry: { isUp: () => Promise.resolve(true), about: () => 'Distribution 2.8.2' },
    engine: 'docker unix:///var/run/docker.sock',
    waiting: () => 3,
    find: (host) => ({ ok: false, name: host === 'diary.example.com' ? 'diary' : null, reason: '', coming: false }),
    metrics: new Registry(),
  }),
);
const ask = (path: string, headers: Record<string, string>) => app.request(path, { headers });

it.each([
  ['the proxy in front, on this machine', { host: '127.0.0.1:5090' }, 'diary.example.com', 200],
  ['the proxy in front, for the page', { host: 'localhost:5090' }, 'RAC.example.com.', 200],
  ['the proxy in front, for nothing', { host: '127.0.0.1:5090' }, 'other.example.com', 404],
  // It would tell private names.
  ['somebody who comes through it', { host: 'rac.example.com' }, 'diary.example.com', 404],
  ['somebody with another Host', { host: '127.0.0.1:5090', 'x-forwarded-for': '8.8.8.8' }, 'diary.example.com', 404],
])('/ask by %s', async (_who, headers, domain, status) => {
  expect((await ask(`/ask?domain=${domain}`, headers)).status).toBe(status);
});

it('tells others only that all is well', async () => {
  const near = await ask('/healthz', { host: '127.0.0.1:5090' });
  const far = await ask('/healthz', { host: 'rac.example.com' });
  expect(await near.json()).toEqual({
    ok: true,
    registry: 'Distribution 2.8.2',
    engine: 'docker unix:///var/run/docker.sock',
    waiting: 3,
  });
  expect(await far.json()).toEqual({ ok: true });
});
