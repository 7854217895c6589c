import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { LOCK_FILE, type LockSource, parseLock } from '../../profile/lock-file.js';
import { shownPath } from '../profiles.js';
import { flavourOf, type Project } from '../project.js';

/** Where a project's lock stands. */
export function lockPath({ root }: Pick<Project, 'root'>, { host }: World): string {
  return resolvePath(root, LOCK_FILE, flavourOf(host));
}

/** The project's lock; null when there is none. */
export async function readLock(project: Pick<Project, 'root'>, world: World): Promise<LockSource | null> {
  const path = lockPath(project, world);
  const text = await world.files.readText(path);
  return text === null ? null : parseLock({ file: shownPath(path, world.host), text });
}

/** The lock that `--locked` insists on. */
export async function needLock(project: Pick<Project, 'root'>, world: World): Promise<LockSource> {
  const lock = await readLock(project, world);
  if (lock !== null) return lock;
  throw new PodctlError('MISSING_INPUT', `\`--locked\` needs \`${LOCK_FILE}\`, and the project has none`, {
    hint: 'write it with `podctl lock`',
  });
}
