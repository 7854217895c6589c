import type { Decision, OwnershipQuestion } from './ownership-question.js';
import type { RuleId } from './rules.js';
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

/** The engine is left to its own choice, for this reason. */
export function leftToEngine({ userns }: OwnershipQuestion, rule: RuleId): Identity {
  return { user: null, userns, decisions: [{ at: 'user', rule }] };
}

/**
 * podctl may write `keep-id:uid=…,gid=…`, which podman 4.3 learned: on this machine, without root, for somebody who is not root, and
 * where the profile says nothing of the namespace.
 */
export function mayMap({ engine, host, userns }: OwnershipQuestion): boolean {
  const rootlessPodman = engine.name === 'podman' && engine.rootless && !engine.vm;
  return rootlessPodman && host.uid !== 0 && userns === null && isAtLeast(engine.version, '4.3');
}

/** The container writes into folders of the host. */
export function writesToHost({ mounts }: OwnershipQuestion): boolean {
  return mounts.some((mount) => mount.type === 'bind' && !mount.readOnly);
}
