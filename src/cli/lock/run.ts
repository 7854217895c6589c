import { PodctlError } from '../../core/errors.js';
import { type LockSource, lockImages } from '../../profile/lock-file.js';
import { problemAt, problemsError } from '../../profile/placement.js';
import type { ResolvedProfile } from '../../profile/resolved.js';
import type { ImageFacts } from '../../spec/facts.js';
import type { SpecFlags } from '../../spec/request.js';
import type { Context } from '../context.js';
import type { Project } from '../project.js';
import { needLock } from './read.js';

/** The id that a locked image must have which is built here. */
export type LockedId = { readonly file: string; readonly key: string; readonly id: string };

/** The profile with its container's image by digest, or with the id that it must have. */
export async function lockRun(
  resolved: ResolvedProfile,
  { project, flags }: { readonly project: Project; readonly flags: SpecFlags },
  { world }: Context,
): Promise<{ readonly resolved: ResolvedProfile; readonly lockedId: LockedId | null }> {
  const other = flags.image === null ? (flags.tag === null ? null : '--tag') : '--image';
  if (other !== null) {
    throw new PodctlError('USAGE', `\`--locked\` and \`${other}\` contradict each other`, {
      hint: 'leave one of them out',
    });
  }
  const source = await needLock(project, world);
  const { image: key } = resolved;
  const images = lockImages(resolved.images, [key], source);
  return { resolved: { ...resolved, images }, lockedId: idOf(key, source) };
}

/** Throws PodctlError('BAD_DATA') when an image that is built here is another one than the lock says. */
export function checkLockedId(locked: LockedId | null | undefined, image: ImageFacts | null): void {
  if (locked === null || locked === undefined || image === null || `sha256:${image.id}` === locked.id) return;
  const { file, key } = locked;
  throw problemsError(`\`${file}\` does not fit the image`, [
    problemAt(
      { file, path: ['images', key, 'id'] },
      {
        message: `image \`${key}\` was built anew since it was locked: it is sha256:${image.id}`,
        hint: 'lock it anew with `podctl lock`, or build what was locked',
      },
    ),
  ]);
}

function idOf(key: string, { file, lock }: LockSource): LockedId | null {
  const entry = lock[key];
  return entry?.kind === 'built' ? { file, key, id: entry.id } : null;
}
