import { PodctlError } from '../../core/errors.js';
import type { RacContext } from './request.js';

/** Longest JSON body of the API, in bytes: a variable of 64 KiB fits with room. */
export const LONGEST_BODY = 128 * 1024;

export type JsonBody = Readonly<Record<string, unknown>>;

/** The JSON object of a request. Throws USAGE for anything else, also for a form, which a foreign page could send without being asked. */
export async function jsonBody(context: RacContext): Promise<JsonBody> {
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new PodctlError('USAGE', 'the body has to be application/json');
  const body: unknown = await context.req.json().catch(() => null);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new PodctlError('USAGE', 'the body is no JSON object');
  }
  return Object.fromEntries(Object.entries(body));
}

/** A text of the body. Throws USAGE when it is missing or none. */
export function textOf(body: JsonBody, key: string): string {
  const value = body[key];
  if (typeof value === 'string') return value;
  throw new PodctlError('USAGE', `\`${key}\` has to be a text`);
}

/** The number of a release; null: the body names none. Throws USAGE. */
export function releaseOf(body: JsonBody): number | null {
  const value = body['release'] ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new PodctlError('USAGE', '`release` has to be the number of a release');
}
