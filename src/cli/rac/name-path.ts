import { PodctlError } from '../../core/errors.js';

/** Where the API has a name; its slashes are no slashes of the path. */
export function namePath(name: string, rest = ''): string {
  return `/api/v1/names/${encodeURIComponent(name)}${rest}`;
}

/** The number of a release, as `podctl rac releases` lists it; null: none is named. Throws USAGE. */
export function releaseWord(word: string | undefined): number | null {
  if (word === undefined) return null;
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word);
  throw new PodctlError('USAGE', `\`${word}\` is not the number of a release`, {
    hint: 'podctl rac releases NAME lists them',
  });
}
