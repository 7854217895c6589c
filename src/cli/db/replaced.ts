import { neighboursOf } from '../../io/data-reach.js';
import type { DataPlace } from '../../plan/data-place.js';
import { replacedId } from '../../plan/decide-restore.js';

/** A database that a restore moved aside. `twin`: a restore was killed before it did; the file is still the database itself. */
export type Replaced = { readonly id: string; readonly path: string; readonly bytes: number; readonly twin: boolean };

/** What restores moved aside, oldest first. */
export async function replacedBeside(place: DataPlace): Promise<readonly Replaced[]> {
  const path = place.kind === 'engine' ? null : place.path;
  if (path === null) return [];
  const base = path.split(/[\\/]/).at(-1) ?? '';
  return (await neighboursOf(path))
    .flatMap(({ name, path: file, bytes, twin }) => {
      const id = replacedId(name, base);
      return id === null ? [] : [{ id, path: file, bytes, twin }];
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
