import { PodctlError } from '../../core/errors.js';
import type { World } from '../../io/world.js';
import type { Flags } from '../parser.js';
import { racHome } from './home.js';

/** The header that proves that podctl may read RAC's folder. Throws REFUSED where it may not. */
export async function hostHeaders(
  flags: Pick<Flags, 'home'>,
  world: Pick<World, 'host' | 'files'>,
): Promise<Readonly<Record<string, string>>> {
  const { HOST_HEADER, HOST_SECRET_FILE } = await import('../../rac/accounts/host-secret.js');
  const secret = (await world.files.readText(`${racHome(flags, world)}/${HOST_SECRET_FILE}`))?.trim() ?? '';
  if (secret !== '') return { [HOST_HEADER]: secret };
  throw new PodctlError('REFUSED', "this needs the secret in RAC's own folder, which is not here", {
    hint: 'run it on the machine and as the user that RAC runs as; --home names another folder',
  });
}
