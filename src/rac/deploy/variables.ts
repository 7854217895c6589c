import type { Secret } from '../../core/secret.js';
import type { Principal } from '../accounts/principal.js';

/** A variable as lists show it: values never leave RAC again but into the container. */
export type Variable = { readonly key: string; readonly setAt: number; readonly setBy: string };

/** Variables of names, encrypted at rest. They win over `rac.env.*` and the image's own. */
export type Variables = {
  readonly list: (name: string) => readonly Variable[];
  /** Throws PodctlError('BAD_DATA') for what is no name of a variable, REFUSED for too many or too long ones. Takes effect with `Releases.settle`. */
  readonly set: (name: string, values: Readonly<Record<string, Secret>>, who: Principal) => void;
  /** Unknown keys are passed over; gives those that were there. */
  readonly unset: (name: string, keys: readonly string[], who: Principal) => readonly string[];
  /** For the container only. */
  readonly reveal: (name: string) => Readonly<Record<string, Secret>>;
};
