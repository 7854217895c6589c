/** A place in a file that a person wrote. Lines and columns count from 1. */
export type Place = {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Dotted key, for instance `container.mounts.cache.target`. */
  readonly key?: string | undefined;
  /** The same key in parts, from which a line and a column can still be found. */
  readonly path?: readonly (string | number)[] | undefined;
};

/** Print as `file:line:column: key`, the form that editors and terminals make clickable. */
export function formatPlace(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  const key = place.key === undefined || place.key === '' ? '' : ` ${place.key}`;
  return `${place.file}${line}${column}${key}`;
}

/** Dotted key of a path; parts that need it are quoted as TOML quotes them. */
export function formatKey(path: readonly (string | number)[]): string {
  return path
    .map((part) =>
      typeof part === 'number' ? `[${part}]` : /^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part),
    )
    .join('.')
    .replaceAll('.[', '[');
}
