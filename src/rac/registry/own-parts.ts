/** What is told of manifests of one name; each is asked for by its digest, or a tag. */
export type PartsQuestion = {
  readonly digest: string;
  /** Digests that stay. */
  readonly keeping: readonly string[];
  readonly tags: () => Promise<readonly string[]>;
  /** null: it is not there. `parts`: of an index, the manifests that it lists. */
  readonly look: (reference: string) => Promise<{ readonly digest: string; readonly parts: readonly string[] } | null>;
};

/**
 * The manifests that only this index lists, which go with it: their layers stay as long as they do. Nothing for an image of one platform,
 * and none that what stays, or a tag, needs too.
 */
export async function ownParts({ digest, keeping, tags, look }: PartsQuestion): Promise<readonly string[]> {
  const parts = (await look(digest))?.parts ?? [];
  if (parts.length === 0) return [];
  const needed = new Set<string>();
  for (const reference of [...keeping, ...(await tags())]) {
    // oxlint-disable-next-line no-await-in-loop -- few, and the registry shares the machine
    const other = await look(reference);
    if (other !== null && other.digest !== digest) for (const one of [other.digest, ...other.parts]) needed.add(one);
  }
  return parts.filter((part) => part !== digest && !needed.has(part));
}
