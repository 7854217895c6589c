import { isWithin } from '../core/path.js';
import type { MountedFacts } from '../spec/facts.js';
import { type Refusal, refuse } from './refusal.js';

/** Declared data that no verb may remove: where it is kept. */
export type ProtectedData = {
  readonly key: string;
  readonly type: 'bind' | 'volume';
  /** Path of the engine's host, or name of the volume. */
  readonly source: string;
};

/** Something that a verb is about to remove. `source`: a volume's name, or a path. */
export type Removal = Pick<MountedFacts, 'type' | 'source'>;

/** The data that one of these removals would take away. Not even `--yes` or `--all` changes the answer. */
export function protectedAmong(
  removals: readonly Removal[],
  kept: readonly ProtectedData[],
): readonly { readonly removal: Removal; readonly data: ProtectedData }[] {
  return removals.flatMap((removal) => {
    const data = kept.find((one) => one.type === removal.type && takes(removal, one));
    return data === undefined ? [] : [{ removal, data }];
  });
}

/** A refusal for removals that would take protected data away; null when none does. */
export function refuseProtected(removals: readonly Removal[], kept: readonly ProtectedData[]): Refusal | null {
  const found = protectedAmong(removals, kept);
  if (found.length === 0) return null;
  const names = found.map(({ removal, data }) => `${removal.type} \`${removal.source}\` (data \`${data.key}\`)`);
  return refuse(
    'REFUSED',
    `protected data are never removed: ${names.join(', ')}`,
    'make a backup with `podctl db backup`; take `protected = true` out of the profile if they may go',
  );
}

// A folder above the data takes them along; one inside them is a part of them.
function takes({ source }: Removal, data: ProtectedData): boolean {
  if (data.type === 'volume') return data.source === source;
  return isWithin(data.source, source) || isWithin(source, data.source);
}
