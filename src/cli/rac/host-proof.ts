import { PodctlError } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import { HOST_HEADER, HOST_SECRET_FILE } from '../../rac/accounts/host-secret.js';

/** What proves to the service that this user may read its folder. Throws REFUSED where that is not so. */
export async function hostHeaders(home: string, files: Files): Promise<Readonly<Record<string, string>>> {
  const secret = (await files.readText(`${home}/${HOST_SECRET_FILE}`))?.trim() ?? '';
  if (secret !== '') return { [HOST_HEADER]: secret };
  throw new PodctlError('REFUSED', 'only whoever has the folder of that RAC may do this', {
    hint: 'run it on the machine of RAC as the user who started it, with --home where it has another folder',
  });
}
