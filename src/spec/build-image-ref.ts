import { formatImageRef, parseImageRef, withImageParts } from '../core/image-ref.js';
import type { Origin } from '../core/origin.js';
import type { ResolvedImage } from '../profile/resolved.js';
import type { BuildBook } from './build-book.js';
import type { SpecFlags, SpecRequest } from './request.js';

/** The reference of the container's image: the profile's, or the user's, with the parts and the tag that flags exchange. */
export function buildImage(image: ResolvedImage | undefined, { flags }: SpecRequest, book: BuildBook): string {
  const named = image === undefined ? '' : `${image.name}${image.tag === '' ? '' : `:${image.tag}`}`;
  const given = flagsOf(flags);
  const [first] = given;
  if (first === undefined) return named;
  const fromFlags = first !== '--tag';
  const compose = () => parseImageRef(withImageParts(flags.image ?? named, flags.imageParts ?? {}));
  const ref = book.attempt(compose, null, { at: 'image', ...(fromFlags && { code: 'USAGE' as const }) });
  if (ref === null) return named;
  const own: readonly Origin[] = flags.image === null ? book.originsAt('image') : [];
  if (flags.tag !== null && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(flags.tag)) {
    const hint = 'use letters, digits, _, . and -';
    book.fail('USAGE', 'image', { message: `\`--tag ${flags.tag}\` is not a tag`, hint });
    return named;
  }
  book.setOrigins('image', [...own, ...given.map((flag): Origin => ({ kind: 'flag', flag }))]);
  // A digest names one image for ever; another tag means another image.
  return formatImageRef(flags.tag === null ? ref : { ...ref, tag: flags.tag, digest: null });
}

function flagsOf({ image, imageParts = {}, tag }: SpecFlags): readonly string[] {
  return [
    ...(image === null ? [] : ['--image']),
    ...Object.keys(imageParts).map((part) => `--image-${part}`),
    ...(tag === null ? [] : ['--tag']),
  ];
}
