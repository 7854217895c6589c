import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Whether two folders hold the same: names, kinds, modes, and every byte. */
export function sameTree(one: string, other: string): boolean {
  const [entry, beside] = [lstatSync(one), lstatSync(other)];
  if (entry.mode !== beside.mode) return false;
  if (entry.isSymbolicLink()) return readlinkSync(one) === readlinkSync(other);
  if (!entry.isDirectory()) return entry.size === beside.size && readFileSync(one).equals(readFileSync(other));
  const [names, besides] = [readdirSync(one).toSorted(), readdirSync(other).toSorted()];
  return names.join('\0') === besides.join('\0') && names.every((name) => sameTree(join(one, name), join(other, name)));
}
