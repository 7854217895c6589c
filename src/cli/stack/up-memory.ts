import { PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import { resolvePath } from '../../core/path.js';
import type { UpContainer } from '../../engine/stack/wait.js';
import { findAssets } from '../../io/assets.js';
import { stateDir } from '../../io/state-dir.js';
import type { World } from '../../io/world.js';
import { type KeptState, sameState } from '../../plan/stack/no-change.js';
import type { ServiceVerdict } from '../../plan/stack/wait.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import type { StackChoice } from './options.js';
import { readOwnJson } from './own-json.js';

/** What decides what a start does, as it was when the stack was last found to be up, and how it looked at the engine then. */
export type UpRecord = {
  readonly version: string;
  readonly project: string;
  readonly address: string;
  /** Names of variables that count beside those of engines and providers. */
  readonly variables: readonly string[];
  readonly environment: string;
  /** Files with what stands in them, as a mark; null: there is none. */
  readonly files: Readonly<Record<string, string | null>>;
  /** Programs with their sizes. */
  readonly programs: Readonly<Record<string, number | null>>;
  readonly services: readonly string[];
  readonly state: KeptState;
  readonly verdicts: readonly ServiceVerdict[];
  readonly containers: readonly UpContainer[];
};

/** What was asked for; everything else is found from it. */
export type UpAsked = StackChoice & { readonly services: readonly string[] };

/** The stack as it was left, where nothing at all has changed since then; null: the provider must look. */
export async function stillUp(asked: UpAsked, { world, rooms }: Context): Promise<UpRecord | null> {
  try {
    const record = readOwnJson((await world.files.readText(recordFile(asked, world))) ?? '', isRecord);
    if (record === null || !(await premisesHold(record, world))) return null;
    const { readKeptState } = await rooms.keptState();
    const { address, project, services, state } = record;
    const known = state.containers.filter(({ startedAt }) => startedAt !== null);
    const now = await readKeptState({ address, project, services, known });
    return sameState(state, now) ? record : null;
  } catch (error) {
    // Whatever is wrong, the whole way finds it too, and says so.
    if (error instanceof PodctlError) return null;
    throw error;
  }
}

async function premisesHold(record: UpRecord, world: World): Promise<boolean> {
  if (record.version !== (await podctlVersion(world))) return false;
  if (record.environment !== environmentMark(record.variables, world)) return false;
  for (const [path, mark] of Object.entries(record.files)) {
    if ((await fileMark(path, world)) !== mark) return false;
  }
  for (const [path, size] of Object.entries(record.programs)) {
    if (((await world.files.stat(path))?.size ?? null) !== size) return false;
  }
  return true;
}

/** Keep a record for the next start. A state folder that cannot be written is no reason to fail. */
export async function writeRecord(asked: UpAsked, record: UpRecord, world: World): Promise<void> {
  const path = recordFile(asked, world);
  try {
    await world.files.makeDirectory(resolvePath(path, '..', flavourOf(world.host)), 0o700);
    await world.files.writeText(path, JSON.stringify(record), 0o600);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
  }
}

/** Forget the record of a start. */
export async function dropRecord(asked: UpAsked, world: World): Promise<void> {
  try {
    await world.files.removeFile(recordFile(asked, world));
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
  }
}

// Variables by which engines, providers and podctl itself are steered; whichever of them appears counts.
const STEERING =
  /^((COMPOSE|DOCKER|BUILDKIT|BUILDX|PODMAN|CONTAINERS?|STORAGE|REGISTRY|PODCTL|XDG)_\w+|HOME|PATH|(https?|no)_proxy|(HTTPS?|NO)_PROXY)$/;

/** The values of the variables that count, as a mark that tells none of them. */
export function environmentMark(variables: readonly string[], { host }: World): string {
  const names = [...new Set([...variables, ...Object.keys(host.env).filter((name) => STEERING.test(name))])];
  return textMark(JSON.stringify(names.toSorted().map((name) => [name, host.env[name] ?? null])));
}

/** What stands in a file, as a mark; null: there is none. */
export async function fileMark(path: string, { files }: World): Promise<string | null> {
  if ((await files.stat(path)) === null) return null;
  return textMark((await files.readText(path)) ?? '');
}

/** podctl's own version: another one may decide otherwise. */
export async function podctlVersion(world: World): Promise<string> {
  return (await findAssets(world.files, world.assets)).version;
}

/** A mark of a text. Two hashes with different beginnings and the length: for a change to pass unseen it would have to be made for it. */
export function textMark(text: string): string {
  return `${text.length}-${shortHash(text)}-${shortHash(`#${text}`)}`;
}

function recordFile(asked: UpAsked, { host }: World): string {
  const { engine, provider, profile, mode, files, envFiles, profiles, projectName, services } = asked;
  const words = [host.cwd, engine, provider, profile, mode, files, envFiles, profiles, projectName, services];
  const name = shortHash(JSON.stringify(words.map((word) => word ?? null)));
  return resolvePath(stateDir(host), `up/${name}.json`, flavourOf(host));
}

// podctl's own file, of this very version: that is looked at next.
function isRecord(value: unknown): value is UpRecord {
  return typeof value === 'object' && value !== null && 'version' in value && 'state' in value;
}
