import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';

/** The error of `podctl rac ACTION VERB` where there is no such verb: names the nearest, else `usage`. */
export function unknownVerb(
  action: string,
  verb: string,
  { verbs, usage }: { readonly verbs: readonly string[]; readonly usage: string },
): PodctlError {
  const meant = nearest(verb, verbs);
  return new PodctlError('USAGE', `\`rac ${action}\` cannot \`${verb}\``, {
    hint: meant === undefined ? usage : `did you mean podctl rac ${action} ${meant}?`,
  });
}
