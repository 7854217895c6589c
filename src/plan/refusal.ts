import { type ErrorCode, PodctlError, type Problem } from '../core/errors.js';

/** A decision not to go on: the headline, and every problem that led to it. */
export type Refusal = {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly problems: readonly Problem[];
};

/** A refusal for one reason. */
export function refuse(code: ErrorCode, message: string, hint: string): Refusal {
  return { kind: 'refused', code, message, hint, problems: [{ message, hint }] };
}

/** The error that a command throws for a refusal. */
export function refusalError(refusal: Refusal): PodctlError {
  const { code, message, hint, problems } = refusal;
  // What a public mode shows is mended in the profile, so its place is told; other single reasons speak for themselves.
  const placed = problems.length > 1 || code === 'REFUSED';
  return new PodctlError(code, message, { hint, problems: placed ? problems : [] });
}
