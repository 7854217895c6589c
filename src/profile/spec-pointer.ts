// Spec fields that are not simply the profile's key in camelCase.
const OTHER_NAME: Readonly<Record<string, string>> = { read_only: 'readOnlyRoot' };

/** The spec's name for a key of a container: `stop_timeout` is `stopTimeout`. Keys that an author chose stay as they are. */
export function specPointer(key: string, table?: string): string {
  if (table !== undefined && table !== 'resources') return key;
  if (table === undefined && Object.hasOwn(OTHER_NAME, key)) return OTHER_NAME[key] ?? key;
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
