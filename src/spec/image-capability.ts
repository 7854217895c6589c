import type { Problem } from '../core/errors.js';
import { formatPlatform, parsePlatform } from '../core/platform.js';
import { type Capability, OLDEST, sinceOf, type Via } from './capability.js';
import type { EngineFacts } from './facts.js';
import { isAtLeast } from './version.js';

/** What is asked of an engine for an image. Lists are empty where nothing is asked. */
export type ImageWant = {
  readonly verb: 'build' | 'pull' | 'push' | 'tag';
  readonly platforms: readonly string[];
  /** Whether programs run inside the build, which then need a processor of that platform or an emulation of it. */
  readonly runsPrograms: boolean;
  readonly secrets: readonly { readonly id: string; readonly from: 'file' | 'env' }[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
};

/** What docker's builder can do; engines that have one builder only always can. */
export type BuilderFacts = {
  /** The buildx plugin is there, so builds go through BuildKit. */
  readonly buildkit: boolean;
  /** Images are kept by containerd: those of several platforms, and caches apart from images. */
  readonly containerd: boolean;
};

/** One thing that can be asked for an image, and who can do it since when. */
export type ImageCapability = Pick<Capability, 'option' | 'since' | 'api' | 'instead' | 'note'> & {
  /** What asks for it, as it was written; none: nothing does. */
  readonly uses: (want: ImageWant) => readonly string[];
  /** In words, when it also hangs on how the engine is set up; null: it works there. `builder` null: nobody asked. */
  readonly unless?: ((engine: EngineFacts, want: ImageWant, builder: BuilderFacts | null) => string | null) | undefined;
};

const BUILDX = 'install docker’s buildx plugin (package docker-buildx-plugin or docker-buildx), or use podman';
const PROGRAM_ONLY = { docker: null, podman: null };

/** By what is asked; every row stands in docs/capabilities.md. */
export const IMAGE_CAPABILITIES: readonly ImageCapability[] = [
  {
    option: 'build',
    uses: ({ verb }) => (verb === 'build' ? ['build'] : []),
    since: OLDEST,
    api: PROGRAM_ONLY,
    instead: 'run with --via cli',
    note: 'the program packs the context, reads .dockerignore and knows the logins',
  },
  {
    option: 'build: one platform',
    uses: ({ verb, platforms }) => (verb === 'build' && platforms.length === 1 ? platforms : []),
    since: OLDEST,
    unless: foreign,
    instead: 'set up emulation once (package qemu-user-static), or build on a machine of that kind',
    note: 'programs of a foreign platform need emulation (binfmt)',
  },
  {
    option: 'build: several platforms',
    uses: ({ verb, platforms }) => (verb === 'build' && platforms.length > 1 ? platforms : []),
    since: { docker: '23.0', podman: '4.0', nerdctl: '1.0', 'podman-hpc': null },
    unless: (engine, want, builder) =>
      (engine.name === 'docker' ? withoutContainerd(builder) : null) ?? foreign(engine, want),
    instead: 'build one platform at a time, or set up what is missing (docs/images.md)',
    note: 'docker needs buildx and the containerd image store; podman builds each and makes a manifest list',
  },
  {
    option: 'build: secrets from files',
    uses: secretsFrom('file'),
    since: OLDEST,
    unless: needsBuildkit,
    instead: BUILDX,
    note: 'docker needs buildx',
  },
  {
    option: 'build: secrets from variables',
    uses: secretsFrom('env'),
    since: { docker: '20.10', podman: '4.3', nerdctl: '1.0', 'podman-hpc': '4.3' },
    unless: needsBuildkit,
    instead: 'install docker’s buildx plugin, or take the secret from a file',
    note: 'docker needs buildx',
  },
  {
    option: 'build: cache_from with an image',
    uses: ({ cacheFrom }) => cacheFrom.filter((source) => !isTyped(source)),
    since: { docker: '20.10', podman: '4.3', nerdctl: '1.0', 'podman-hpc': '4.3' },
    instead: 'take cache_from out: the build is only slower without',
  },
  {
    option: 'build: cache_from with type=…',
    uses: ({ cacheFrom }) => cacheFrom.filter(isTyped),
    since: { docker: '20.10', podman: null, nerdctl: '1.0', 'podman-hpc': null },
    unless: needsBuildkit,
    instead: 'name an image alone, or install docker’s buildx plugin',
    note: 'docker needs buildx',
  },
  {
    option: 'build: cache_to with an image',
    uses: ({ cacheTo }) => cacheTo.filter((place) => !isTyped(place)),
    since: { docker: null, podman: '4.3', nerdctl: null, 'podman-hpc': '4.3' },
    instead: 'on docker write type=registry,ref=IMAGE or type=inline',
  },
  {
    option: 'build: cache_to with type=…',
    uses: ({ cacheTo }) => cacheTo.filter(isTyped),
    since: { docker: '20.10', podman: null, nerdctl: '1.0', 'podman-hpc': null },
    unless: (engine, want, builder) => needsBuildkit(engine, want, builder) ?? exportsCache(engine, want, builder),
    instead: 'write type=inline with buildx, or on podman name an image alone',
    note: 'docker needs buildx, and for all but type=inline the containerd image store',
  },
  {
    option: 'push',
    uses: ({ verb }) => (verb === 'push' ? ['push'] : []),
    since: OLDEST,
    api: PROGRAM_ONLY,
    instead: 'run with --via cli',
    note: 'the program knows the logins, which podctl does not read',
  },
  {
    option: 'pull with a platform',
    uses: ({ verb, platforms }) => (verb === 'pull' ? platforms : []),
    since: OLDEST,
    api: { podman: '5.0' },
    instead: 'run with --via cli',
  },
  {
    option: 'image tag, inspect, size',
    uses: ({ verb }) => (verb === 'tag' ? ['tag'] : []),
    since: OLDEST,
  },
];

/** Everything that is asked and that this engine, spoken to in this way, cannot do. */
export function imageProblems(
  want: ImageWant,
  { engine, via, builder }: { readonly engine: EngineFacts; readonly via: Via; readonly builder: BuilderFacts | null },
): readonly Problem[] {
  const through = via === 'api' ? ' through its API' : '';
  return IMAGE_CAPABILITIES.flatMap((row) => {
    const uses = row.uses(want);
    const why = uses.length === 0 ? null : reasonAgainst(row, { engine, via, builder, want });
    if (why === null) return [];
    const message = `${engine.name} ${engine.version}${through} cannot do \`${row.option}\` (${uses.join(', ')}): ${why}`;
    return [{ message, hint: row.instead }];
  });
}

/** Whether docker's builder has to be looked at before it can be said that all works. */
export function asksBuilder({ platforms, secrets, cacheFrom, cacheTo }: ImageWant): boolean {
  return platforms.length > 1 || secrets.length > 0 || cacheTo.length > 0 || cacheFrom.some(isTyped);
}

function reasonAgainst(
  row: ImageCapability,
  asked: {
    readonly engine: EngineFacts;
    readonly via: Via;
    readonly builder: BuilderFacts | null;
    readonly want: ImageWant;
  },
): string | null {
  const { engine, via, builder, want } = asked;
  const since = sinceOf(row, engine.name, via);
  if (since === null && row.since[engine.name] !== null) return `only the ${engine.name} program can`;
  if (since === null) return elsewhere(row);
  if (!isAtLeast(engine.version, since)) return `it came with ${engine.name} ${since}`;
  return row.unless?.(engine, want, builder) ?? null;
}

function elsewhere({ since }: ImageCapability): string {
  const able = Object.entries(since).flatMap(([name, first]) => (first === null ? [] : [`${name} ${first}`]));
  return `no version of it can; ${able.join(', ')} and newer can`;
}

function foreign({ arch, emulates, assumed }: EngineFacts, want: ImageWant): string | null {
  if (assumed || !want.runsPrograms) return null;
  const wrong = want.platforms.filter((text) => {
    const platform = parsePlatform(text);
    return (
      platform !== null && platform.arch !== arch && !runsToo(arch, platform.arch) && !emulates.includes(platform.arch)
    );
  });
  if (wrong.length === 0) return null;
  const named = wrong.map((text) => formatPlatform(parsePlatform(text) ?? { os: '', arch: text, variant: null }));
  return `the engine’s machine is ${arch} and emulates no ${named.join(' and no ')} (binfmt)`;
}

// Processors that run programs of their elders.
function runsToo(own: string, wanted: string): boolean {
  return own === 'amd64' && wanted === '386';
}

function withoutContainerd(builder: BuilderFacts | null): string | null {
  if (builder === null) return null;
  if (!builder.buildkit) return 'its buildx plugin is not there, and the classic builder knows one platform';
  return builder.containerd
    ? null
    : 'its image store keeps one platform; only the containerd image store keeps several';
}

function needsBuildkit({ name }: EngineFacts, _want: ImageWant, builder: BuilderFacts | null): string | null {
  if (name !== 'docker' || builder === null || builder.buildkit) return null;
  return 'the classic builder cannot, and docker’s buildx plugin is not there';
}

function exportsCache({ name }: EngineFacts, { cacheTo }: ImageWant, builder: BuilderFacts | null): string | null {
  const apart = cacheTo.filter((place) => isTyped(place) && !place.startsWith('type=inline'));
  if (name !== 'docker' || builder === null || builder.containerd || apart.length === 0) return null;
  return 'without the containerd image store docker’s builder only writes type=inline';
}

function secretsFrom(from: 'file' | 'env'): ImageCapability['uses'] {
  return ({ secrets }) => secrets.filter((secret) => secret.from === from).map(({ id }) => id);
}

function isTyped(place: string): boolean {
  return place.startsWith('type=');
}
