import type { ArgToken } from '../token.js';
import { head, type Way } from './way.js';

/** `cp` of one file or folder out of a container, which may be stopped. `path`: on this machine. */
export function renderCopyOut(
  way: Way,
  { container, inside, path }: { readonly container: string; readonly inside: string; readonly path: string },
): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'cp', at: 'rule/verb' },
    { text: `${container}:${inside}`, at: 'container' },
    { text: path, at: 'data/path' },
  ];
}
