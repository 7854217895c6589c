import type { Origin } from '../core/origin.js';
import type { Path } from './shape.js';

/** The key of one layer that set a value. */
export type Source = {
  readonly file: string;
  readonly path: Path;
  readonly mode?: string | undefined;
};

/** Something that a text drew on. `defaulted`: the variable was not set, or empty, and its default stood in. */
export type Use =
  | { readonly kind: 'variable'; readonly name: string; readonly defaulted: boolean }
  | { readonly kind: 'name'; readonly name: string }
  /** An entry of a list, which stands for `{each}`. */
  | { readonly kind: 'list'; readonly source: Source };

/** A source as the origin of a value. */
export function originOf({ file, path, mode }: Source): Origin {
  return { kind: 'profile', file, path, ...(mode === undefined ? {} : { mode }) };
}
