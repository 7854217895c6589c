import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { formatProject, LABEL } from '../../core/project.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { World } from '../../io/world.js';
import type { StackFrame } from '../../plan/stack/compose-step.js';
import { fileAsks } from '../../profile/compose/asks.js';
import { mergeSources } from '../../profile/compose/merge-files.js';
import type { ComposeModel } from '../../profile/compose/model.js';
import { projectNameProblem, splitProfiles } from '../../profile/compose/names.js';
import { tableIn, textsIn } from '../../profile/compose/plain.js';
import { readConfigOutput } from '../../profile/compose/read-config.js';
import { type ComposeSource, readComposeFile } from '../../profile/compose/source.js';
import type { Variables } from '../../profile/resolved.js';
import { canDo, OPTION_FEATURES } from '../../spec/stack/features.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';
import { projectStateDir } from '../state.js';
import { checkFirstStart, contractVariables } from './first-start.js';
import { keepModel, knownModel } from './known-model.js';
import type { StackChoice } from './options.js';
import { findStack, type StackPlace } from './place.js';
import { chooseProvider } from './provider-choice.js';
import { refuseAsks, refuseFilling } from './refuse.js';
import { readStackVariables, type StackVariables, usedEnvironment } from './variables.js';

/** A stack with everything that is needed to work on it: every verb begins with it. */
export type StackSite = StackPlace & {
  readonly found: FoundEngine;
  readonly provider: ProviderFacts;
  /** Name under which the provider keeps it. */
  readonly name: string;
  /** Profiles of the compose files that are taken. */
  readonly profiles: readonly string[];
  readonly sources: readonly ComposeSource[];
  /** The process environment over the env files. */
  readonly variables: Variables;
  /** Env files that were read. */
  readonly envFiles: readonly string[];
  readonly frame: StackFrame;
  /** Labels of everything that is made. */
  readonly labels: Readonly<Record<string, string>>;
  /** The files as one, all services in it; read when it is first asked for. */
  readonly model: () => Promise<ComposeModel>;
};

export type SiteRequest = StackChoice & {
  /** `plan`: something is only printed; `act`: choices are remembered. */
  readonly purpose: 'look' | 'plan' | 'act';
  /** Services that are to start, all for none; left out: nothing starts, and what fills the files in may be incomplete. */
  readonly starts?: readonly string[] | undefined;
  /** The engine, where it was found before. */
  readonly found?: FoundEngine | undefined;
};

type StackInput = StackVariables & Pick<StackSite, 'sources' | 'profiles'>;

/** Find the stack, its engine and its provider. Throws MISSING_INPUT where the project has no stack. */
export async function openStackSite(request: SiteRequest, context: Context): Promise<StackSite> {
  const place = await findStack(request, context.world);
  if (place !== null) return siteAt(place, request, context);
  throw new PodctlError('MISSING_INPUT', 'there is no compose file here or in a folder above of this project', {
    hint: 'name one with -f FILE, or go to the folder that has it',
  });
}

/** The same for a stack that was found already. */
export async function siteAt(place: StackPlace, request: SiteRequest, context: Context): Promise<StackSite> {
  const { world } = context;
  const { project, loaded, stack } = place;
  const { purpose } = request;
  const input = await readStackInput(place, request, world);
  const { sources, variables, named, files, profiles } = input;
  const found = request.found ?? (await chooseEngine({ wanted: request.engine, project, purpose }, context));
  const provider = await providerFor({ place, request, found }, context);
  refuseAsks(fileAsks(sources), provider, null);
  refuseFilling(input, provider, sources);
  const name = stackName(request, place, variables);
  const frame: StackFrame = {
    profile: loaded?.name ?? null,
    mode: request.mode ?? loaded?.profile.default_mode ?? null,
    engine: found.facts,
    connection: found.connection,
    provider,
    way: {
      project: name,
      files: stack.files,
      envFiles: provider.kind === 'compose-v1' ? named.slice(-1) : named,
      profiles: told(profiles, provider),
    },
    environment: usedEnvironment(sources, variables, loaded),
  };
  return {
    ...place,
    found,
    provider,
    name,
    profiles,
    sources,
    variables,
    envFiles: files,
    frame,
    labels: labelsOf(place, frame),
    model: once(() => readModel({ place, request, found, input, frame, name }, context)),
  };
}

function providerFor(
  { place, request, found }: { readonly place: StackPlace; readonly request: SiteRequest; readonly found: FoundEngine },
  context: Context,
): Promise<ProviderFacts> {
  const { project, loaded } = place;
  const ofProfile = loaded?.profile.stack?.provider;
  const acts = request.purpose === 'act';
  return chooseProvider({ found, project: project.id, flag: request.provider, ofProfile, acts }, context);
}

function labelsOf({ project, loaded }: StackPlace, { mode }: StackFrame): Readonly<Record<string, string>> {
  return {
    [LABEL.project]: formatProject(project.id),
    ...(loaded === null ? {} : { [LABEL.profile]: loaded.name }),
    ...(mode === null ? {} : { [LABEL.mode]: mode }),
  };
}

/** The compose files as they are written, and what fills them in; refused when something is to start and that is not complete. */
async function readStackInput(place: StackPlace, request: SiteRequest, world: World): Promise<StackInput> {
  const { starts } = request;
  const input = await readFilling(place, request, world);
  const profiles = chosenProfiles(request, place, input.variables);
  if (starts !== undefined) {
    await checkFirstStart({ ...input, place, envFiles: input.files, starts: { named: starts, profiles } }, world);
  }
  return { ...input, profiles };
}

/** The compose files as they are written, and what fills them in, defaults of the profile's contract too. */
export async function readFilling(
  place: StackPlace,
  { envFiles }: Pick<SiteRequest, 'envFiles'>,
  world: World,
): Promise<Omit<StackInput, 'profiles'>> {
  const { directory, files } = place.stack;
  const sources = await readSources(files, world);
  const read = await readStackVariables({ envFiles, directory }, world);
  return { ...read, sources, variables: contractVariables({ place, variables: read.variables }, world) };
}

/** Read compose files as they were written. */
export async function readSources(files: readonly string[], world: World): Promise<readonly ComposeSource[]> {
  return Promise.all(
    files.map(async (path) => {
      const text = (await world.files.readText(path)) ?? '';
      return readComposeFile({ file: shownPath(path, world.host), text });
    }),
  );
}

/** Name of the stack: `-p`, COMPOSE_PROJECT_NAME, else the project's name with the hash of its real path. */
export function stackName(
  { projectName }: Pick<StackChoice, 'projectName'>,
  { project }: StackPlace,
  variables: Variables,
): string {
  const given = projectName ?? variables['COMPOSE_PROJECT_NAME']?.value ?? '';
  if (given === '') return formatProject(project.id);
  const problem = projectNameProblem(given);
  if (problem === null) return given;
  const what = projectName === undefined ? 'COMPOSE_PROJECT_NAME' : '--project-name';
  throw new PodctlError('USAGE', `\`${what}\` cannot be \`${given}\``, { hint: problem });
}

function chosenProfiles(request: SiteRequest, { loaded }: StackPlace, variables: Variables): readonly string[] {
  if (request.profiles.length > 0) return request.profiles;
  const ofVariable = splitProfiles(variables['COMPOSE_PROFILES']?.value ?? '');
  return ofVariable.length > 0 ? ofVariable : (loaded?.profile.stack?.profiles ?? []);
}

// One that knows no profiles is told the services instead.
function told(profiles: readonly string[], provider: ProviderFacts): readonly string[] {
  return canDo(provider, OPTION_FEATURES.profiles) ? profiles : [];
}

type ModelRequest = Pick<StackSite, 'found' | 'frame' | 'name'> & {
  readonly place: StackPlace;
  readonly request: SiteRequest;
  readonly input: StackInput;
};

async function readModel(asked: ModelRequest, context: Context): Promise<ComposeModel> {
  const { place, input, frame } = asked;
  const { sources, variables } = input;
  const { host } = context.world;
  const places = { folder: place.stack.directory, home: host.home, flavour: flavourOf(host) };
  const { provider } = frame;
  if (!canDo(provider, OPTION_FEATURES.config)) return mergeSources(sources, variables, places);
  // A service of a profile that is not taken is part of the stack all the same.
  const all = canDo(provider, OPTION_FEATURES.profiles)
    ? [...new Set([...frame.way.profiles, ...namedProfiles(sources)])]
    : [];
  const printing = { ...frame, way: { ...frame.way, profiles: all } };
  return recallOrAsk({ ...asked, frame: printing }, places, context);
}

async function recallOrAsk(
  { place, request, found, input, frame, name }: ModelRequest,
  places: Parameters<typeof readConfigOutput>[1],
  { world, rooms }: Context,
): Promise<ComposeModel> {
  const { provider, environment, way } = frame;
  const folder = projectStateDir(world.host, place.project.id);
  const file = resolvePath(folder, `model-${name}.json`, flavourOf(world.host));
  const question = { found, frame, sources: input.sources, directory: places.folder, envFiles: input.files, file };
  const known = await knownModel(question, world);
  if (known.model !== null) return known.model;
  const { readStackConfig } = await rooms.stackConfig();
  const text = await readStackConfig({ way: { ...way, provider }, environment, host: world.host });
  const model = readConfigOutput(text, places);
  if (known.mark !== null && request.purpose === 'act') await keepModel(question, { mark: known.mark, model }, world);
  return model;
}

/** Profiles that the files name. */
export function namedProfiles(sources: readonly ComposeSource[]): readonly string[] {
  const services = sources.flatMap(({ data }) => Object.values(tableIn(data['services'])));
  return services.flatMap((service) => textsIn(tableIn(service)['profiles']));
}

/** Services that the files name themselves, without those of `include`. */
export function serviceNames({ sources }: Pick<StackSite, 'sources'>): readonly string[] {
  return [...new Set(sources.flatMap(({ data }) => Object.keys(tableIn(data['services']))))];
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}
