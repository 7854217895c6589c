/** A container as it was when the stack was last found to be up. */
export type KeptContainer = {
  readonly id: string;
  readonly state: string;
  /** Null for one that nobody waited for. */
  readonly startedAt: string | null;
  readonly health: string | null;
  /** The name that it was made from, and the id that it was made of. */
  readonly image: string | null;
  readonly imageId: string | null;
  readonly networks: readonly string[];
};

/** What a stack looked like at the engine: its containers, and the images that their names stand for. */
export type KeptState = {
  readonly containers: readonly KeptContainer[];
  /** Image names with their ids; null: there is none of that name. */
  readonly images: Readonly<Record<string, string | null>>;
};

/** Whether nothing of a stack has changed since; the order of containers means nothing. */
export function sameState(before: KeptState, now: KeptState): boolean {
  return text(before) === text(now);
}

function text({ containers, images }: KeptState): string {
  const rows = containers
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, state, startedAt, health, image, imageId, networks }) => [
      [id, state, startedAt, health, image, imageId],
      networks.toSorted(),
    ]);
  const names = Object.keys(images).toSorted();
  return JSON.stringify([rows, names.map((name) => [name, images[name]])]);
}
