/** What podctl itself kept as JSON; null where it is empty, cut off, or of another form: then it is made anew. */
export function readOwnJson<T>(text: string, isIt: (value: unknown) => value is T): T | null {
  if (text === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return isIt(value) ? value : null;
  } catch {
    return null;
  }
}
