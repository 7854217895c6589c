import type { EngineFacts } from './facts.js';
import type { Decision } from './ownership-question.js';
import { isAtLeast } from './version.js';

/** Who runs inside, and who that is outside. */
export type Identity = {
  readonly user: string | null;
  readonly userns: string | null;
  readonly decisions: readonly Decision[];
};

/** `grouped`: the group is written out, too. Else it is taken to have the same number, as useradd makes them. */
export type FixedUser = { readonly uid: number; readonly gid: number; readonly grouped: boolean };

/** The numbers of `uid[:gid]`; null for root, for names, and where nothing is known. */
export function numericUser(user: string | null): FixedUser | null {
  const match = /^(\d+)(?::(\d+))?$/.exec(user ?? '');
  const uid = Number(match?.[1] ?? 0);
  if (uid === 0) return null;
  return { uid, gid: Number(match?.[2] ?? uid), grouped: match?.[2] !== undefined };
}

/** True for root by any spelling; an unknown user is not. */
export function isRoot(user: string | null): boolean {
  return user !== null && /^(|root|0+)(:.*)?$/.test(user);
}

/** Podman 4.3 learned `keep-id:uid=…,gid=…`. */
export function knowsMapping(engine: Pick<EngineFacts, 'version'>): boolean {
  return isAtLeast(engine.version, '4.3');
}
