import { PodctlError } from '../core/errors.js';
import { resolvePath } from '../core/path.js';
import { formatProject, type ProjectId } from '../core/project.js';
import type { Host } from '../io/host.js';
import { stateDir } from '../io/state-dir.js';
import type { World } from '../io/world.js';
import { flavourOf } from './project.js';

/** The engine that was chosen for this project, or null. */
export async function rememberedEngine(world: World, project: ProjectId): Promise<string | null> {
  const text = (await world.files.readText(engineFile(world.host, project))) ?? '';
  return text.trim() === '' ? null : text.trim();
}

/** Remember the engine for this project. A state folder that cannot be written is no reason to fail: the choice is made anew next time. */
export async function rememberEngine(world: World, project: ProjectId, engine: string): Promise<void> {
  try {
    await world.files.makeDirectory(projectStateDir(world.host, project), 0o700);
    await world.files.writeText(engineFile(world.host, project), `${engine}\n`, 0o600);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
  }
}

function engineFile(host: Host, project: ProjectId): string {
  return resolvePath(projectStateDir(host, project), 'engine', flavourOf(host));
}

/** Folder of what podctl keeps for a project. */
export function projectStateDir(host: Host, project: ProjectId): string {
  return resolvePath(stateDir(host), `projects/${formatProject(project)}`, flavourOf(host));
}

/** Folder of what reset and prune put away for undo. */
export function undoDir(host: Host, project: ProjectId): string {
  return resolvePath(projectStateDir(host, project), 'undo', flavourOf(host));
}
