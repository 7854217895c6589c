import { PodctlError } from '../../core/errors.js';
import type { RacContext } from './request.js';

/** A positive whole number of the query, at most `most`; `usual` where it is not given. Throws USAGE. */
export function numberOf<Usual extends number | null>(
  context: RacContext,
  key: string,
  { most, usual }: { readonly most: number | null; readonly usual: Usual },
): number | Usual {
  const text = context.req.query(key);
  if (text === undefined) return usual;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && (most === null || number <= most)) return number;
  throw new PodctlError('USAGE', `\`${key}\` has to be a number${most === null ? '' : ` from 1 to ${most}`}`);
}
