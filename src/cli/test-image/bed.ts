import { PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import { formatProject, LABEL } from '../../core/project.js';
import type { FoundEngine, Observer } from '../../engine/engine.js';
import type { TestRoom } from '../../engine/test-room.js';
import { resolveImages } from '../../profile/resolve.js';
import { resolveTest, type TestSettings } from '../../profile/resolve-test.js';
import type { ResolveRequest } from '../../profile/resolved.js';
import { type ServiceProfile, serviceProfiles, testOf, withTestCommand } from '../../profile/test-profile.js';
import { TEST_COMMAND } from '../../profile/test-tree.js';
import { type Chosen, chooseProfile, type ProfileCommand } from '../choose-profile.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { gitName } from '../git-name.js';
import { refOf } from '../images.js';
import { flavourOf } from '../project.js';
import { readEnvironment } from '../run/environment.js';
import { hostNames } from '../run/variables.js';
import type { TestOptions } from './options.js';

type Drawn = Omit<ResolveRequest, 'mode' | 'command'>;

/** All that a run of tests is prepared from. */
export type TestBed = {
  readonly chosen: Chosen;
  /** What texts outside any container draw on. */
  readonly drawn: Drawn;
  /** The tests as a command of the profile; null: nothing is run, only the image is looked at. */
  readonly target: ProfileCommand | null;
  readonly settings: TestSettings;
  readonly services: readonly ServiceProfile[];
  /** `key`: of the profile's image; null: any other. */
  readonly image: { readonly key: string | null; readonly ref: string };
  readonly found: FoundEngine;
  readonly observer: Observer;
  readonly room: TestRoom;
};

/** One run's own name, and the labels of everything that it makes. */
export type RunMark = { readonly id: string; readonly name: string; readonly labels: Readonly<Record<string, string>> };

/** Find profile, tests and engine, in this order: what needs no engine is checked first. */
export async function openBed(options: TestOptions, context: Context): Promise<TestBed> {
  const { world, rooms, purpose } = context;
  const chosen = await chooseProfile(options.profile, world);
  const drawn = await drawnOf(chosen, options, context);
  const image = imageOf(chosen, options, drawn);
  const { key } = image;
  const loaded = withTestCommand(chosen.loaded, { mountSource: options.mountSource, image: key });
  const command = loaded.profile.commands[TEST_COMMAND] ?? {};
  const runs = (command.args ?? []).length > 0 || options.flags.args.length > 0;
  const settings = resolveTest(chosen.loaded, drawn);
  if (!runs && testOf(chosen.loaded)?.expect === undefined) throw nothingToTest(chosen);
  const printed = options.dryRun || purpose === 'explain';
  const request = {
    wanted: options.engine,
    project: chosen.project,
    purpose: printed ? ('plan' as const) : ('act' as const),
  };
  const found = await chooseEngine(request, context);
  const [{ makeObserver }, { openTestRoom }] = await Promise.all([rooms.observe(), rooms.tests()]);
  return {
    chosen,
    drawn,
    target: runs ? { loaded, project: chosen.project, name: TEST_COMMAND, command } : null,
    settings,
    services: runs && options.services ? serviceProfiles(chosen.loaded) : [],
    image,
    found,
    observer: makeObserver(found, { host: world.host }),
    room: openTestRoom(found, world),
  };
}

/** The mark of one run: another one at each call. */
export async function markRun({ chosen, room }: TestBed, { world }: Context): Promise<RunMark> {
  const owner = await room.owner();
  const id = shortHash(`${owner} ${world.clock.now()}`);
  const { id: project } = chosen.project;
  return {
    id,
    name: `podctl-test-${project.hash}-${id}`,
    labels: {
      [LABEL.project]: formatProject(project),
      [LABEL.profile]: chosen.loaded.name,
      [LABEL.command]: TEST_COMMAND,
      [LABEL.test]: id,
      [LABEL.owner]: owner,
    },
  };
}

// The env files count here as in a run, so that the image has the name that a run and a build give it.
async function drawnOf(chosen: Chosen, { mode, envFiles }: TestOptions, context: Context): Promise<Drawn> {
  const { world } = context;
  const { loaded, project } = chosen;
  const asked = { chosen, mode: mode ?? null, command: null, envFiles, env: [], lenient: true };
  const { variables } = await readEnvironment(asked, world);
  const git = await gitName({ loaded, root: project.root }, context);
  return { variables, names: { ...hostNames(world.host, project.root), ...git }, flavour: flavourOf(world.host) };
}

function imageOf({ loaded }: Chosen, options: TestOptions, drawn: Drawn): TestBed['image'] {
  const word = options.image;
  const known = Object.keys(loaded.profile.images);
  if (word !== undefined && !known.includes(word)) {
    if (!options.build) return { key: null, ref: word };
    throw new PodctlError('USAGE', `\`--build\` cannot build \`${word}\`: it is no image of the profile`, {
      hint: `leave --build out, or name one of ${known.join(', ')}`,
    });
  }
  const chosen = word ?? testOf(loaded)?.image ?? loaded.profile.container?.image ?? known[0] ?? '';
  const images = resolveImages(loaded, drawn, chosen);
  const image = images[chosen];
  const { tag } = options.flags;
  return { key: chosen, ref: refOf(image === undefined || tag === null ? image : { ...image, tag }) };
}

function nothingToTest({ loaded }: Chosen): PodctlError {
  return new PodctlError('USAGE', `the profile \`${loaded.name}\` says nothing about tests`, {
    hint: 'write args = […] in [test], or give the command: podctl test-image -- PROGRAM',
  });
}
