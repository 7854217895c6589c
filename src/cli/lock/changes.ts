import type { Lock, LockedImage } from '../../profile/lock-file.js';

/** Something that differs between two locks. `what`: `image`, or a reference in the image's Containerfile. null: it is not there. */
export type Change = {
  readonly key: string;
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
};

/** What differs, by key. Platforms belong to the digest. */
export function changesOf(old: Lock, now: Lock): readonly Change[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted();
  return keys.flatMap((key) => [
    ...differ({ key, what: 'image', from: wordsOf(old[key]), to: wordsOf(now[key]) }),
    ...fromChanges(key, old[key], now[key]),
  ]);
}

function fromChanges(key: string, old: LockedImage | undefined, now: LockedImage | undefined): readonly Change[] {
  const [before, after] = [fromOf(old), fromOf(now)];
  if (now === undefined) return [];
  const refs = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return refs.flatMap((ref) => differ({ key, what: `FROM ${ref}`, from: before[ref] ?? null, to: after[ref] ?? null }));
}

function differ(change: Change): readonly Change[] {
  return change.from === change.to ? [] : [change];
}

function wordsOf(image: LockedImage | undefined): string | null {
  if (image === undefined) return null;
  return `${image.ref} ${image.kind === 'pulled' ? image.digest : image.id}`;
}

function fromOf(image: LockedImage | undefined): Readonly<Record<string, string>> {
  return image?.kind === 'built' ? image.from : {};
}
