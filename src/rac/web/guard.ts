import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { PodctlError } from '../../core/errors.js';
import type { Identity } from '../accounts/identity.js';
import type { Principal } from '../accounts/principal.js';
import type { AddressReader } from './address.js';
import { LoginNeeded, type RacContext, type RacEnv } from './request.js';
import { isCsrfToken, sessionIn } from './session-cookie.js';
import type { Site } from './site.js';

export type GuardDeps = {
  readonly site: Site;
  readonly addressOf: AddressReader;
  readonly identity: Pick<Identity, 'byToken' | 'bySession'>;
};

/** Header in which the page sends its token; a foreign page cannot set it without being asked (and is then refused). */
export const CSRF_HEADER = 'x-rac-csrf';

/** For everything that RAC's own server answers: request id, the client's address, and only under names of its own. */
export function doorGuard({ site, addressOf }: GuardDeps): MiddlewareHandler<RacEnv> {
  return async (context, next) => {
    const address = addressOf(context.env.incoming?.socket.remoteAddress ?? '', context.req.header('x-forwarded-for'));
    context.set('requestId', randomUUID());
    context.set('address', address);
    context.set('principal', { kind: 'anonymous', address });
    context.set('session', null);
    context.header('X-Request-Id', context.get('requestId'));
    if (originOf(context, site) === null) {
      throw new PodctlError('REFUSED', 'this server has no such name', {
        hint: 'open it by the address it listens on',
      });
    }
    await next();
  };
}

/** For `/api/v1`: who asks, and whether a change was asked for by the page itself rather than by a foreign one. */
export function apiGuard(deps: GuardDeps): MiddlewareHandler<RacEnv> {
  return async (context, next) => {
    const origin = originOf(context, deps.site) ?? '';
    refuseForeignPages(context, origin);
    const bearer = bearerIn(context);
    if (bearer === null) enterBySession(context, deps, origin.startsWith('https:'));
    else context.set('principal', principalBy(bearer, context, deps));
    context.header('Cache-Control', 'no-store');
    await next();
  };
}

/** The page's origin as this request sees it; null: the request is meant for another name. */
export function originOf(context: RacContext, site: Site): string | null {
  return site.get((context.req.header('host') ?? '').toLowerCase()) ?? null;
}

/** The bearer token of a request; null: it has none. Throws REFUSED (401) for another kind of `Authorization`. */
export function bearerIn(context: RacContext): string | null {
  const header = context.req.header('authorization');
  if (header === undefined) return null;
  const secret = /^bearer +([\w.~+/=-]+)$/i.exec(header.trim())?.[1];
  if (secret === undefined) throw new LoginNeeded('the API takes `Authorization: Bearer`');
  return secret;
}

// A wrong token is an error even where strangers may ask: the caller believes to be logged in.
function principalBy(bearer: string, context: RacContext, { identity }: GuardDeps): Principal {
  const principal = identity.byToken(bearer, context.get('address'));
  if (principal === null) throw new LoginNeeded('the token is unknown, or has expired');
  return principal;
}

function enterBySession(context: RacContext, { identity }: GuardDeps, secure: boolean): void {
  const secret = sessionIn(context, secure);
  const principal = secret === null ? null : identity.bySession(secret, context.get('address'));
  if (secret === null || principal === null) return;
  if (changes(context) && !isCsrfToken(context.req.header(CSRF_HEADER) ?? '', secret)) {
    throw new PodctlError('REFUSED', 'the CSRF token is missing or wrong', { hint: 'load the page again' });
  }
  context.set('principal', principal);
  context.set('session', secret);
}

// Browsers say where a request comes from; programs say nothing. Even one that only reads is nobody else's page's business.
function refuseForeignPages(context: RacContext, origin: string): void {
  const from = context.req.header('origin');
  const site = context.req.header('sec-fetch-site');
  const foreign = (from !== undefined && from !== origin) || (site !== undefined && !isOwn(site, context));
  if (foreign) throw new PodctlError('REFUSED', 'a page of another origin may not ask this server');
}

// `none`: typed into the address line, or a bookmark.
function isOwn(site: string, context: RacContext): boolean {
  return site === 'same-origin' || (site === 'none' && !changes(context));
}

function changes(context: RacContext): boolean {
  return !['GET', 'HEAD'].includes(context.req.method);
}
