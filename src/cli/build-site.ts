import { type Problem, throwProblems } from '../core/errors.js';
import type { Origins } from '../core/origin.js';
import { resolvePath } from '../core/path.js';
import { parsePlatform } from '../core/platform.js';
import { Secret } from '../core/secret.js';
import { looksSecret } from '../core/secret-name.js';
import {
  type BuildImage,
  type BuildImages,
  isRemote,
  platformsOf,
  refOf,
  runsPrograms,
  wantOf,
} from '../plan/build-image.js';
import { type BuildDecision, type BuildInput, buildSources, builtImages, decideBuild } from '../plan/decide-build.js';
import type { ResolvedImage } from '../profile/resolved.js';
import type { ImageFacts } from '../spec/facts.js';
import { asksBuilder } from '../spec/image-capability.js';
import { type BuildFlags, flagOrigins, withBuildFlags } from './build-flags.js';
import type { Context } from './context.js';
import type { ImageOptions, ImageSite } from './images.js';
import { flavourOf } from './project.js';

/** What `build` understands. */
export type BuildOptions = ImageOptions & {
  readonly only: boolean;
  readonly withBase: boolean;
  readonly pull: boolean;
  readonly noCache: boolean;
  /** A secret in a build context stops the build. */
  readonly strictContext: boolean;
  readonly flags: BuildFlags;
};

export type BuildLayout = {
  readonly input: BuildInput;
  readonly decision: BuildDecision;
  /** Where the words that flags gave come from. */
  readonly flagged: Origins;
};

/** Apply the flags to the images, ask what the decision hangs on, and decide. */
export async function layOutBuild(options: BuildOptions, site: ImageSite, context: Context): Promise<BuildLayout> {
  const images = buildImages(options, site);
  const { host } = context.world;
  const first: BuildInput = {
    ...site.frame,
    images,
    wanted: site.wanted,
    only: options.only,
    withBase: options.withBase,
    pull: options.pull,
    noCache: options.noCache,
    present: await whichArePresent(site, images),
    labels: site.labels,
    project: { folder: site.chosen.project.root, flavour: flavourOf(host) },
    via: options.via,
    ids: host.uid === null || host.gid === null ? null : { uid: host.uid, gid: host.gid },
  };
  tellOf(first, context);
  const input = { ...first, ...(await lookedUp(first, site, context)), ...secretValues(first, site, context) };
  return { input, decision: decideBuild(input), flagged: originsOfFlags(options, site) };
}

/** Throw for paths that the builds read and that are not there. An engine would say so only when it comes to that image. */
export async function checkSources(input: BuildInput, { world }: Context): Promise<void> {
  const sources = buildSources(input);
  const stats = await Promise.all(sources.map(({ path }) => world.files.stat(path)));
  const missing = sources.filter((_, index) => stats[index] === null);
  const field = { Containerfile: 'file', 'build context': 'context', secret: 'secrets' } as const;
  const problems = missing.map(({ image, what, path }) => ({
    message: `image \`${image}\`: its ${what} \`${path}\` does not exist`,
    hint: `write it, or correct \`${field[what]}\` of the image in the profile`,
  }));
  throwProblems('MISSING_INPUT', 'the images cannot be built', problems);
}

function buildImages({ flags }: BuildOptions, { images, wanted }: ImageSite): BuildImages {
  const changed = (image: ResolvedImage): BuildImage => {
    const flagged = withBuildFlags<BuildImage>(image, flags, wanted.includes(image.key));
    // The command line is open to everybody on the machine: such a value goes by the environment.
    const args = Object.entries(flagged.args).map(([name, value]) => [
      name,
      looksSecret(name) && typeof value === 'string' ? new Secret(value) : value,
    ]);
    return { ...flagged, args: Object.fromEntries(args) };
  };
  return Object.fromEntries(Object.entries(images).map(([key, image]) => [key, changed(image)]));
}

function tellOf(input: BuildInput, { output, world }: Context): void {
  for (const image of builtImages(input)) {
    for (const [name, value] of Object.entries(image.args)) {
      if (!(value instanceof Secret)) continue;
      const better = `--secret id=${name.toLowerCase()},env=${name}`;
      output.note(
        `warning: build argument \`${name}\` of image \`${image.key}\` looks like a secret, and the image keeps it; better: ${better}`,
      );
    }
    const asked = [image.uid_arg, image.gid_arg].filter((name) => name !== undefined);
    if (asked.length > 0 && world.host.platform === 'win32') {
      output.note(
        `note: Windows has no user ids; ${asked.join(' and ')} of image \`${image.key}\` keep what the build file says`,
      );
    }
    if (asked.length > 0 && world.host.uid === 0) {
      output.note(`note: podctl runs as root, so image \`${image.key}\` gets 0 for ${asked.join(' and ')}`);
    }
  }
}

type SecretValues = Required<Pick<BuildInput, 'hides' | 'passes'>>;

// Values that the engine may repeat in its output; one that only an env file sets is passed on. A variable that is not set is told
// before anything is built.
function secretValues(input: BuildInput, { variables }: ImageSite, { world }: Context): SecretValues {
  const problems: Problem[] = [];
  const found = builtImages(input).flatMap(({ key, secrets = {} }) =>
    Object.entries(secrets).flatMap(([id, { env }]) => {
      if (env === undefined) return [];
      const value = Object.hasOwn(variables, env) ? (variables[env]?.value ?? '') : '';
      if (value !== '') return [{ env, value: new Secret(value) }];
      const message = `image \`${key}\`: its secret \`${id}\` comes from the variable \`${env}\`, which is not set`;
      problems.push({ message, hint: `set ${env}` });
      return [];
    }),
  );
  throwProblems('BAD_DATA', 'the images cannot be built', problems);
  const passed = found.filter(({ env }) => world.host.env[env] === undefined);
  return {
    hides: found.map(({ value }) => value),
    passes: Object.fromEntries(passed.map(({ env, value }) => [env, value])),
  };
}

type LookedUp = Pick<BuildInput, 'builder' | 'onlyCopies' | 'named'>;

// Each question starts a program or reads a file: they are asked only where the answer counts.
async function lookedUp(input: BuildInput, site: ImageSite, { world, rooms }: Context): Promise<LookedUp> {
  const built = builtImages(input);
  const { facts } = site.found;
  if (facts.assumed) return {};
  const wants = built.map((image) => wantOf(image, false));
  const many = facts.name === 'podman' ? built.filter((image) => platformsOf(image).length > 1) : [];
  const docker = facts.name === 'docker' && wants.some(asksBuilder);
  const onlyCopies = await copying(
    input,
    built.filter((image) => platformsOf(image).length > 0),
    world.files.readText,
  );
  if (!docker && many.length === 0) return { onlyCopies };
  const { makeBuilder } = await rooms.builder();
  const builder = makeBuilder(site.found, { host: world.host });
  const named = await Promise.all(many.map(async (image) => [image.key, await builder.named(refOf(image))] as const));
  return { onlyCopies, builder: docker ? await builder.facts() : null, named: Object.fromEntries(named) };
}

async function copying(
  { project }: BuildInput,
  images: readonly BuildImage[],
  read: (path: string) => Promise<string | null>,
): Promise<ReadonlySet<string>> {
  const keys = await Promise.all(
    images.map(async ({ key, context = '.', file }) => {
      if (isRemote(context)) return [];
      const folder = resolvePath(project.folder, context, project.flavour);
      const path = (name: string) => resolvePath(folder, name, project.flavour);
      const text =
        file === undefined
          ? ((await read(path('Containerfile'))) ?? (await read(path('Dockerfile'))))
          : await read(resolvePath(project.folder, file, project.flavour));
      return text === null || runsPrograms(text) ? [] : [key];
    }),
  );
  return new Set(keys.flat());
}

async function whichArePresent(
  { found, observer }: ImageSite,
  images: BuildImages,
): Promise<Readonly<Record<string, boolean>>> {
  if (found.facts.assumed) return {};
  const answers = await Promise.all(
    Object.entries(images).map(async ([key, image]) => {
      const there = await observer.image(refOf(image));
      return [key, there !== null && isFor(there, platformsOf(image))] as const;
    }),
  );
  return Object.fromEntries(answers);
}

// An image of another platform is none to stand on; whether it is there for several, one answer does not tell.
function isFor({ os, arch }: ImageFacts, platforms: readonly string[]): boolean {
  const [first, ...more] = platforms.map(parsePlatform);
  if (first === undefined) return true;
  return more.length === 0 && first?.arch === arch && first.os === os;
}

function originsOfFlags({ flags, pull, noCache }: BuildOptions, { wanted, images }: ImageSite): Origins {
  const own = wanted.flatMap((key) => flagOrigins(key, flags));
  const platforms =
    flags.platforms.length === 0
      ? []
      : Object.keys(images).map((key) => [`images/${key}/platforms`, '--platform'] as const);
  const all = [
    ...own,
    ...platforms,
    ...(pull ? [['build/pull', '--pull'] as const] : []),
    ...(noCache ? [['build/noCache', '--no-cache'] as const] : []),
  ];
  return Object.fromEntries(all.map(([pointer, flag]) => [pointer, [{ kind: 'flag', flag } as const]]));
}
