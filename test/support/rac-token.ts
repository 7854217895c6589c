import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { decodeJwt } from 'jose';
import { realFiles } from '../../src/io/files.js';
import { openDenials } from '../../src/rac/auth/denials.js';
import { openKeys } from '../../src/rac/auth/keys.js';
import { makeMint } from '../../src/rac/auth/mint.js';
import { openPushLimits } from '../../src/rac/auth/push-limits.js';
import { openPushers } from '../../src/rac/auth/pushers.js';
import { authRoutes } from '../../src/rac/auth/routes.js';
import { DEFAULT_LIMITS, type RacLimits } from '../../src/rac/settings.js';
import type { RacEnv } from '../../src/rac/web/request.js';
import type { TestRoom } from './rac-room.js';

/** What the token endpoint said: `access` as `name:action,action`, and the message of an error. */
export type TokenAnswer = {
  readonly status: number;
  readonly access: readonly string[];
  readonly subject: string | null;
  readonly refresh: string | null;
  readonly message: string | null;
  readonly body: Readonly<Record<string, unknown>>;
};

/** The token endpoint of a room. */
export type TokenEndpoint = {
  readonly get: (query: string, login?: readonly [string, string], address?: string) => Promise<TokenAnswer>;
  readonly post: (form: Record<string, string> | string, address?: string) => Promise<TokenAnswer>;
  /** Any request. */
  readonly ask: (request: RequestInit & { readonly query?: string }, address?: string) => Promise<TokenAnswer>;
};

export async function tokenEndpoint(room: TestRoom, limits: Partial<RacLimits> = {}): Promise<TokenEndpoint> {
  const home = mkdtempSync(join(tmpdir(), 'podctl-rac-token-'));
  const keys = await openKeys({ home, files: realFiles(), now: room.clock.now });
  rmSync(home, { recursive: true });
  const { store, clock } = room;
  const routes = authRoutes({
    ...room,
    limits: openPushLimits({ store, limits: { ...DEFAULT_LIMITS, ...limits }, now: clock.now }),
    denials: openDenials({ audit: room.audit, now: clock.now }),
    pushers: openPushers({ store, now: clock.now }),
    mint: makeMint(keys, clock.now),
  });
  const ask: TokenEndpoint['ask'] = async ({ query = '', ...init }, address = '192.0.2.1') => {
    const app = new Hono<RacEnv>();
    app.use(async (context, next) => {
      context.set('address', address);
      await next();
    });
    app.route('/', routes);
    return answerOf(await app.request(`/token${query}`, init));
  };
  return {
    ask,
    get: (query, login, address) => {
      const basic = login === undefined ? null : Buffer.from(login.join(':')).toString('base64');
      return ask({ query: `?${query}`, headers: basic === null ? {} : { authorization: `Basic ${basic}` } }, address);
    },
    post: (form, address) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return ask({ method: 'POST', headers, body: new URLSearchParams(form).toString() }, address);
    },
  };
}

async function answerOf(response: Response): Promise<TokenAnswer> {
  const body = (await response.json()) as Record<string, unknown>;
  const errors = body['errors'] as { message: string }[] | undefined;
  const claims = typeof body['token'] === 'string' ? decodeJwt(body['token']) : {};
  const access = (claims['access'] ?? []) as { name: string; actions: string[] }[];
  return {
    status: response.status,
    body,
    access: access.map(({ name, actions }) => `${name}:${actions.join(',')}`),
    subject: claims.sub ?? null,
    refresh: (body['refresh_token'] as string | undefined) ?? null,
    message: errors?.[0]?.message ?? null,
  };
}
