import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { isPlainAddress } from '../../engine/probe.js';
import type { StackWait } from '../../engine/stack/wait.js';
import type { World } from '../../io/world.js';
import type { LabelledFrame } from '../../plan/stack/compose-step.js';
import type { KeptState } from '../../plan/stack/no-change.js';
import { COMPOSE_FILES, OVERRIDE_FILES } from '../../profile/compose/names.js';
import { takenIn } from '../../profile/compose/trackable.js';
import type { Context } from '../context.js';
import { flavourOf, PROFILE_FILE } from '../project.js';
import { projectStateDir } from '../state.js';
import { providerPrograms } from './known-provider.js';
import type { StackSite } from './site.js';
import {
  dropRecord,
  environmentMark,
  fileMark,
  podctlVersion,
  textMark,
  type UpAsked,
  type UpRecord,
  writeRecord,
} from './up-memory.js';

/** What a start hangs on, looked at before the start: a file that is changed while the provider reads it then counts as changed. */
export type Premises = Pick<UpRecord, 'version' | 'variables' | 'environment' | 'files' | 'programs' | 'address'>;

/** Look at all that a start hangs on; null where some of it cannot be followed. */
export async function premisesOf(
  site: StackSite,
  { frame, address }: { readonly frame: LabelledFrame; readonly address: string | null },
  world: World,
): Promise<Premises | null> {
  const taken = takenIn(site.sources);
  if (taken === null || address === null || !isPlainAddress(address)) return null;
  const flavour = flavourOf(world.host);
  const envFiles = taken.envFiles.map((path) => resolvePath(site.stack.directory, path, flavour));
  // Values that are filled in again inside an env file may come from anywhere.
  const texts = await Promise.all(envFiles.map((path) => world.files.readText(path)));
  if (texts.some((text) => text?.includes('$') === true)) return null;
  const variables = [...taken.variables, ...Object.keys(site.loaded?.profile.env ?? {})];
  const paths = [...site.stack.files, ...site.envFiles, ...envFiles, ...standing(site, world)];
  const files = await Promise.all(
    [...new Set(paths)].map(async (path) => [path, await fileMark(path, world)] as const),
  );
  return {
    version: await podctlVersion(world),
    address,
    variables,
    environment: environmentMark(variables, world),
    // podctl's own are written by the start itself.
    files: Object.fromEntries([...files, ...frame.over.map(({ path, content }) => [path, textMark(content)] as const)]),
    programs: await programsOf(site, world),
  };
}

// Files that are there or not: what podctl remembers, profiles, and every place where another compose or env file would be found first.
function standing({ project, stack, loaded, name }: StackSite, { host }: World): readonly string[] {
  const flavour = flavourOf(host);
  const at = (folder: string, file: string): string => resolvePath(folder, file, flavour);
  const folders = [host.cwd];
  for (let folder = host.cwd; at(folder, '..') !== folder; folder = at(folder, '..')) folders.push(at(folder, '..'));
  const state = projectStateDir(host, project.id);
  return [
    ...folders.map((folder) => at(folder, PROFILE_FILE)),
    ...folders.flatMap((folder) => [...COMPOSE_FILES, ...OVERRIDE_FILES].map((file) => at(folder, file))),
    ...[host.cwd, stack.directory].map((folder) => at(folder, '.env')),
    ...['engine', 'providers', `ports-${name}.txt`].map((file) => at(state, file)),
    ...(loaded?.layers ?? []).map(({ file }) => at(host.cwd, file)),
  ];
}

// A provider that was put in the place of another: its own file, or docker's plugin.
async function programsOf({ provider }: StackSite, world: World): Promise<UpRecord['programs']> {
  const paths = await providerPrograms(provider, world);
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, (await world.files.stat(path))?.size ?? null] as const)),
  );
}

export type Finished = {
  readonly asked: UpAsked;
  readonly premises: Premises;
  readonly project: string;
  readonly result: StackWait;
};

/** Keep how the stack looks now that it is up, for a start in which nothing has changed. What does not stand still is not kept. */
export async function recordUp({ asked, premises, project, result }: Finished, context: Context): Promise<void> {
  const { rooms, world } = context;
  const stands = result.verdicts.every((one) => one.kind === 'done' && one.by !== 'ended' && one.by !== 'none');
  if (result.outcome !== 'up' || !stands) return dropRecord(asked, world);
  const services = result.verdicts.map(({ service }) => service);
  try {
    const { readKeptState } = await rooms.keptState();
    const state = await readKeptState({ address: premises.address, project, services, known: [] });
    if (!isStill(state, result)) return await dropRecord(asked, world);
    const { verdicts, containers } = result;
    return await writeRecord(asked, { ...premises, project, services, state, verdicts, containers }, world);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    return dropRecord(asked, world);
  }
}

// Between the look that found the stack up and this one something may have ended, or an image's name may have moved.
function isStill({ containers, images }: KeptState, result: StackWait): boolean {
  const waited = containers.filter(({ startedAt }) => startedAt !== null);
  return (
    waited.length === result.containers.length &&
    waited.every(
      ({ state, health, image, imageId }) =>
        state === 'running' && ['', 'none', 'healthy'].includes(health ?? '') && images[image ?? ''] === imageId,
    )
  );
}
