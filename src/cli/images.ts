import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { formatProject, LABEL } from '../core/project.js';
import type { FoundEngine, Observer } from '../engine/engine.js';
import type { BuildDecision } from '../plan/decide-build.js';
import { refusalError } from '../plan/refusal.js';
import type { PlanFrame } from '../plan/run-input.js';
import { resolveImages } from '../profile/resolve.js';
import type { ResolvedImage } from '../profile/resolved.js';
import { carryOut } from './carry-out.js';
import { type Chosen, chooseProfile } from './choose-profile.js';
import type { Context } from './context.js';
import { chooseEngine } from './engine-choice.js';
import type { Flags } from './parser.js';
import { printPlan } from './print-plan.js';
import { type Printing, readPrinting } from './printing.js';
import { flavourOf } from './project.js';
import { readEnvironment } from './run/environment.js';
import { hostNames } from './run/variables.js';

/** What `build` and `pull` understand both. `names`: keys of the profile's images; empty: the one that the container runs. */
export type ImageOptions = Printing & {
  readonly names: readonly string[];
  readonly profile: string | undefined;
  readonly engine: string | undefined;
  readonly tag: string | undefined;
  /** Env files, as typed and in order; they stand in for the profile's. */
  readonly envFiles: readonly string[];
};

/** Flags → options. */
export function readImageOptions(
  names: readonly string[],
  flags: Flags,
  { purpose }: Pick<Context, 'purpose'>,
): ImageOptions {
  return {
    names,
    profile: flags.profile,
    engine: flags.engine,
    tag: flags.tag,
    envFiles: flags.envFile ?? [],
    ...readPrinting(flags, purpose),
  };
}

/** The profile's images, the wanted ones, and the engine that gets them. */
export type ImageSite = {
  readonly chosen: Chosen;
  readonly frame: PlanFrame;
  readonly found: FoundEngine;
  readonly observer: Observer;
  readonly images: Readonly<Record<string, ResolvedImage>>;
  readonly wanted: readonly string[];
  /** Labels of everything that podctl makes in this project. */
  readonly labels: Readonly<Record<string, string>>;
};

/** Find profile, images and engine, in this order: what needs no engine is checked first. */
export async function openImageSite(options: ImageOptions, context: Context): Promise<ImageSite> {
  const { world, rooms, purpose } = context;
  const chosen = await chooseProfile(options.profile, world, { images: options.names });
  const { loaded, project } = chosen;
  const request = { chosen, mode: null, command: null, envFiles: options.envFiles, env: [], lenient: true };
  const { variables } = await readEnvironment(request, world);
  const named = resolveImages(
    loaded,
    {
      variables,
      names: hostNames(world.host, project.root),
      flavour: flavourOf(world.host),
    },
    null,
  );
  const unknown = options.names.find((name) => !Object.hasOwn(named, name));
  if (unknown !== undefined) throw noSuchImage(unknown, Object.keys(named));
  const wanted = options.names.length > 0 ? options.names : standardImages(chosen, named);
  const printed = options.dryRun || purpose === 'explain';
  const found = await chooseEngine({ wanted: options.engine, project, purpose: printed ? 'plan' : 'act' }, context);
  const { makeObserver } = await rooms.observe();
  return {
    chosen,
    frame: { profile: loaded.name, mode: null, engine: found.facts, connection: found.connection },
    found,
    observer: makeObserver(found, { host: world.host }),
    images: withTag(named, wanted, options.tag),
    wanted,
    labels: { [LABEL.project]: formatProject(project.id), [LABEL.profile]: loaded.name },
  };
}

/** Print, explain or carry out what was decided; prints the references of the wanted images at the end. */
export async function finishImages(
  decision: BuildDecision,
  { site, options }: { readonly site: ImageSite; readonly options: ImageOptions },
  context: Context,
): Promise<number> {
  if (decision.kind === 'refused') throw refusalError(decision);
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('./run/explain.js');
    const built = { origins: {}, notes: [] };
    const texts = site.chosen.loaded.layers;
    await printExplanation({ plan: decision.plan, built, texts, how: options }, context);
    return 0;
  }
  if (options.dryRun) {
    printPlan(decision.plan, options, context);
    return 0;
  }
  const { exitCode } = await carryOut(decision.plan, site.found, context);
  if (exitCode !== 0) return exitCode;
  const refs = site.wanted.map((key) => refOf(site.images[key]));
  if (options.json) context.output.json({ images: refs });
  else context.output.text(refs.map((ref) => `${ref}\n`).join(''));
  return 0;
}

/** Reference of an image of the profile. */
export function refOf(image: ResolvedImage | undefined): string {
  if (image === undefined) return '';
  return image.tag === '' ? image.name : `${image.name}:${image.tag}`;
}

function noSuchImage(name: string, known: readonly string[]): PodctlError {
  const meant = nearest(name, known);
  return new PodctlError('USAGE', `the profile has no image \`${name}\``, {
    hint: meant === undefined ? `it has ${known.join(', ') || 'no images'}` : `did you mean ${meant}?`,
  });
}

// The image that the container runs; where the profile names none, all that no other image stands on.
function standardImages({ loaded }: Chosen, images: Readonly<Record<string, ResolvedImage>>): readonly string[] {
  const own = loaded.profile.container?.image;
  if (own !== undefined && Object.hasOwn(images, own)) return [own];
  const bases = new Set(Object.values(images).map(({ base }) => base));
  return Object.keys(images).filter((key) => !bases.has(key));
}

function withTag(
  images: Readonly<Record<string, ResolvedImage>>,
  wanted: readonly string[],
  tag: string | undefined,
): Readonly<Record<string, ResolvedImage>> {
  if (tag === undefined) return images;
  return Object.fromEntries(
    Object.entries(images).map(([key, image]) => [key, wanted.includes(key) ? { ...image, tag } : image]),
  );
}
