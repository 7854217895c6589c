import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { measureFolder } from '../engine/clean/measure.js';
import type { Files } from '../io/files.js';
import { keptNames, keptPaths } from './kept-volumes.js';

/** A home folder that `down --purge` has put aside. */
export type KeptHome = {
  /** The time at which it was put aside. */
  readonly id: string;
  /** null: something in it cannot be looked at. */
  readonly bytes: number | null;
  /** Names of the volumes that are kept in it. */
  readonly volumes: readonly string[];
};

/** Home folders that `down --purge` has put aside, beside the one that they were. */
export type KeptHomes = {
  /** Oldest first. */
  readonly ids: () => Promise<readonly string[]>;
  /** The same with what is in them. */
  readonly list: () => Promise<readonly KeptHome[]>;
  readonly putAside: (id: string) => Promise<void>;
  readonly bringBack: (id: string) => Promise<void>;
  readonly drop: (id: string) => Promise<void>;
  /** The home folder itself, for good. */
  readonly remove: () => Promise<void>;
};

export function openKeptHomes(home: string, files: Files): KeptHomes {
  const prefix = `${basename(home)}.kept-`;
  const at = (id: string): string => join(dirname(home), `${prefix}${id}`);
  const ids = async (): Promise<readonly string[]> => {
    const names = await readdir(dirname(home)).catch(() => []);
    const kept = names.filter((name) => name.startsWith(prefix));
    return kept.map((name) => name.slice(prefix.length)).toSorted();
  };
  const look = async (id: string): Promise<KeptHome> => {
    const { bytes } = await measureFolder(at(id), null);
    return { id, bytes, volumes: keptNames((await files.readText(keptPaths(at(id)).document)) ?? '') };
  };
  return {
    ids,
    list: async () => Promise.all((await ids()).map(look)),
    putAside: (id) => rename(home, at(id)),
    bringBack: (id) => rename(at(id), home),
    drop: (id) => rm(at(id), { recursive: true }),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
