import { resolvePath } from '../core/path.js';
import { LABEL } from '../core/project.js';
import { Secret } from '../core/secret.js';
import { type BuildRequest, renderBuild } from '../render/argv/build.js';
import type { Via } from '../spec/capability.js';
import { type BuilderFacts, imageProblems } from '../spec/image-capability.js';
import { buildsOf, type ChainInput } from './build-chain.js';
import {
  type BuildImage,
  isRemote,
  type ProjectFolder,
  platformsOf,
  refOf,
  secretPlace,
  unknownImage,
  wantOf,
} from './build-image.js';
import { buildEachPlatform } from './build-platforms.js';
import { pullStep } from './decide-pull.js';
import { execStep, wayOf } from './make-step.js';
import type { Refusal } from './refusal.js';
import { type PlanFrame, planOf } from './run-input.js';
import type { Plan, Step } from './step.js';

export type BuildInput = PlanFrame &
  ChainInput & {
    readonly noCache: boolean;
    /** Labels of everything that podctl makes in this project. */
    readonly labels: Readonly<Record<string, string>>;
    /** Folder that relative contexts and files start from. */
    readonly project: ProjectFolder;
    readonly via?: Via;
    /** What docker's builder can do; null or left out: nobody asked. */
    readonly builder?: BuilderFacts | null;
    /** Ids of the user who runs podctl; null where the host knows none. */
    readonly ids?: { readonly uid: number; readonly gid: number } | null;
    /** Keys of images whose build runs no program of the image's platform. */
    readonly onlyCopies?: ReadonlySet<string>;
    /** Values of the variables that secrets are read from, to be taken out of what the engine says. */
    readonly hides?: readonly Secret[];
    /** Variables that secrets are read from and that the engine's program does not have by itself. */
    readonly passes?: Readonly<Record<string, Secret>>;
    /** What stands under a name of several platforms now, on an engine that must be rid of it first. By key. */
    readonly named?: Readonly<Record<string, 'list' | 'image' | null>>;
  };

export type BuildDecision = { readonly kind: 'plan'; readonly plan: Plan } | Refusal;

type Steps = readonly Step[];

/** Lay out the builds, each image after the one that it stands on. */
export function decideBuild(input: BuildInput): BuildDecision {
  const done = new Map<string, Steps>();
  const builds = buildsOf(input);
  if ('kind' in builds) return builds;
  for (const { key, why } of builds) {
    const image = input.images[key];
    if (image === undefined) return unknownImage(input.images, key);
    const steps = why === null ? pullBase(input, image) : buildSteps(input, image, why);
    if ('kind' in steps) return steps;
    done.set(key, steps);
  }
  return { kind: 'plan', plan: planOf(input, [...done.values()].flat()) };
}

/** A path of the host that a build reads. */
export type BuildSource = {
  readonly image: string;
  readonly what: 'build context' | 'Containerfile' | 'secret';
  readonly path: string;
};

/** Paths that must be there for the builds that `decideBuild` lays out. Contexts on servers are the engine's to find. */
export function buildSources(input: BuildInput): readonly BuildSource[] {
  const path = (text: string) => resolvePath(input.project.folder, text, input.project.flavour);
  return builtImages(input).flatMap((image): BuildSource[] => {
    const { key, context = '.', file } = image;
    const secrets = Object.values(image.secrets ?? {}).flatMap((secret): BuildSource[] => {
      const place = secretPlace(secret, input.project);
      return 'file' in place ? [{ image: key, what: 'secret', path: place.file }] : [];
    });
    if (isRemote(context)) return secrets;
    return [
      { image: key, what: 'build context', path: path(context) },
      ...(file === undefined ? [] : [{ image: key, what: 'Containerfile' as const, path: path(file) }]),
      ...secrets,
    ];
  });
}

/** The images that `decideBuild` builds, bases first. */
export function builtImages(input: BuildInput): readonly BuildImage[] {
  const builds = buildsOf(input);
  if ('kind' in builds) return [];
  return builds.flatMap(({ key, why }) => {
    const image = input.images[key];
    return why === null || image === undefined ? [] : [image];
  });
}

function pullBase(input: BuildInput, image: BuildImage): Steps {
  return [pullStep(input, image, `image \`${image.key}\` is only pulled, and others stand on it`)];
}

function buildSteps(input: BuildInput, image: BuildImage, why: string): Steps | Refusal {
  const { engine, via = 'cli', builder = null } = input;
  const copies = input.onlyCopies?.has(image.key) === true;
  const problems = imageProblems(wantOf(image, !copies), { engine, via, builder });
  const [first] = problems;
  if (first !== undefined) {
    const message =
      problems.length === 1 ? first.message : `image \`${image.key}\` cannot be built with ${engine.name}`;
    return {
      kind: 'refused',
      code: 'UNAVAILABLE',
      message,
      hint: problems.length === 1 ? first.hint : undefined,
      problems,
    };
  }
  const request = buildRequest(input, image);
  const about = {
    output: 'progress',
    why,
    env: { ...passed(input, image), ...secretArgs(image.args) },
    hides: input.hides ?? [],
  } as const;
  if (engine.name === 'podman' && request.platforms.length > 1) {
    return buildEachPlatform(input, { request, about, named: input.named?.[image.key] ?? null });
  }
  return [execStep(renderBuild(wayOf(input), request), about)];
}

function passed({ passes = {} }: BuildInput, { secrets = {} }: BuildImage): Readonly<Record<string, Secret>> {
  const names = Object.values(secrets).map(({ env }) => env);
  return Object.fromEntries(Object.entries(passes).filter(([name]) => names.includes(name)));
}

// A secret argument: the engine's program is given its name, and takes the value from its environment.
function secretArgs(args: BuildImage['args']): Readonly<Record<string, Secret>> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, value]) => (value instanceof Secret ? [[name, value]] : [])),
  );
}

function buildRequest(input: BuildInput, image: BuildImage): BuildRequest {
  const base = image.base === undefined ? undefined : input.images[image.base];
  const { folder, flavour } = input.project;
  const args = argsOf(input, image, base);
  const path = (text: string) => (isRemote(text) ? text : resolvePath(folder, text, flavour));
  return {
    key: image.key,
    context: path(image.context ?? '.'),
    // Below a context on a server the engine looks itself.
    file: image.file === undefined ? null : isRemote(image.context ?? '') ? image.file : path(image.file),
    target: image.target ?? null,
    args,
    secrets: Object.fromEntries(
      Object.entries(image.secrets ?? {}).map(([id, secret]) => [id, secretPlace(secret, input.project)]),
    ),
    cacheFrom: image.cache_from ?? [],
    cacheTo: image.cache_to ?? [],
    labels: { ...image.labels, ...runsAsLabel(image, args), ...input.labels },
    tag: refOf(image),
    platforms: platformsOf(image),
    // A base that was built here is in no registry: asking for a newer one would fail.
    pull: input.pull && (base === undefined || base.context === undefined),
    noCache: input.noCache,
  };
}

// Who the image runs as can be read off it later only where it is written down: its USER may be the root that it begins as.
function runsAsLabel({ uid_arg, gid_arg }: BuildImage, args: BuildRequest['args']): Readonly<Record<string, string>> {
  const ids = [uid_arg, gid_arg].flatMap((name) => (name === undefined ? [] : [args[name] ?? '']));
  if (uid_arg === undefined || ids.length === 0 || !ids.every((id) => /^\d+$/.test(id))) return {};
  return { [LABEL.runsAs]: ids.join(':') };
}

function argsOf({ ids = null }: BuildInput, image: BuildImage, base: BuildImage | undefined): BuildRequest['args'] {
  const own = Object.entries(image.args).map(
    ([name, value]) => [name, value instanceof Secret ? null : value] as const,
  );
  const host = ids === null ? [] : [[image.uid_arg, ids.uid] as const, [image.gid_arg, ids.gid] as const];
  const given = host.flatMap(([name, id]) => (name === undefined ? [] : [[name, String(id)] as const]));
  const below = base === undefined || image.base_arg === undefined ? [] : [[image.base_arg, refOf(base)] as const];
  // What the profile or a flag says in so many words wins over what podctl would fill in.
  const filled = [...below, ...given].filter(([name]) => !Object.hasOwn(image.args, name));
  return Object.fromEntries([...own, ...filled]);
}
