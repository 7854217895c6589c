/** What YAML or JSON holds, before anybody looked at its shape: whatever has another shape than asked for is missing. */
export type PlainTable = Readonly<Record<string, unknown>>;

/** The table in a value, or an empty one. */
export function tableIn(value: unknown): PlainTable {
  return isPlainTable(value) ? value : {};
}

/** True for a table, and not for a list or null. */
export function isPlainTable(value: unknown): value is PlainTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The list in a value, or an empty one. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A scalar as text: YAML has `5432` for a number where `"5432"` is meant. null: no scalar, or an empty one. */
export function textIn(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** The texts of a list; a single scalar counts as a list of one. */
export function textsIn(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item) => textIn(item) ?? []);
}

/** `NAME=VALUE` lines or a table, as compose lets one write variables and labels. A bare NAME has no value. */
export function pairsIn(value: unknown): Readonly<Record<string, string | null>> {
  if (isPlainTable(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, inner === null ? null : (textIn(inner) ?? '')]),
    );
  }
  return Object.fromEntries(
    textsIn(value).map((line) => {
      const at = line.indexOf('=');
      return at === -1 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
