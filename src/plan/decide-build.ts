import { nearest } from '../core/nearest.js';
import { type PathFlavour, resolvePath } from '../core/path.js';
import { renderBuild, renderPull } from '../render/argv/verbs.js';
import { execStep, wayOf } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import { type PlanFrame, planOf } from './run-input.js';
import type { ExecStep, Plan } from './step.js';

/** What building needs of a profile's image. `tag` is empty when `name` carries a digest. */
export type BuildImage = {
  readonly key: string;
  readonly name: string;
  readonly tag: string;
  readonly context?: string | undefined;
  readonly file?: string | undefined;
  readonly target?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly base?: string | undefined;
  readonly base_arg?: string | undefined;
  readonly platform?: string | undefined;
};

type Images = Readonly<Record<string, BuildImage>>;

export type BuildInput = PlanFrame & {
  readonly images: Images;
  /** Keys of the images that are wanted. */
  readonly wanted: readonly string[];
  /** Build exactly the wanted ones, and nothing that they stand on. */
  readonly only: boolean;
  /** Build what they stand on again, too. */
  readonly withBase: boolean;
  readonly pull: boolean;
  readonly noCache: boolean;
  /** By key. undefined: no engine was asked; then the image counts as missing. */
  readonly present: Readonly<Record<string, boolean | undefined>>;
  /** Labels of everything that podctl makes in this project. */
  readonly labels: Readonly<Record<string, string>>;
  /** Folder that relative contexts and files start from. */
  readonly project: { readonly folder: string; readonly flavour: PathFlavour };
};

export type BuildDecision = { readonly kind: 'plan'; readonly plan: Plan } | Refusal;

/** Lay out the builds, each image after the one that it stands on. */
export function decideBuild(input: BuildInput): BuildDecision {
  const done = new Map<string, ExecStep | null>();
  for (const key of input.wanted) {
    const chain = input.only ? [key] : chainOf(input.images, key);
    for (const one of chain.toReversed()) {
      const role = input.wanted.includes(one) ? 'wanted' : 'base';
      const step = done.get(one) ?? stepFor(input, one, role);
      if (step !== null && 'kind' in step) return step;
      done.set(one, step);
    }
  }
  const steps = [...done.values()].filter((step) => step !== null);
  return { kind: 'plan', plan: planOf(input, steps) };
}

/** A path of the host that a build reads. */
export type BuildSource = {
  readonly image: string;
  readonly what: 'build context' | 'Containerfile';
  readonly path: string;
};

/** Paths that must be there for the builds that `decideBuild` lays out. Contexts on servers are the engine's to find. */
export function buildSources(input: BuildInput): readonly BuildSource[] {
  const keys = new Set(input.wanted.flatMap((key) => (input.only ? [key] : chainOf(input.images, key))));
  return [...keys].flatMap((key): BuildSource[] => {
    const image = input.images[key];
    const step = stepFor(input, key, input.wanted.includes(key) ? 'wanted' : 'base');
    if (image?.context === undefined || step === null || 'kind' in step || isRemote(image.context)) return [];
    const path = (text: string) => resolvePath(input.project.folder, text, input.project.flavour);
    return [
      { image: key, what: 'build context', path: path(image.context) },
      ...(image.file === undefined ? [] : [{ image: key, what: 'Containerfile' as const, path: path(image.file) }]),
    ];
  });
}

export type PullInput = PlanFrame & { readonly images: Images; readonly wanted: readonly string[] };

/** Lay out the pulls. Images that are built here are left alone unless they are all that is wanted. */
export function decidePull(input: PullInput): BuildDecision {
  const images: BuildImage[] = [];
  for (const key of input.wanted) {
    const image = input.images[key];
    if (image === undefined) return unknown(input.images, key);
    images.push(image);
  }
  const pulled = images.filter((image) => image.context === undefined);
  const [first] = images;
  if (pulled.length === 0 && first !== undefined) {
    const message = `image \`${first.key}\` is built here, not pulled`;
    return refuse('USAGE', message, 'build it with `podctl build`');
  }
  const steps = pulled.map((image) => pullStep(input, image, `image \`${image.key}\` was asked for`));
  return { kind: 'plan', plan: planOf(input, steps) };
}

function chainOf(images: Images, key: string): readonly string[] {
  const chain: string[] = [];
  for (let next: string | undefined = key; next !== undefined && !chain.includes(next); next = images[next]?.base) {
    chain.push(next);
  }
  return chain;
}

// null: nothing has to be done for it.
function stepFor(input: BuildInput, key: string, role: 'wanted' | 'base'): ExecStep | Refusal | null {
  const image = input.images[key];
  if (image === undefined) return unknown(input.images, key);
  const missing = input.present[key] !== true;
  if (role === 'base' && !missing && !input.withBase) return null;
  if (image.context !== undefined) return buildStep(input, image, whyBuild(key, role, missing));
  if (role === 'base') {
    return missing || input.pull
      ? pullStep(input, image, `image \`${key}\` is only pulled, and others stand on it`)
      : null;
  }
  const message = `image \`${key}\` is not built here: the profile gives it no build context`;
  return refuse('USAGE', message, 'get it with `podctl pull`, or give it a `context` in the profile');
}

function whyBuild(key: string, role: 'wanted' | 'base', missing: boolean): string {
  if (role === 'wanted') return `build image \`${key}\``;
  return missing
    ? `image \`${key}\` is missing, and another one stands on it`
    : `\`--with-base\` builds image \`${key}\` again`;
}

function buildStep(input: BuildInput, image: BuildImage, why: string): ExecStep {
  const base = image.base === undefined ? undefined : input.images[image.base];
  const { folder, flavour } = input.project;
  const path = (text: string) => (isRemote(text) ? text : resolvePath(folder, text, flavour));
  const baseArg = base === undefined || image.base_arg === undefined ? {} : { [image.base_arg]: refOf(base) };
  const tokens = renderBuild(wayOf(input), {
    context: path(image.context ?? '.'),
    // Below a context on a server the engine looks itself.
    file: image.file === undefined ? null : isRemote(image.context ?? '') ? image.file : path(image.file),
    target: image.target ?? null,
    args: { ...image.args, ...baseArg },
    labels: { ...image.labels, ...input.labels },
    tag: refOf(image),
    platform: image.platform ?? null,
    // A base that was built here is in no registry: asking for a newer one would fail.
    pull: input.pull && base === undefined,
    noCache: input.noCache,
  });
  return execStep(tokens, { output: 'progress', why });
}

function isRemote(context: string): boolean {
  return /^([a-z+]+:\/\/|git@)/.test(context);
}

function pullStep(input: PlanFrame, image: BuildImage, why: string): ExecStep {
  const tokens = renderPull(wayOf(input), { image: refOf(image), platform: image.platform ?? null });
  return execStep(tokens, { output: 'progress', why });
}

function refOf({ name, tag }: BuildImage): string {
  return tag === '' ? name : `${name}:${tag}`;
}

function unknown(images: Images, key: string): Refusal {
  const known = Object.keys(images);
  const meant = nearest(key, known);
  const hint =
    meant === undefined ? `the profile has ${known.join(', ') || 'no images'}` : `did you mean \`${meant}\`?`;
  return refuse('USAGE', `the profile has no image \`${key}\``, hint);
}
