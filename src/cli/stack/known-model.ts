import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { revealed } from '../../core/secret.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { World } from '../../io/world.js';
import type { StackFrame } from '../../plan/stack/compose-step.js';
import type { ComposeModel } from '../../profile/compose/model.js';
import type { ComposeSource } from '../../profile/compose/source.js';
import { takenIn } from '../../profile/compose/trackable.js';
import { flavourOf } from '../project.js';
import { providerMark } from './known-provider.js';
import { readOwnJson } from './own-json.js';
import { fileMark, podctlVersion, textMark } from './up-memory.js';

/** Whose stack it is, and what the provider is asked with. */
export type ModelQuestion = {
  readonly found: FoundEngine;
  readonly frame: StackFrame;
  readonly sources: readonly ComposeSource[];
  /** Folder of the first compose file. */
  readonly directory: string;
  /** Files of variables that were read. */
  readonly envFiles: readonly string[];
  /** Where it is kept. */
  readonly file: string;
};

/** A stack as the provider printed it. `mark` null: it hangs on what podctl cannot follow. */
export type KnownModel = { readonly mark: string | null; readonly model: ComposeModel | null };

/**
 * What the provider made of the compose files when it was last asked, where nothing that it hangs on has changed: the files, the variables
 * in them, the provider. Asking takes as long as a third of a small start.
 */
export async function knownModel(question: ModelQuestion, world: World): Promise<KnownModel> {
  const mark = await markOf(question, world);
  if (mark === null) return { mark, model: null };
  const kept = readOwnJson((await world.files.readText(question.file)) ?? '', isKept);
  return { mark, model: kept?.mark === mark ? kept.model : null };
}

/** Keep it for the next command. It holds no values of variables. A state folder that cannot be written is no reason to fail. */
export async function keepModel(
  { file }: Pick<ModelQuestion, 'file'>,
  kept: { readonly mark: string; readonly model: ComposeModel },
  { host, files }: World,
): Promise<void> {
  try {
    await files.makeDirectory(resolvePath(file, '..', flavourOf(host)), 0o700);
    await files.writeText(file, JSON.stringify(kept), 0o600);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
  }
}

// Only compose v2 is one program: behind the others stand scripts whose packages change without them.
async function markOf(question: ModelQuestion, world: World): Promise<string | null> {
  const { found, frame, sources, directory, envFiles } = question;
  const taken = frame.provider.name === 'compose-v2' ? takenIn(sources) : null;
  if (taken === null) return null;
  const flavour = flavourOf(world.host);
  const own = taken.envFiles.map((path) => resolvePath(directory, path, flavour));
  // Values that are filled in again inside an env file may come from anywhere.
  const texts = await Promise.all([...envFiles, ...own].map((path) => world.files.readText(path)));
  if (texts.some((text) => text?.includes('$') === true)) return null;
  const paths = [...frame.way.files, ...envFiles, ...own];
  const files = await Promise.all(paths.map(async (path) => [path, await fileMark(path, world)]));
  const values = Object.entries(frame.environment)
    .map(([name, value]) => `${name}=${revealed(value)}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
  const parts = [await podctlVersion(world), await providerMark(frame.provider, found, world), frame.provider.version];
  return textMark(JSON.stringify([parts, frame.way, directory, files, values]));
}

type Kept = { readonly mark: string; readonly model: ComposeModel };

// podctl's own file: the mark tells whether it is of use.
function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'mark' in value && 'model' in value;
}
