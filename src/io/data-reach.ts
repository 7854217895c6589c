import { access, constants, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, ioError } from './io-error.js';

/** `usable`: this process may read and write there; `closed`: it may not, or may not even look. */
export type Reach = 'usable' | 'absent' | 'closed';

const CLOSED = ['EACCES', 'EPERM', 'EROFS'];

/** Whether this process may work on a database file or a folder of files, with its own locks and temporary files beside it. */
export async function reachOf(path: string): Promise<Reach> {
  try {
    const found = await stat(path);
    await access(path, constants.R_OK | constants.W_OK);
    if (found.isFile()) await access(dirname(path), constants.R_OK | constants.W_OK | constants.X_OK);
    return 'usable';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'absent';
    if (CLOSED.includes(codeOf(error))) return 'closed';
    throw ioError('look at', path, error);
  }
}

/** A file or a folder that stands beside the data. `twin`: it is a second name of the data themselves. */
export type Neighbour = {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly twin: boolean;
};

/** What stands beside a database or a folder of data, with a name that begins with its own. */
export async function neighboursOf(path: string): Promise<readonly Neighbour[]> {
  const folder = dirname(path);
  const own = await stat(path).catch(() => null);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.startsWith(`${basename(path)}.`))
      .map(async (name) => {
        const stats = await stat(join(folder, name)).catch(() => null);
        if (stats === null || !(stats.isFile() || stats.isDirectory())) return [];
        const twin = own !== null && own.ino === stats.ino && own.dev === stats.dev;
        return [{ path: join(folder, name), name, bytes: stats.size, twin }];
      }),
  );
  return found.flat();
}

/** Whether something is there: a file, or a folder with anything in it. */
export async function isOccupied(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null) return false;
  return !found.isDirectory() || (await readdir(path)).length > 0;
}
