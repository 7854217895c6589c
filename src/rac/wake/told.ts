import { randomUUID } from 'node:crypto';

const REQUEST_ID = /^[\w.-]{1,64}$/;

/** Whether the client came over TLS. `told`: what a proxy in front says of it (X-Forwarded-Proto), believed when it is trusted. */
export function cameSecure(own: boolean, told: string | undefined): boolean {
  return told === 'https' || (told !== 'http' && own);
}

/** The request's id: the one that a trusted proxy has told (X-Request-Id), or a new one. */
export function requestIdOf(told: string | undefined): string {
  return told !== undefined && REQUEST_ID.test(told) ? told : randomUUID();
}
