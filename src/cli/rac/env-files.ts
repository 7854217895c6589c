import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { Secret } from '../../core/secret.js';
import type { World } from '../../io/world.js';
import { parseDotenv } from '../../profile/dotenv.js';
import { flavourOf } from '../project.js';

/** Variables of env files by podctl's one meaning of them; a later file wins. Nothing is taken from podctl's own environment. */
export async function readEnvFiles(paths: readonly string[], { files, host }: World): Promise<[string, Secret][]> {
  const found: [string, Secret][] = [];
  for (const path of paths) {
    // oxlint-disable-next-line no-await-in-loop -- a later file wins
    const text = await files.readText(resolvePath(host.cwd, path, flavourOf(host)));
    if (text === null)
      throw new PodctlError('MISSING_INPUT', `there is no file \`${path}\``, { hint: 'name an env file' });
    for (const { name, value } of parseDotenv({ file: path, text }, {}).entries) {
      if (value !== null) found.push([name, new Secret(value)]);
    }
  }
  return found;
}
