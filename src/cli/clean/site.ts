import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { formatProject } from '../../core/project.js';
import type { FoundEngine, Observer } from '../../engine/engine.js';
import type { DataMount } from '../../plan/clean/choose-data.js';
import { declaredPlaces, stackMounts } from '../../plan/clean/stack-mounts.js';
import type { ProtectedData } from '../../plan/protected-data.js';
import type { PlanFrame } from '../../plan/run-input.js';
import { type ResolvedData, resolveData } from '../../profile/resolve-data.js';
import { stackDataOf } from '../../profile/stack-data.js';
import type { ContainerFacts, VolumeFacts } from '../../spec/facts.js';
import type { Chosen } from '../choose-profile.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { findProfile, loadProfile } from '../profiles.js';
import { findProject, flavourOf, type Project } from '../project.js';
import { readEnvironment } from '../run/environment.js';
import { hostNames } from '../run/variables.js';
import type { StackChoice } from '../stack/options.js';
import { findStack } from '../stack/place.js';
import { type StackSite, siteAt } from '../stack/site.js';

/** What a project mounts, and the engine that has it: reset and undo begin with it. */
export type CleanSite = {
  readonly project: Project;
  /** null: the project has no compose files. */
  readonly stack: StackSite | null;
  /** Value of the project's label. */
  readonly label: string;
  readonly found: FoundEngine;
  readonly observer: Observer;
  readonly frame: PlanFrame;
  /** All containers of the engine, whoever's they are. */
  readonly containers: readonly ContainerFacts[];
  readonly mounts: readonly DataMount[];
  /** Image of each service; null: nobody knows. */
  readonly images: Readonly<Record<string, string | null>>;
  readonly protectedData: readonly ProtectedData[];
  /** Folders that the profile names as data, wherever they lie. */
  readonly named: readonly string[];
  /** Files and folders that are sources, not data. */
  readonly sources: readonly string[];
  /** Bytes of a volume, where podctl can look into it. */
  readonly volumeBytes: (volume: VolumeFacts) => Promise<number | null>;
};

type SiteRequest = StackChoice & {
  readonly purpose: 'look' | 'plan' | 'act';
  /** A folder with neither a stack nor a profile will do: what is kept says itself what it is. */
  readonly bare?: true;
};

/** Find the project's stack, or its profile, and the engine. */
export async function openCleanSite(request: SiteRequest, context: Context): Promise<CleanSite> {
  const place = await findStack(request, context.world);
  if (place === null) return profileSite(request, context);
  const site = await siteAt(place, request, context);
  const base = await engineSide(site.found, context);
  const model = await site.model();
  const services = Object.values(model.services);
  const images = Object.fromEntries(services.map(({ name, image }) => [name, image ?? `${site.name}-${name}`]));
  const data = site.loaded === null ? [] : stackDataOf(site.loaded);
  const imageVolumes = await volumesOfImages(images, base);
  const mounts = stackMounts({ model, name: site.name, data, imageVolumes });
  const own =
    site.loaded === null
      ? NOTHING
      : await profileData({ loaded: site.loaded, project: site.project }, request, context);
  const declared = declaredPlaces(mounts, data);
  return {
    ...base,
    project: site.project,
    stack: site,
    label: formatProject(site.project.id),
    frame: site.frame,
    mounts: [...mounts, ...own.mounts],
    images,
    protectedData: [...declared.protectedData, ...own.protectedData],
    named: [...declared.named, ...own.named],
    sources: sourcesOf(
      site,
      services.flatMap(({ build }) => (build === null ? [] : [build.context])),
      context,
    ),
  };
}

/** The same site with the containers that are there now. */
export async function refreshed(site: CleanSite): Promise<CleanSite> {
  return { ...site, containers: site.found.facts.assumed ? [] : await site.observer.containers([]) };
}

async function profileSite(request: SiteRequest, context: Context): Promise<CleanSite> {
  const { world } = context;
  const project = await findProject(world.host, world.files);
  const file = request.profile === undefined ? project.profile : await findProfile(request.profile, world);
  if (file === null) {
    if (request.bare === true) return bareSite(project, request, context);
    throw new PodctlError(
      'MISSING_INPUT',
      'there is neither a compose file nor a podctl.toml here or in a folder above',
      {
        hint: 'go to the project, or name its compose file with -f FILE',
      },
    );
  }
  const loaded = await loadProfile(file, world);
  const found = await chooseEngine({ wanted: request.engine, project, purpose: request.purpose }, context);
  const own = await profileData({ loaded, project }, request, context);
  const { facts: engine, connection } = found;
  return {
    ...(await engineSide(found, context)),
    ...own,
    project,
    stack: null,
    label: formatProject(project.id),
    frame: { profile: loaded.name, mode: request.mode ?? loaded.profile.default_mode ?? null, engine, connection },
    images: {},
    sources: [file],
  };
}

async function bareSite(project: Project, request: SiteRequest, context: Context): Promise<CleanSite> {
  const found = await chooseEngine({ wanted: request.engine, project, purpose: request.purpose }, context);
  return {
    ...(await engineSide(found, context)),
    ...NOTHING,
    stack: null,
    project,
    label: formatProject(project.id),
    frame: { profile: null, mode: null, engine: found.facts, connection: found.connection },
    images: {},
    sources: [],
  };
}

async function engineSide(found: FoundEngine, { world, rooms }: Context) {
  const { makeObserver } = await rooms.observe();
  const observer = makeObserver(found, { host: world.host });
  const containers = found.facts.assumed ? [] : await observer.containers([]);
  const volumeBytes = async ({ mountpoint }: VolumeFacts): Promise<number | null> => {
    if (mountpoint === undefined || found.facts.vm) return null;
    const { measureFolder } = await rooms.cleanLook();
    return (await measureFolder(mountpoint, world.host.uid)).bytes;
  };
  return { found, observer, containers, volumeBytes };
}

const NOTHING = { mounts: [], protectedData: [], named: [] };

// Data of the profile's own containers.
async function profileData(
  chosen: Chosen,
  { mode = null, envFiles }: { readonly mode?: string | null | undefined; readonly envFiles: readonly string[] },
  { world }: Context,
): Promise<Pick<CleanSite, 'mounts' | 'protectedData' | 'named'>> {
  const { loaded, project } = chosen;
  if (Object.keys(loaded.profile.data).length === 0) return NOTHING;
  const environment = await readEnvironment({ chosen, mode, command: null, envFiles, env: [], lenient: true }, world);
  const { data } = resolveData(loaded, {
    mode,
    variables: environment.variables,
    names: hostNames(world.host, project.root),
    flavour: flavourOf(world.host),
  });
  return {
    mounts: data.map(mountOf),
    protectedData: data
      .filter((entry) => entry.protected)
      .map(({ key, mount }) => ({ key, type: mount.type, source: mount.source })),
    named: data.flatMap(({ mount }) => (mount.type === 'bind' ? [mount.source] : [])),
  };
}

function mountOf({ key, command, mount }: ResolvedData): DataMount {
  const { type, source, target } = mount;
  return {
    service: command ?? key,
    type,
    source,
    target,
    names: [key, mount.key],
    readOnly: false,
    external: false,
    data: 'declared',
  };
}

async function volumesOfImages(
  images: Readonly<Record<string, string | null>>,
  { found, observer }: Pick<CleanSite, 'found' | 'observer'>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  if (found.facts.assumed) return {};
  const asked = Object.entries(images).map(async ([service, image]) => {
    const facts = image === null ? null : await observer.image(image);
    return [service, facts?.volumes ?? []] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}

function sourcesOf(site: StackSite, contexts: readonly string[], { world }: Context): readonly string[] {
  const { root, profile } = site.project;
  const flavour = flavourOf(world.host);
  const files = [...site.stack.files, ...site.envFiles, ...(profile === null ? [] : [profile])];
  return [...files, ...contexts.filter((one) => !one.includes('://')), '.git'].map((one) =>
    resolvePath(root, one, flavour),
  );
}
