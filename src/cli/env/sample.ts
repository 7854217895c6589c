import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import type { EnvFileParts } from '../../profile/env-file-plan.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';

/** Names under which projects keep a file that shows their variables, likeliest first. */
const NAMES = [
  'sample.env',
  '.env.sample',
  '.env.example',
  'example.env',
  'env.sample',
  'env.example',
  '.env.template',
  '.env.dist',
];

/** The sample that is named, else the first that the project has; null: there is none. */
export async function findSample(
  named: string | undefined,
  root: string,
  { files, host }: World,
): Promise<EnvFileParts['sample']> {
  const flavour = flavourOf(host);
  if (named !== undefined) {
    const path = resolvePath(host.cwd, named, flavour);
    const text = await files.readText(path);
    if (text !== null) return { file: shownPath(path, host), text };
    throw new PodctlError('MISSING_INPUT', `the sample \`${named}\` does not exist`, { hint: 'correct the path' });
  }
  for (const name of NAMES) {
    // oxlint-disable-next-line no-await-in-loop -- the first one that is there counts
    const text = await files.readText(resolvePath(root, name, flavour));
    if (text !== null) return { file: name, text };
  }
  return null;
}
