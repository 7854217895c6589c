/** Reads outside JSON without trusting it: whatever has another shape than asked for is missing. */
export type Json = Readonly<Record<string, unknown>>;

/** The object in a value, or an empty one. */
export function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** The list in a value, or an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text in a value, or ''. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a list; null when the value is no list. */
export function asTexts(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
}

/** Text values of an object. */
export function asTextRecord(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(asObject(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Parse text that should be JSON; null when it is not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
