import { backupId } from '../../core/backup.js';
import type { KeepPlace } from '../../plan/clean/prune-plan.js';
import type { Context } from '../context.js';
import { undoDir } from '../state.js';
import type { Listed } from './prune-listed.js';

/** Where volumes of this run are kept. */
export function openKeepPlace({ project, found }: Pick<Listed, 'project' | 'found'>, { world }: Context): KeepPlace {
  const now = world.clock.now();
  const folder = undoDir(world.host, project.id);
  const made = new Date(now).toISOString();
  return { folder, kept: { podctl: 1, id: backupId(now), by: 'prune', made, engine: found.facts.name } };
}
