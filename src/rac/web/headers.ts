import type { MiddlewareHandler } from 'hono';
import type { RacEnv } from './request.js';

// Nothing but the page's own files: no inline script or style, no frame around it, and text becomes markup nowhere.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const ALWAYS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()'],
] as const;
const UNLESS_SET = [
  ['Content-Security-Policy', POLICY],
  ['Referrer-Policy', 'no-referrer'],
] as const;

/** On every answer, errors too. `secure`: browsers come back by TLS only. */
export function safeHeaders(secure: boolean): MiddlewareHandler<RacEnv> {
  return async (context, next) => {
    await next();
    // Not through the context, which would make the whole answer anew for each of them.
    const { headers } = context.res;
    for (const [name, value] of ALWAYS) headers.set(name, value);
    // A room may have a stricter policy for a page of its own.
    for (const [name, value] of UNLESS_SET) if (!headers.has(name)) headers.set(name, value);
    if (secure) headers.set('Strict-Transport-Security', 'max-age=31536000');
  };
}
