import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Home folders that `down --purge` has put aside, beside the one that they were. */
export type KeptHomes = {
  /** Ids (times), oldest first. */
  readonly list: () => Promise<readonly string[]>;
  readonly putAside: (id: string) => Promise<void>;
  readonly bringBack: (id: string) => Promise<void>;
  readonly drop: (id: string) => Promise<void>;
  /** The home folder itself, for good. */
  readonly remove: () => Promise<void>;
};

export function openKeptHomes(home: string): KeptHomes {
  const prefix = `${basename(home)}.kept-`;
  const at = (id: string): string => join(dirname(home), `${prefix}${id}`);
  return {
    list: async () => {
      const names = await readdir(dirname(home)).catch(() => []);
      return names
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .toSorted();
    },
    putAside: (id) => rename(home, at(id)),
    bringBack: (id) => rename(at(id), home),
    drop: (id) => rm(at(id), { recursive: true }),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
