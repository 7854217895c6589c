import type { Place } from './place.js';

/** What kind of failure it is; `EXIT_CODE` maps each kind to one public exit code. */
export type ErrorCode =
  | 'USAGE'
  | 'BAD_DATA'
  | 'MISSING_INPUT'
  | 'UNAVAILABLE'
  | 'BUG'
  | 'CANNOT_CREATE'
  | 'IO'
  | 'TRY_AGAIN'
  | 'REFUSED'
  | 'HOST_SETTING';

/** Exit code per kind, after sysexits.h so that they seldom meet a container's own. Public: never renumbered. */
export const EXIT_CODE = {
  USAGE: 64,
  BAD_DATA: 65,
  MISSING_INPUT: 66,
  UNAVAILABLE: 69,
  BUG: 70,
  CANNOT_CREATE: 73,
  IO: 74,
  TRY_AGAIN: 75,
  REFUSED: 77,
  HOST_SETTING: 78,
} as const satisfies Record<ErrorCode, number>;

/** One thing that is wrong, with the place where it stands and what to do next. */
export type Problem = {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly at?: Place | undefined;
  /** Further places where the same is wrong. */
  readonly also?: readonly Place[] | undefined;
};

export type ErrorDetails = {
  readonly hint?: string | undefined;
  /** All problems found in one pass; the message then is their headline. */
  readonly problems?: readonly Problem[] | undefined;
  readonly cause?: unknown;
};

/** The only error that podctl throws on purpose: what failed, in one line, and what to do next. */
export class PodctlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'PodctlError';
    this.code = code;
    this.hint = details.hint;
    this.problems = details.problems ?? [];
  }
}

/** What work gives, or null where it fails with a PodctlError: for what is good to know and need not be. A bug's error goes on. */
export async function ifPossible<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PodctlError) return null;
    throw error;
  }
}

/** One error for a list of problems, or nothing when the list is empty. */
export function throwProblems(code: ErrorCode, headline: string, problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new PodctlError(code, first.message, { hint: first.hint, problems });
  throw new PodctlError(code, `${headline}: ${problems.length} problems`, { problems });
}
