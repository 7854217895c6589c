import { COMPOSE_LABEL } from '../core/compose-label.js';
import { PodctlError } from '../core/errors.js';
import { formatProject, LABEL } from '../core/project.js';
import type { FoundEngine, Observer } from '../engine/engine.js';
import { foldName } from '../profile/reserved.js';
import type { ContainerFacts } from '../spec/facts.js';
import type { Context } from './context.js';
import { chooseEngine, type EngineRequest } from './engine-choice.js';
import { findProject, type Project } from './project.js';

/** An engine that answered, how to ask it, and the project that is asked about. */
export type Site = { readonly found: FoundEngine; readonly observer: Observer; readonly project: Project };

/** Which of the project's containers are meant. `words` are names of containers or commands, or starts of ids; empty: all. `stack`: only of the stack of this name. */
export type Selection = {
  readonly words: readonly string[];
  readonly mode: string | undefined;
  readonly stack?: string | undefined;
};

/** Find the engine and the project, for verbs that work on what podctl started. */
export async function openSite(
  request: {
    readonly engine: string | undefined;
    readonly purpose: EngineRequest['purpose'];
    readonly project?: Project | undefined;
  },
  context: Context,
): Promise<Site> {
  const project = request.project ?? (await findProject(context.world.host, context.world.files));
  const found = await chooseEngine({ wanted: request.engine, project, purpose: request.purpose }, context);
  const { makeObserver } = await context.rooms.observe();
  return { found, observer: makeObserver(found, { host: context.world.host }), project };
}

/** Containers that podctl started for this project, stopped ones too. A word that fits none is an error. */
export async function projectContainers(selection: Selection, site: Site): Promise<readonly ContainerFacts[]> {
  // An assumed engine has nothing to be asked.
  const all = site.found.facts.assumed
    ? []
    : await site.observer.containers([`${LABEL.project}=${formatProject(site.project.id)}`]);
  const inMode = all.filter(
    ({ labels }) =>
      (selection.mode === undefined || labels[LABEL.mode] === selection.mode) &&
      (selection.stack === undefined || labels[COMPOSE_LABEL.project] === selection.stack),
  );
  for (const word of selection.words) {
    if (!inMode.some((container) => isMeant(container, word))) throw noSuch(word, inMode);
  }
  if (selection.words.length === 0) return inMode;
  return inMode.filter((container) => selection.words.some((word) => isMeant(container, word)));
}

/** The one container that is meant, or an error that lists the choice. */
export async function oneContainer(selection: Selection, site: Site): Promise<ContainerFacts> {
  // What runs beside an application is meant only by its own name.
  const found = (await projectContainers(selection, site)).filter(
    ({ name, labels }) => labels[LABEL.beside] === undefined || selection.words.includes(name),
  );
  const running = found.filter(({ state }) => state === 'running');
  const [first, ...more] = running.length > 0 ? running : found;
  if (first === undefined) {
    throw new PodctlError('MISSING_INPUT', 'no container of this project is there', {
      hint: 'podctl ps --all shows those of other projects',
    });
  }
  if (more.length === 0) return first;
  throw new PodctlError('USAGE', `${more.length + 1} containers of this project are there`, {
    hint: `say which with -m or by name: ${[first, ...more].map(({ name }) => name).join(', ')}`,
  });
}

function isMeant({ id, name, labels }: ContainerFacts, word: string): boolean {
  const command = foldName(labels[LABEL.command] ?? '');
  return (
    name === word ||
    labels[COMPOSE_LABEL.service] === word ||
    command === foldName(word) ||
    (/^[0-9a-f]{4,}$/.test(word) && id.startsWith(word))
  );
}

function noSuch(word: string, containers: readonly ContainerFacts[]): PodctlError {
  // What a person types: a service goes by its short name.
  const names = [...new Set(containers.map(({ name, labels }) => labels[COMPOSE_LABEL.service] ?? name))];
  return new PodctlError('MISSING_INPUT', `no container of this project is called \`${word}\``, {
    hint: names.length === 0 ? 'this project has no containers' : `there are ${names.join(', ')}`,
  });
}
