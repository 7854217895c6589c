import type { FoundEngine, Observer } from '../../engine/engine.js';
import type { ImagePresence } from '../../plan/host-answers.js';
import type { LoadedProfile } from '../../profile/merge.js';
import { buildSpec } from '../../spec/build.js';
import type { ImageFacts } from '../../spec/facts.js';
import { lowerSpec } from '../../spec/lower.js';
import type { BuiltSpec, SpecFlags, SpecRequest } from '../../spec/request.js';
import type { ContainerSpec } from '../../spec/spec.js';
import type { Context } from '../context.js';
import { tellIfDead } from '../dead-images.js';
import { flavourOf, type Project } from '../project.js';
import { terminalOf } from '../terminal.js';
import type { Draft } from './draft.js';
import { containerName, hostFacts, runLabels } from './identity.js';

/** All that a start is prepared from. */
export type RunSite = {
  readonly project: Project;
  readonly loaded: LoadedProfile;
  readonly draft: Draft;
  readonly flags: SpecFlags;
  readonly via: 'cli' | 'api';
  readonly found: FoundEngine;
  readonly observer: Observer;
  /** The start is carried out, not only printed. */
  readonly acts: boolean;
  /** `--i-know`: start where data may be damaged. */
  readonly iKnow: boolean;
  /** What makes it another container than the command's own; left out: nothing. */
  readonly as?: RunIdentity | undefined;
};

/** A container that is one run's alone: it stays when it ends, so that it can be asked how it ended. */
export type RunIdentity = {
  readonly name: string;
  /** Beside those of everything that podctl makes. */
  readonly labels: Readonly<Record<string, string>>;
  /** In place of the profile's network; null: that one. */
  readonly network: { readonly name: string; readonly aliases: readonly string[] } | null;
  /** Nothing is lost when it is killed at once. */
  readonly disposable: boolean;
  /** A missing image will have been built by then. */
  readonly builds: boolean;
};

/** The container as it would be started, and what was seen of its image. */
export type Wanted = {
  readonly built: BuiltSpec;
  readonly spec: ContainerSpec;
  readonly image: ImageFacts | null;
  readonly presence: ImagePresence;
};

/** Ask the engine about the image, and build the specification for both. */
export async function buildWanted(site: RunSite, context: Context): Promise<Wanted> {
  const { draft, found, observer } = site;
  const request = await requestOf(site, context);
  // The first build only tells which image is meant; what that image says then counts in the second.
  const unseen = buildSpec(draft.resolved, request);
  const image = found.facts.assumed ? null : await observer.image(unseen.spec.image);
  const built = image === null ? unseen : buildSpec(draft.resolved, { ...request, image });
  const presence = presenceOf(image, site);
  if (presence === 'missing' && site.acts) tellIfDead(unseen.spec.image, site.loaded.profile.dead_images, context);
  const own = site.as === undefined ? built : asOneRun(built, site.as);
  return { built: own, spec: lowerSpec(own.spec, found.facts, site.via), image, presence };
}

// Of an image that nobody has seen yet.
async function requestOf(site: RunSite, context: Context): Promise<SpecRequest> {
  const { draft, found, project } = site;
  const { world } = context;
  const { host } = world;
  const name = site.as?.name ?? containerName(draft.resolved, project.id);
  return {
    engine: found.facts,
    host: hostFacts(host),
    image: null,
    secretFiles: await secretPrefix(name, site, context),
    containerName: name,
    labels: { ...runLabels(draft.resolved, project.id), ...site.as?.labels },
    flags: site.flags,
    terminal: terminalOf(world),
    cwd: host.cwd,
    flavour: flavourOf(host),
    project: project.root,
    variables: draft.variables,
  };
}

function presenceOf(image: ImageFacts | null, { found, as }: RunSite): ImagePresence {
  if (found.facts.assumed) return 'unasked';
  if (image !== null) return 'present';
  return as?.builds === true ? 'unasked' : 'missing';
}

function asOneRun(built: BuiltSpec, { network, disposable }: RunIdentity): BuiltSpec {
  const { spec } = built;
  const aliases = [...(network?.aliases ?? []), ...spec.networkAliases];
  const joined = network === null ? {} : { network: network.name, networkAliases: aliases };
  const stop = disposable ? { stopTimeout: 0 } : {};
  return { ...built, spec: { ...spec, ...joined, ...stop }, shape: { ...built.shape, remove: false } };
}

async function secretPrefix(container: string, { draft, found }: RunSite, { rooms, world }: Context): Promise<string> {
  if (draft.resolved.container.secrets.length === 0) return '';
  const { secretFilePrefix } = await rooms.secretFiles();
  return secretFilePrefix(container, { connection: found.connection, host: world.host });
}
