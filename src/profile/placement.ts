import { PodctlError, type Problem } from '../core/errors.js';
import type { Origin, Origins } from '../core/origin.js';
import { formatKey, type Place } from '../core/place.js';
import { type Locator, locatorOf } from './locate.js';
import type { Path } from './shape.js';

/** Gives the text of a profile layer; null when it cannot be read any more. */
export type ReadText = (file: string) => Promise<string | null> | string | null;

/** Texts by file name; a LoadedProfile's `layers` serve. */
export type Texts = readonly { readonly file: string; readonly text: string }[];

/** A problem at a key of a layer. Line and column are found when the problem is shown. */
export function problemAt(at: { readonly file: string; readonly path: Path }, error: Omit<Problem, 'at'>): Problem {
  return {
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    at: { file: at.file, key: formatKey(at.path), path: at.path },
  };
}

/** One BAD_DATA error for all problems; a single one speaks for itself. */
export function problemsError(headline: string, problems: readonly Problem[]): PodctlError {
  const [first, second] = problems;
  if (first === undefined || second !== undefined) {
    return new PodctlError('BAD_DATA', `${headline}: ${problems.length} problems`, { problems });
  }
  return new PodctlError('BAD_DATA', first.message, { hint: first.hint, problems });
}

/**
 * The same error with line and column of every problem that names a key of a file, in the order in which the problems stand
 * there. Anything else is handed back as it is.
 */
export async function placeError(error: unknown, read: ReadText): Promise<unknown> {
  if (!(error instanceof PodctlError) || !error.problems.some(isUnplaced)) return error;
  const { code, message, hint, cause } = error;
  return new PodctlError(code, message, { hint, cause, problems: await placeProblems(error.problems, read) });
}

/** Fill in line and column, and sort by place. Files keep the order in which they first come up. */
export async function placeProblems(problems: readonly Problem[], read: ReadText): Promise<readonly Problem[]> {
  const files = [
    ...new Set(problems.flatMap(({ at, also = [] }) => [at, ...also].flatMap((place) => place?.file ?? []))),
  ];
  const locators = new Map<string, Locator>();
  for (const file of files) {
    // oxlint-disable-next-line no-await-in-loop -- a profile has one to three layers
    const text = await readOrNull(file, read);
    // oxlint-disable-next-line no-await-in-loop -- one text after the other, each read once
    if (text !== null) locators.set(file, await locatorOf(text));
  }
  return problems
    .map((problem) => placeProblem(problem, locators))
    .toSorted((a, b) => rank(a, files) - rank(b, files) || lineOf(a) - lineOf(b) || columnOf(a) - columnOf(b));
}

/** Fill in line and column of every origin that is a key of a layer, for `explain`. */
export async function placeOrigins(origins: Origins, texts: Texts): Promise<Origins> {
  const locators = new Map<string, Locator>();
  // oxlint-disable-next-line no-await-in-loop -- a profile has one to three layers
  for (const { file, text } of texts) locators.set(file, await locatorOf(text));
  const place = (origin: Origin): Origin => {
    const position = origin.kind === 'profile' ? locators.get(origin.file)?.(origin.path) : null;
    return position === null || position === undefined ? origin : { ...origin, ...position };
  };
  return Object.fromEntries(Object.entries(origins).map(([pointer, list]) => [pointer, list.map(place)] as const));
}

// A file that is gone by now only costs the line; what is being shown is another error.
async function readOrNull(file: string, read: ReadText): Promise<string | null> {
  try {
    return await read(file);
  } catch {
    return null;
  }
}

function isUnplaced({ at }: Problem): boolean {
  return at !== undefined && at.path !== undefined && at.line === undefined;
}

function placeProblem(problem: Problem, locators: ReadonlyMap<string, Locator>): Problem {
  const { at, also } = problem;
  if (at === undefined) return problem;
  if (also === undefined) return { ...problem, at: locate(at, locators) };
  const [first, ...more] = [at, ...also].map((place) => locate(place, locators)).toSorted(byLine);
  return { ...problem, at: first, also: more };
}

function locate(at: Place, locators: ReadonlyMap<string, Locator>): Place {
  if (at.path === undefined || at.line !== undefined) return at;
  const position = locators.get(at.file)?.(at.path);
  return position === null || position === undefined ? at : { ...at, ...position };
}

function byLine(a: Place, b: Place): number {
  return a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) : 0;
}

function rank(problem: Problem, files: readonly string[]): number {
  return problem.at === undefined ? files.length : files.indexOf(problem.at.file);
}

function lineOf(problem: Problem): number {
  return problem.at?.line ?? 0;
}

function columnOf(problem: Problem): number {
  return problem.at?.column ?? 0;
}
