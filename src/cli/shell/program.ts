import type { World } from '../../io/world.js';

/** bash where there is one, else sh. */
export const ANY_SHELL = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'];

/** A folder as it was named, and with links resolved. */
export async function namesOf(folder: string, { files }: World): Promise<readonly string[]> {
  const real = await files.realPath(folder);
  return real === null || real === folder ? [folder] : [folder, real];
}
