import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { isRemote } from '../../plan/build-image.js';
import type { ResolvedImage } from '../../profile/resolved.js';
import { measureSite } from '../build-context/check.js';
import type { ContextTarget, MeasureSite } from '../build-context/ignore-file.js';
import { measureContexts } from '../build-context/measure.js';
import { contextJson, formatContext } from '../build-context/words.js';
import type { Chosen } from '../choose-profile.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { type NamedImages, nameImages } from '../images.js';
import type { Flags } from '../parser.js';
import { flavourOf } from '../project.js';

/** `podctl image context [KEY…]`: what the ignore files of builds let in. Nothing is built. */
export async function imageContext(keys: readonly string[], flags: Flags, context: Context): Promise<number> {
  const { output } = context;
  const images = await nameImages({ names: keys, profile: flags.profile, envFiles: flags.envFile ?? [] }, context);
  const targets = targetsOf(keys, images, context);
  const reports = await measureContexts(targets, await siteFor(flags, images.chosen, context));
  if (flags.json === true) output.json({ contexts: reports.map(contextJson) });
  else output.text(reports.map(formatContext).join('\n'));
  return 0;
}

function targetsOf(
  keys: readonly string[],
  { named, chosen: { project } }: NamedImages,
  { world }: Context,
): readonly ContextTarget[] {
  const flavour = flavourOf(world.host);
  const wanted = keys.length > 0 ? keys : Object.keys(named).filter((key) => isLocal(named[key]));
  const path = (text: string) => resolvePath(project.root, text, flavour);
  return wanted.map((key) => {
    const image = named[key];
    if (image?.context === undefined || !isLocal(image)) {
      const message = `image \`${key}\` has no build context on this machine`;
      throw new PodctlError('USAGE', message, { hint: 'name an image that the profile builds here' });
    }
    const file = image.file === undefined ? null : path(image.file);
    return { image: key, folder: path(image.context), file, target: image.target ?? null };
  });
}

function isLocal(image: ResolvedImage | undefined): boolean {
  return image?.context !== undefined && !isRemote(image.context);
}

// Measuring needs no engine, only to know who would build.
async function siteFor(flags: Flags, { project }: Chosen, context: Context): Promise<MeasureSite> {
  try {
    return measureSite(await chooseEngine({ wanted: flags.engine, project, purpose: 'plan' }, context), context);
  } catch (error) {
    if (!(error instanceof PodctlError) || error.code !== 'UNAVAILABLE') throw error;
    context.output.note("note: no engine answers; these are BuildKit's rules");
    return { world: context.world, builder: 'buildkit', ask: () => Promise.resolve('buildkit') };
  }
}
