import { COMPOSE_LABEL } from '../../core/compose-label.js';
import { PodctlError } from '../../core/errors.js';
import { formatProject, LABEL } from '../../core/project.js';
import { stackPlan } from '../../plan/stack/compose-step.js';
import { decideVerb, type VerbSteps, type VerbWish } from '../../plan/stack/decide-verb.js';
import type { Plan } from '../../plan/step.js';
import { foldName } from '../../profile/reserved.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { projectContainers, type Site } from '../containers.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import type { LifecycleOptions } from '../lifecycle-options.js';
import { decideOwn, reportContainers } from '../own-containers.js';
import { finishStack, purposeOf } from './finish.js';
import type { StackChoice, StackOptions } from './options.js';
import type { StackPlace } from './place.js';
import { namedProfiles, readSources, type StackSite, serviceNames, siteAt, stackName } from './site.js';
import { readStackVariables } from './variables.js';

type Request = { readonly place: StackPlace; readonly options: LifecycleOptions };

/** A verb on what podctl started here: services of the stack through their provider, a profile's containers through the engine. null: the latter alone are meant. */
export async function runStackVerb(wish: VerbWish, request: Request, context: Context): Promise<number | null> {
  const { place, options } = request;
  const seen = await look(request, context);
  const chosen = choose(wish, options, seen);
  if (chosen.services === null) return null;
  const { mode } = options.selection;
  const wished = { wish, containers: chosen.own, mode, envFiles: options.envFiles ?? [] };
  // Of the engine, `logs` wants exactly one container; beside a stack there need be none.
  const own = chosen.own.length === 0 ? null : await decideOwn(wished, seen.site, context);
  const stackOptions = choiceOf(options);
  const site = await siteAt(
    place,
    { ...stackOptions, found: seen.site.found, purpose: purposeOf(options, context) },
    context,
  );
  const part = decideVerb(await frameFor(wish, site), {
    wish,
    containers: chosen.services,
    whole: options.selection.words.length === 0,
    networks: await networksOf(wish, site, context),
    project: formatProject(place.project.id),
  });
  const plan = stackPlan(site.frame, [...part.steps, ...(own?.plan.steps ?? [])]);
  return finish(
    { plan, containers: [...part.containers, ...(own?.containers ?? [])] },
    { wish, options, site },
    context,
  );
}

type Seen = {
  readonly site: Site;
  /** Containers of the stack, those of `run` apart. */
  readonly services: readonly ContainerFacts[];
  readonly own: readonly ContainerFacts[];
  /** Names that the files give. */
  readonly known: readonly string[];
};

async function look({ place, options }: Request, context: Context): Promise<Seen> {
  const { world, rooms } = context;
  const choice = choiceOf(options);
  const { project } = place;
  const found = await chooseEngine({ wanted: options.engine, project, purpose: purposeOf(options, context) }, context);
  const { makeObserver } = await rooms.observe();
  const site = { found, observer: makeObserver(found, { host: world.host }), project };
  const { variables } = await readStackVariables(
    { envFiles: choice.envFiles, directory: place.stack.directory },
    world,
  );
  const name = stackName(choice, place, variables);
  const all = await projectContainers({ words: [], mode: options.selection.mode }, site);
  return {
    site,
    services: all.filter(({ labels }) => labels[COMPOSE_LABEL.project] === name),
    own: all.filter(({ labels }) => labels[COMPOSE_LABEL.project] === undefined),
    known: serviceNames({ sources: await readSources(place.stack.files, world) }),
  };
}

type Chosen = { readonly services: readonly ContainerFacts[] | null; readonly own: readonly ContainerFacts[] };

function choose({ verb }: VerbWish, options: LifecycleOptions, seen: Seen): Chosen {
  const { words } = options.selection;
  if (words.length === 0) return chooseAll(verb, options, seen);
  const services = words.filter((word) => seen.known.includes(word) || seen.services.some(isService(word)));
  const missing = services.filter((word) => !seen.services.some(isService(word)));
  if (missing.length > 0 && verb !== 'stop' && verb !== 'down') throw notThere(missing);
  const others = words.filter((word) => !services.includes(word));
  const own = others.length === 0 ? [] : ownOnes(others, seen);
  if (services.length === 0) return { services: null, own };
  return { services: seen.services.filter((container) => services.some((word) => isService(word)(container))), own };
}

// Without names all are meant. Where only a profile's containers are there, no provider is needed.
function chooseAll(verb: VerbWish['verb'], { stack }: LifecycleOptions, { services, own }: Seen): Chosen {
  if (stack !== undefined && (stack.files.length > 0 || stack.projectName !== undefined)) return { services, own: [] };
  if (services.length > 0) return { services, own: verb === 'logs' ? [] : own };
  // The networks of a stack that was stopped halfway may still be there.
  return own.length === 0 && verb === 'down' ? { services, own } : { services: null, own };
}

function isService(word: string): (container: ContainerFacts) => boolean {
  return ({ labels, name }) => labels[COMPOSE_LABEL.service] === word || name === word;
}

function ownOnes(words: readonly string[], { own, known }: Seen): readonly ContainerFacts[] {
  const meant = (word: string) =>
    own.filter(({ name, labels }) => name === word || foldName(labels[LABEL.command] ?? '') === foldName(word));
  const unknown = words.find((word) => meant(word).length === 0);
  if (unknown === undefined) return words.flatMap(meant);
  throw new PodctlError('MISSING_INPUT', `no service or container of this project is called \`${unknown}\``, {
    hint: `there are ${[...known, ...own.map(({ name }) => name)].join(', ')}`,
  });
}

function notThere(services: readonly string[]): PodctlError {
  const names = services.map((name) => `\`${name}\``).join(', ');
  return new PodctlError('MISSING_INPUT', `${names} ${services.length === 1 ? 'has' : 'have'} no container yet`, {
    hint: `make it: podctl up --detach ${services.join(' ')}`,
  });
}

// A service of a profile that is not taken now may have been started by name: it goes too.
async function frameFor({ verb }: VerbWish, { frame, sources }: StackSite): Promise<StackSite['frame']> {
  if (verb !== 'down' || frame.provider.kind === 'podman-compose') return frame;
  const profiles = [...new Set([...frame.way.profiles, ...namedProfiles(sources)])];
  return { ...frame, way: { ...frame.way, profiles } };
}

async function networksOf({ verb }: VerbWish, site: StackSite, { world, rooms }: Context): Promise<readonly string[]> {
  if (verb !== 'down' || site.provider.kind !== 'podman-compose') return [];
  const { stackNetworks } = await rooms.stackNetworks();
  const project = formatProject(site.project.id);
  return stackNetworks({ found: site.found, host: world.host, stack: site.name, project });
}

function choiceOf({ stack, dryRun, json, shell }: LifecycleOptions): StackOptions {
  return { ...(stack ?? NO_CHOICE), dryRun, json, shell };
}

const NO_CHOICE: StackChoice = {
  engine: undefined,
  provider: undefined,
  profile: undefined,
  mode: undefined,
  files: [],
  envFiles: [],
  profiles: [],
  projectName: undefined,
};

async function finish(
  { plan, containers }: { readonly plan: Plan } & Pick<VerbSteps, 'containers'>,
  about: { readonly wish: VerbWish; readonly options: LifecycleOptions; readonly site: StackSite },
  context: Context,
): Promise<number> {
  const ended = await finishStack(plan, { site: about.site, options: choiceOf(about.options) }, context);
  if (ended === null) return 0;
  if (about.wish.verb !== 'logs') reportContainers(containers, about.options, context);
  return ended.exitCode;
}
