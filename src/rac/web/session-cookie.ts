import { createHash, timingSafeEqual } from 'node:crypto';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { RacContext } from './request.js';

// The prefix makes browsers refuse such a cookie from every other host of the domain, where strangers' applications live.
const NAME_UNDER_TLS = '__Host-rac';
const NAME = 'rac-session';

/** The session's secret that the browser sent. */
export function sessionIn(context: RacContext, secure: boolean): string | null {
  return getCookie(context, nameFor(secure)) ?? null;
}

/** `expiresAt`: milliseconds since 1970. */
export function setSession(context: RacContext, secret: string, how: { secure: boolean; expiresAt: number }): void {
  setCookie(context, nameFor(how.secure), secret, { ...flags(how.secure), expires: new Date(how.expiresAt) });
}

export function clearSession(context: RacContext, secure: boolean): void {
  deleteCookie(context, nameFor(secure), flags(secure));
}

/** What the page has to send with every change: made of the session's secret, so that it ends with it and needs no storage. */
export function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf ${secret}`).digest('base64url');
}

export function isCsrfToken(token: string, secret: string): boolean {
  const [given, right] = [Buffer.from(token), Buffer.from(csrfTokenOf(secret))];
  return given.length === right.length && timingSafeEqual(given, right);
}

function nameFor(secure: boolean): string {
  return secure ? NAME_UNDER_TLS : NAME;
}

function flags(secure: boolean): { path: '/'; httpOnly: true; sameSite: 'Strict'; secure: boolean } {
  return { path: '/', httpOnly: true, sameSite: 'Strict', secure };
}
