import { PodctlError, type Problem } from '../core/errors.js';
import type { ParsedProfile } from './parse.js';
import { problemAt } from './placement.js';

/** Finds a profile by the word that names it; `from` is the layer that extends it. Undefined: there is none. */
export type FindLayer = (word: string, from: ParsedProfile | null) => Promise<ParsedProfile | undefined>;

/**
 * A profile and everything that it extends, base first. Layers are told apart by their file.
 * Throws MISSING_INPUT for a word that finds nothing, and BAD_DATA for a chain that comes back to itself.
 */
export async function profileChain(word: string, find: FindLayer): Promise<readonly ParsedProfile[]> {
  const chain: ParsedProfile[] = [];
  let next: string | undefined = word;
  while (next !== undefined) {
    const from: ParsedProfile | null = chain.at(-1) ?? null;
    // oxlint-disable-next-line no-await-in-loop -- each layer names the next one
    const layer = await find(next, from);
    if (layer === undefined) throw notFound(next, from);
    const again = chain.findIndex((one) => one.file === layer.file);
    if (again !== -1 && from !== null) throw circle([...chain.slice(again), layer], from);
    chain.push(layer);
    next = layer.profile.extends;
  }
  return chain.toReversed();
}

function notFound(word: string, from: ParsedProfile | null): PodctlError {
  const hint = 'give a shipped profile by its name, or a file by its path, for instance ./base.toml';
  return failure('MISSING_INPUT', { message: `there is no profile \`${word}\``, hint }, from);
}

function circle(loop: readonly ParsedProfile[], from: ParsedProfile): PodctlError {
  const files = loop.map(({ file }) => file).join(' → ');
  return failure('BAD_DATA', { message: `the profile extends itself: ${files}`, hint: 'take one `extends` out' }, from);
}

function failure(code: 'BAD_DATA' | 'MISSING_INPUT', problem: Problem, from: ParsedProfile | null): PodctlError {
  const placed = from === null ? problem : problemAt({ file: from.file, path: ['extends'] }, problem);
  return new PodctlError(code, problem.message, { hint: problem.hint, problems: [placed] });
}
