import { PodctlError } from '../core/errors.js';
import { type ImageParts, withImageParts } from '../core/image-ref.js';
import { nearest } from '../core/nearest.js';
import type { Origin, Origins } from '../core/origin.js';
import { formatProject, LABEL } from '../core/project.js';
import type { FoundEngine, Observer } from '../engine/engine.js';
import type { BuildDecision } from '../plan/decide-build.js';
import { refusalError } from '../plan/refusal.js';
import type { PlanFrame } from '../plan/run-input.js';
import { imageOrigins, resolveImages } from '../profile/resolve.js';
import type { ResolvedImage, ResolveRequest, Variables } from '../profile/resolved.js';
import type { Via } from '../spec/capability.js';
import { carryOut } from './carry-out.js';
import { type Chosen, chooseProfile } from './choose-profile.js';
import type { Context } from './context.js';
import { chooseEngine } from './engine-choice.js';
import { gitName } from './git-name.js';
import { partsOf } from './image-parts.js';
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
  readonly via: Via;
  /** `--locked`; left out: no. */
  readonly locked?: boolean;
  readonly tag: string | undefined;
  /** Env files, as typed and in order; they stand in for the profile's. */
  readonly envFiles: readonly string[];
  /** Parts of the wanted images' names in place of the profile's. */
  readonly parts: Partial<ImageParts>;
  /** Nothing is changed: the engine is only asked, and not remembered. */
  readonly looks?: boolean;
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
    via: flags.via ?? 'cli',
    locked: flags.locked === true,
    tag: flags.tag,
    envFiles: flags.envFile ?? [],
    parts: partsOf(flags),
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
  /** The environment, and what env files add to it. */
  readonly variables: Variables;
  /** Where the images' values came from. */
  readonly origins: () => Origins;
  /** Labels of everything that podctl makes in this project. */
  readonly labels: Readonly<Record<string, string>>;
};

/** Find profile, images and engine, in this order: what needs no engine is checked first. */
export async function openImageSite(options: ImageOptions, context: Context): Promise<ImageSite> {
  const { world, rooms, purpose } = context;
  checkParts(options);
  const { chosen, named, request } = await nameImages(options, context);
  const { loaded, project } = chosen;
  const { variables } = request;
  const wanted = options.names.length > 0 ? options.names : standardImages(chosen, named);
  const printed = options.dryRun || purpose === 'explain';
  const engineFor = options.looks === true ? 'look' : printed ? 'plan' : 'act';
  const found = await chooseEngine({ wanted: options.engine, project, purpose: engineFor }, context);
  const { makeObserver } = await rooms.observe();
  return {
    chosen,
    frame: { profile: loaded.name, mode: null, engine: found.facts, connection: found.connection },
    found,
    observer: makeObserver(found, { host: world.host }),
    images: renamed(named, wanted, options),
    variables,
    origins: () => imageOrigins(loaded, request),
    wanted,
    labels: { [LABEL.project]: formatProject(project.id), [LABEL.profile]: loaded.name },
  };
}

/** The profile's images before any flag changes one, and what they were filled in with. */
export type NamedImages = {
  readonly chosen: Chosen;
  readonly named: Readonly<Record<string, ResolvedImage>>;
  readonly request: Omit<ResolveRequest, 'mode' | 'command'>;
};

/** Find the profile and name its images; no engine is asked. A name that none of them has is a mistake of the user's. */
export async function nameImages(
  options: Pick<ImageOptions, 'names' | 'profile' | 'envFiles'>,
  context: Context,
): Promise<NamedImages> {
  const { world } = context;
  const chosen = await chooseProfile(options.profile, world, { images: options.names });
  const { loaded, project } = chosen;
  const asked = { chosen, mode: null, command: null, envFiles: options.envFiles, env: [], lenient: true };
  const { variables } = await readEnvironment(asked, world);
  const request = {
    variables,
    names: { ...hostNames(world.host, project.root), ...(await gitName({ loaded, root: project.root }, context)) },
    flavour: flavourOf(world.host),
  };
  const named = resolveImages(loaded, request, null);
  const unknown = options.names.find((name) => !Object.hasOwn(named, name));
  if (unknown !== undefined) throw noSuchImage(unknown, Object.keys(named));
  return { chosen, named, request };
}

/** Print, explain or carry out what was decided; prints the references of the wanted images at the end. */
export async function finishImages(
  decision: BuildDecision,
  {
    site,
    options,
    flagged = {},
  }: { readonly site: ImageSite; readonly options: ImageOptions; readonly flagged?: Origins },
  context: Context,
): Promise<number> {
  if (decision.kind === 'refused') throw refusalError(decision);
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('./run/explain.js');
    const built = { origins: { ...withRefs(site, options), ...flagged }, notes: [] };
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

function renamed(
  images: Readonly<Record<string, ResolvedImage>>,
  wanted: readonly string[],
  { tag, parts }: ImageOptions,
): Readonly<Record<string, ResolvedImage>> {
  const rename = (image: ResolvedImage): ResolvedImage => {
    const named = Object.keys(parts).length === 0 ? image : { ...image, name: withImageParts(image.name, parts) };
    if (tag === undefined) return named;
    // A digest names one image for ever; another tag means another image.
    return { ...named, name: named.name.replace(/@.*$/, ''), tag };
  };
  return Object.fromEntries(
    Object.entries(images).map(([key, image]) => [key, wanted.includes(key) ? rename(image) : image]),
  );
}

// The engine would take a wrong one for something else, or say it in words of its own.
function checkParts({ tag, parts }: ImageOptions): void {
  try {
    withImageParts(`name${tag === undefined ? '' : `:${tag}`}`, parts);
  } catch (error) {
    if (error instanceof PodctlError) throw new PodctlError('USAGE', error.message, { hint: error.hint });
    throw error;
  }
}

/** Origins of the profile's images, of their composed names, and of what flags changed in those. */
function withRefs({ origins, images, wanted, labels }: ImageSite, { tag, parts }: ImageOptions): Origins {
  const own = origins();
  const flags: readonly Origin[] = [
    ...Object.keys(parts).map((part): Origin => ({ kind: 'flag', flag: `--image-${part}` })),
    ...(tag === undefined ? [] : [{ kind: 'flag', flag: '--tag' } as const]),
  ];
  const entries = Object.keys(images).flatMap((key): [string, readonly Origin[]][] => {
    const at = `images/${key}`;
    const named = ['server', 'project', 'name', 'tag'].flatMap((field) => own[`${at}/${field}`] ?? []);
    const base = own[`${at}/base_arg`];
    const arg = images[key]?.base_arg;
    return [
      [`${at}/ref`, [...named, ...(wanted.includes(key) ? flags : [])]],
      [`${at}/platforms`, own[`${at}/platforms`] ?? own[`${at}/platform`] ?? []],
      ...Object.keys(labels).map((label): [string, readonly Origin[]] => [
        `${at}/labels/${label}`,
        [{ kind: 'podctl', rule: 'labels' }],
      ]),
      ...(base === undefined || arg === undefined
        ? []
        : [[`${at}/args/${arg}`, base] satisfies [string, readonly Origin[]]]),
      ...idOrigins(at, images[key], own),
    ];
  });
  return { ...own, ...Object.fromEntries(entries) };
}

function idOrigins(at: string, image: ResolvedImage | undefined, own: Origins): [string, readonly Origin[]][] {
  return (['uid_arg', 'gid_arg'] as const).flatMap((field): [string, readonly Origin[]][] => {
    const arg = image?.[field];
    return arg === undefined
      ? []
      : [[`${at}/args/${arg}`, [...(own[`${at}/${field}`] ?? []), { kind: 'podctl', rule: 'host-ids' }]]];
  });
}
