import type { ContainerSpec } from '../../spec/spec.js';
import type { ArgToken } from '../token.js';
import type { RunOptions } from './way.js';

/** What one field of the spec becomes. */
export type Row = (spec: ContainerSpec, options: RunOptions) => readonly ArgToken[];

/** One engine's flags: a row per field. `null`: this engine has no word for it, which lowering has refused before. */
export type Dialect = { readonly [K in keyof Required<ContainerSpec>]: Row | null };

/** A flag with its value as the next argument: engines then take any text for the value, a leading dash included. */
export function option(flag: string, value: string | null, at: string): readonly ArgToken[] {
  return value === null
    ? []
    : [
        { text: flag, at },
        { text: value, at },
      ];
}

/** A flag that stands alone. */
export function toggle(flag: string, on: boolean, at: string): readonly ArgToken[] {
  return on ? [{ text: flag, at }] : [];
}

/** The same flag once per value; pointers count from 0. */
export function each(flag: string, values: readonly string[], at: string): readonly ArgToken[] {
  return values.flatMap((value, index) => option(flag, value, `${at}/${index}`));
}
