import { PodctlError } from '../../core/errors.js';
import type { EngineDetails } from '../../engine/doctor/engine-details.js';
import { chooseImages } from '../../engine/doctor/images.js';
import type { InsideView } from '../../engine/doctor/inside.js';
import type { DoctorRoom } from '../../engine/doctor/room.js';
import type { FoundEngine, Observer } from '../../engine/engine.js';
import type { Attempt, EngineSurvey } from '../../plan/doctor/engines.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { findProject, type Project } from '../project.js';
import type { RunOptions } from '../run/options.js';
import { findStack, type StackPlace } from '../stack/place.js';
import { rememberedEngine } from '../state.js';
import { profileWants, unreadable } from './profile-wants.js';
import { joinWants, NO_WANTS, projectLabel, type Wants } from './wants.js';

export type DoctorOptions = RunOptions & {
  readonly profile: string | undefined;
  /** `-f`, as typed. */
  readonly files: readonly string[];
  readonly provider: string | undefined;
};

/** Where checks get their facts. Every question is asked once, when the first check needs it. */
export type Desk = {
  readonly context: Context;
  readonly room: DoctorRoom;
  readonly options: DoctorOptions;
  readonly project: Project;
  /** null: the project has no compose files, or they cannot be found out. */
  readonly stack: StackPlace | null;
  readonly found: FoundEngine | null;
  readonly by: EngineSurvey['by'];
  readonly failure: EngineSurvey['failure'];
  readonly observer: Observer | null;
  readonly attempts: () => Promise<readonly Attempt[]>;
  readonly details: () => Promise<EngineDetails | null>;
  readonly inside: () => Promise<InsideView>;
  readonly wants: () => Promise<Wants>;
};

/** Find the engine and the project; neither has to be there. */
export async function openDesk(options: DoctorOptions, context: Context): Promise<Desk> {
  const { world, rooms } = context;
  const stack = await tryStack(options, context);
  const project = stack?.project ?? (await findProject(world.host, world.files));
  const [{ openDoctorRoom }, answer, by] = await Promise.all([
    rooms.doctor(),
    tryEngine(options, project, context),
    chosenBy(options, project, context),
  ]);
  const room = openDoctorRoom({ host: world.host, files: world.files });
  const { found, failure } = answer;
  const wants = once(() => askWants({ options, project, stack, found, observer: observer() }, context));
  const { makeObserver } = await rooms.observe();
  const observer = (): Observer | null => (found === null ? null : makeObserver(found, { host: world.host }));
  return {
    context,
    room,
    options,
    project,
    stack,
    found,
    failure,
    by,
    wants,
    observer: observer(),
    attempts: once(() => room.survey(found)),
    details: once(async () => (found === null ? null : room.details(found))),
    inside: once(() => lookInside({ room, project, found, observer: observer(), wants }, context)),
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => {
    asked ??= work();
    return asked;
  };
}

type Answer = Pick<Desk, 'found' | 'failure'>;

async function tryEngine({ engine }: DoctorOptions, project: Project, context: Context): Promise<Answer> {
  try {
    return { found: await chooseEngine({ wanted: engine, project, purpose: 'look' }, context), failure: null };
  } catch (error) {
    if (!(error instanceof PodctlError) || error.code !== 'UNAVAILABLE') throw error;
    const tried = error.problems.map(({ message }) => message);
    return { found: null, failure: { message: error.message, tried } };
  }
}

async function chosenBy({ engine }: DoctorOptions, project: Project, { world }: Context): Promise<EngineSurvey['by']> {
  if (engine !== undefined) return '--engine';
  if ((world.host.env['PODCTL_ENGINE'] ?? '') !== '') return 'PODCTL_ENGINE';
  return (await rememberedEngine(world, project.id)) === null ? 'order' : 'remembered';
}

// A profile that cannot be read is told with the project.
async function tryStack({ files, profile }: DoctorOptions, { world }: Context): Promise<StackPlace | null> {
  try {
    return await findStack({ files, profile }, world);
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'BAD_DATA') return null;
    throw error;
  }
}

type Asking = Pick<Desk, 'options' | 'project' | 'stack' | 'found' | 'observer'>;

async function askWants(asking: Asking, context: Context): Promise<Wants> {
  const parts = [() => askProfile(asking, context), () => askStack(asking, context)];
  return joinWants(
    await Promise.all(
      parts.map(async (part) => {
        try {
          return await part();
        } catch (error) {
          if (!(error instanceof PodctlError) || error.code === 'USAGE') throw error;
          return { ...NO_WANTS, project: [await unreadable(error, context)] };
        }
      }),
    ),
  );
}

async function askProfile({ options, project, found }: Asking, context: Context): Promise<Wants> {
  if (project.profile === null && options.profile === undefined) return NO_WANTS;
  const { world, rooms } = context;
  const { chooseProfile } = await import('../choose-profile.js');
  const { assumeEngine } = await rooms.assume();
  const chosen = await chooseProfile(options.profile, world, { mode: options.mode });
  // Ports and mounts are the same whatever engine there will be.
  return profileWants({ chosen, options, found: found ?? assumeEngine('docker', world.host) }, context);
}

async function askStack({ options, stack, found, observer }: Asking, context: Context): Promise<Wants> {
  if (stack === null) return NO_WANTS;
  const { stackWants } = await import('./stack-wants.js');
  return stackWants(stack, { options, found, observer }, context);
}

type Inside = Pick<Desk, 'room' | 'project' | 'found' | 'observer' | 'wants'>;

async function lookInside(inside: Inside, { world }: Context): Promise<InsideView> {
  const { room, project, found, wants } = inside;
  if (found === null)
    return { look: { asked: false, why: 'no engine answers', broken: false }, time: null, disk: null };
  const { images: own } = await wants();
  const mark = `${world.host.pid}-${world.clock.now().toString(36)}`;
  const question = { name: lookUpName(own), project: projectLabel(project), mark };
  const there = await imagesThere(own, inside);
  // The list of all images is long, and slow to make.
  const first = there.length === 0 ? null : await room.inside({ ...question, images: there }, found);
  if (first !== null && (first.look.asked || first.look.broken)) return first;
  const images = chooseImages(await room.images(found));
  return room.inside({ ...question, mark: `${mark}-all`, images }, found);
}

async function imagesThere(refs: readonly string[], { observer }: Inside): Promise<readonly string[]> {
  const found = await Promise.all(refs.map(async (ref) => (await observer?.image(ref)) ?? null));
  return refs.filter((_, index) => found[index] !== null).slice(0, 2);
}

/** The name that is looked for: the registry of the project's images, else docker's own. */
export function lookUpName(images: readonly string[]): string {
  const registry = images
    .map((ref) => ref.split('/')[0] ?? '')
    .find((first) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(first));
  return registry ?? 'registry-1.docker.io';
}
