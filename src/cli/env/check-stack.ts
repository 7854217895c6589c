import type { PodctlError, Problem } from '../../core/errors.js';
import { problemsError } from '../../profile/placement.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { INCOMPLETE, stackProblems } from '../stack/first-start.js';
import { findStack, type StackPlace } from '../stack/place.js';
import { readFilling } from '../stack/site.js';

/** The stack whose variables are meant: that of a profile with [stack], or of a project that has compose files and no profile. */
export async function stackToCheck(flags: Flags, { world }: Context): Promise<StackPlace | null> {
  const place = await findStack({ files: [], profile: flags.profile }, world);
  if (place === null || place.loaded === null) return place;
  const { stack, commands } = place.loaded.profile;
  return stack === null && Object.keys(commands).length > 0 ? null : place;
}

/** What a start of the whole stack would say about variables. */
export async function judgeStack(
  place: StackPlace,
  flags: Flags,
  { world }: Context,
): Promise<{
  readonly name: string | null;
  readonly error: PodctlError | null;
  readonly warnings: readonly Problem[];
}> {
  const name = place.loaded?.name ?? null;
  const filling = await readFilling(place, { envFiles: flags.envFile ?? [] }, world);
  const check = { ...filling, place, envFiles: filling.files, starts: null };
  const { problems, warnings } = await stackProblems(check, world);
  const error = problems.length === 0 ? null : problemsError(INCOMPLETE, problems);
  return { name, error, warnings };
}
