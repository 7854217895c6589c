/** Whose something is; `mode` in permission bits. */
export type PlaceOwner = { readonly uid: number; readonly gid: number; readonly mode: number };

/** A bind folder that was put away. `aside`: renamed within its own parent to `at`; `archive`: packed into the file `at`. */
export type KeptFolder = {
  readonly kind: 'folder';
  /** Where it was, and comes back to. */
  readonly path: string;
  readonly at: string;
  readonly how: 'aside' | 'archive';
  /** null: nobody could measure it. */
  readonly bytes: number | null;
  readonly owner: PlaceOwner | null;
};

/** A named volume whose content was packed into the file `at`; `removed`: the volume itself is gone and is made anew when it comes back. */
export type KeptVolume = {
  readonly kind: 'volume';
  readonly name: string;
  readonly at: string;
  readonly removed: boolean;
  readonly bytes: number | null;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
};

export type KeptThing = KeptFolder | KeptVolume;

/** What one run of a verb put away, as undo lists and brings it back. It stands in `undo/ID.json` of the project's state folder. */
export type Kept = {
  readonly podctl: 1;
  /** A time, as a backup's id: `20261121T033012Z`, `-2` for a second one in that second. */
  readonly id: string;
  readonly by: 'reset' | 'prune' | 'undo';
  /** ISO time in UTC. */
  readonly made: string;
  /** Whose volumes these are; null: nothing but folders. */
  readonly engine: string | null;
  readonly things: readonly KeptThing[];
};

/** A document as it is written. */
export function formatKept(kept: Kept): string {
  return `${JSON.stringify(kept, null, 2)}\n`;
}

/** Read a document; null for anything that is none. */
export function parseKept(text: string): Kept | null {
  const value = fieldsOf(parseJson(text));
  const { id, by, made, engine, things } = value;
  const verb = (['reset', 'prune', 'undo'] as const).find((one) => one === by);
  if (value['podctl'] !== 1 || typeof id !== 'string' || typeof made !== 'string' || verb === undefined) return null;
  if (!Array.isArray(things)) return null;
  const read = things.map(parseThing);
  if (read.some((thing) => thing === null)) return null;
  return {
    podctl: 1,
    id,
    by: verb,
    made,
    engine: typeof engine === 'string' ? engine : null,
    things: read.filter((thing) => thing !== null),
  };
}

/** Bytes that everything together takes; what could not be measured counts nothing. */
export function keptBytes({ things }: Pick<Kept, 'things'>): number {
  return things.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}

/** What a thing is called, for people. */
export function thingWords(thing: KeptThing): string {
  return thing.kind === 'volume' ? `volume ${thing.name}` : thing.path;
}

/** What was removed when it was kept, as rules about protected data look at it. */
export function removalOf(thing: KeptThing): { readonly type: 'bind' | 'volume'; readonly source: string } {
  return thing.kind === 'folder' ? { type: 'bind', source: thing.path } : { type: 'volume', source: thing.name };
}

function parseThing(value: unknown): KeptThing | null {
  const thing = fieldsOf(value);
  const { kind, at, bytes } = thing;
  if (typeof at !== 'string') return null;
  const common = { at, bytes: typeof bytes === 'number' ? bytes : null };
  if (kind === 'folder') {
    const { path, how, owner } = thing;
    if (typeof path !== 'string' || (how !== 'aside' && how !== 'archive')) return null;
    return { kind, path, how, ...common, owner: parseOwner(owner) };
  }
  const { name, removed, driver, options, labels } = thing;
  if (kind !== 'volume' || typeof name !== 'string' || typeof driver !== 'string') return null;
  return { kind, name, removed: removed === true, ...common, driver, options: texts(options), labels: texts(labels) };
}

function parseOwner(value: unknown): PlaceOwner | null {
  const { uid, gid, mode } = fieldsOf(value);
  return typeof uid === 'number' && typeof gid === 'number' && typeof mode === 'number' ? { uid, gid, mode } : null;
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(value));
  return Object.fromEntries(entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
