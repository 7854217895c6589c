import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a folder holds. `bytes` null: something in it cannot be looked at. `own`: this user may remove all of it. */
export type Measured = { readonly bytes: number | null; readonly own: boolean };

/** Add up the files below a folder, links not followed. `uid`: who asks; root may remove everything. */
export async function measureFolder(folder: string, uid: number | null): Promise<Measured> {
  const may = (owner: number): boolean => uid === null || uid === 0 || owner === uid;
  const waiting = [folder];
  let bytes = 0;
  let [own, seen] = [true, true];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one folder after the other
      const [{ uid: owner }, entries] = await Promise.all([lstat(next), readdir(next, { withFileTypes: true })]);
      own &&= may(owner);
      const here = next;
      const [inner, files] = [entries.filter((one) => one.isDirectory()), entries.filter((one) => !one.isDirectory())];
      waiting.push(...inner.map(({ name }) => join(here, name)));
      // oxlint-disable-next-line no-await-in-loop -- as above
      const sizes = await Promise.all(files.map(async ({ name }) => (await lstat(join(here, name))).size));
      bytes += sizes.reduce((sum, size) => sum + size, 0);
    } catch {
      [own, seen] = [false, false];
    }
  }
  return { bytes: seen ? bytes : null, own };
}
