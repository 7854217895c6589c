import type { World } from '../../io/world.js';
import { variablesSample } from '../../profile/compose/variables-sample.js';
import type { EnvFileParts } from '../../profile/env-file-plan.js';
import { findStack } from '../stack/place.js';
import { readSources } from '../stack/site.js';

/** In the place of a sample, what the compose files say of the variables that fill them in; null: there are none, or they want none. */
export async function sampleOfStack(profile: string | undefined, world: World): Promise<EnvFileParts['sample']> {
  const place = await findStack({ files: [], profile }, world);
  if (place === null) return null;
  return variablesSample(await readSources(place.stack.files, world));
}
