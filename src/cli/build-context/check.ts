import type { FoundEngine } from '../../engine/engine.js';
import { type BuildInput, buildSources } from '../../plan/decide-build.js';
import type { Builder } from '../../plan/ignore-file.js';
import type { Context } from '../context.js';
import type { ImageSite } from '../images.js';
import type { ContextTarget, MeasureSite } from './ignore-file.js';
import { measureContexts } from './measure.js';
import { refuseSecrets, tellContexts } from './words.js';

/** A build that was laid out. `strict`: of every image; else the profile says so for each. */
export type CheckedBuild = {
  readonly input: BuildInput;
  readonly site: Pick<ImageSite, 'images' | 'found'>;
  readonly strict: boolean;
};

/** Measure the contexts before a build: tells sizes and what should not be there. Throws PodctlError('REFUSED') for a secret where that is asked for. */
export async function checkContexts({ input, site, strict }: CheckedBuild, context: Context): Promise<void> {
  const reports = await measureContexts(targetsOf(input), measureSite(site.found, context));
  tellContexts(reports, context);
  refuseSecrets(reports, (key) => strict || site.images[key]?.strict_context === true);
}

/** Measuring for an engine that was found. */
export function measureSite(found: FoundEngine, { world, rooms }: Context): MeasureSite {
  const ask = async (): Promise<Builder> => {
    if (found.facts.assumed) return 'buildkit';
    const { makeBuilder } = await rooms.builder();
    const { buildkit } = await makeBuilder(found, { host: world.host }).facts();
    return buildkit ? 'buildkit' : 'classic';
  };
  return { world, builder: likelyBuilder(found), ask };
}

function likelyBuilder({ facts }: FoundEngine): MeasureSite['builder'] {
  if (facts.name === 'docker') return 'docker';
  return facts.name === 'nerdctl' ? 'buildkit' : 'podman';
}

// One target per image with a context on this machine.
function targetsOf(input: BuildInput): readonly ContextTarget[] {
  const sources = buildSources(input);
  return sources
    .filter(({ what }) => what === 'build context')
    .map(({ image, path }) => ({
      image,
      folder: path,
      file: sources.find((one) => one.image === image && one.what === 'Containerfile')?.path ?? null,
      target: input.images[image]?.target ?? null,
    }));
}
