import { formatKey, formatPlace } from './place.js';

/** Where a value came from. A value can have several: a profile line that names a variable has both. */
export type Origin =
  /** A key of a profile layer; `mode` names the overlay that the key stands in. */
  | {
      readonly kind: 'profile';
      readonly file: string;
      /** Keys, and indices of arrays. */
      readonly path: readonly (string | number)[];
      readonly mode?: string | undefined;
      readonly line?: number | undefined;
      readonly column?: number | undefined;
    }
  | { readonly kind: 'flag'; readonly flag: string }
  /** A variable; `file` and `line` when an env file set it, else the process environment. `defaulted`: unset, its default was used. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly file?: string | undefined;
      readonly line?: number | undefined;
      readonly defaulted?: boolean | undefined;
    }
  /** An argument after the command's name. */
  | { readonly kind: 'argument'; readonly index: number }
  /** Something that the engine or the image asks for; `rule` is an id of the rules page. */
  | { readonly kind: 'engine'; readonly rule: string }
  /** podctl's own contract, such as its labels; `rule` is an id of the rules page. */
  | { readonly kind: 'podctl'; readonly rule: string };

/** Origins of spec values by pointer, for instance `mounts/cache`, `ports/http`, `env/TZ`, `args/0`, `image`. */
export type Origins = Readonly<Record<string, readonly Origin[]>>;

/** One line of text for a person. */
export function formatOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'profile': {
      const mode = origin.mode === undefined ? '' : ` (mode ${origin.mode})`;
      return `${formatPlace({ ...origin, key: formatKey(origin.path) })}${mode}`;
    }
    case 'flag':
      return `flag ${origin.flag}`;
    case 'variable': {
      if (origin.defaulted === true) return `default of \${${origin.name}}, which is not set`;
      const from = origin.file === undefined ? 'environment' : formatPlace({ file: origin.file, line: origin.line });
      return `variable ${origin.name} (${from})`;
    }
    case 'argument':
      return `argument ${origin.index + 1} of the command line`;
    case 'engine':
      return `engine rule ${origin.rule}`;
    case 'podctl':
      return `podctl rule ${origin.rule}`;
    default:
      return origin satisfies never;
  }
}
