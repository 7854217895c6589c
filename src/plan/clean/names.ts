/** Name of a folder that is put away at this time: hidden, in its own parent, so that one step of the file system moves it. */
export function asideName(path: string, id: string): string {
  return besideName(path, 'kept', id);
}

/** A hidden name beside a folder. `gone`: on its way to be removed. */
export function besideName(path: string, what: 'kept' | 'gone', id: string): string {
  const at = path.lastIndexOf('/') + 1;
  return `${path.slice(0, at)}.podctl-${what}-${path.slice(at)}-${id}`;
}
