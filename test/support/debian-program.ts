import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { unpackPackage } from '../setup/apt.mjs';

/** A folder with programs of a Debian package, unpacked once for this user; nothing is installed. `program`: one that it has. */
export async function debianPrograms(name: string, { as, program }: { as: string; program: string }): Promise<string> {
  const root = join(tmpdir(), `podctl-${as}-${userInfo().uid}`);
  const programs = join(root, 'usr', 'bin');
  const has = (): boolean => existsSync(join(programs, program));
  if (has()) return programs;
  // Test files run side by side: each unpacks for itself, and the first that is done gives its folder the name.
  const own = mkdtempSync(`${root}-`);
  await unpackPackage(name, own);
  try {
    renameSync(own, root);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!has()) throw error;
  }
  return programs;
}
