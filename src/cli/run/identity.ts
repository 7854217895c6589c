import { formatProject, LABEL, type ProjectId } from '../../core/project.js';
import type { Host } from '../../io/host.js';
import type { ResolvedProfile } from '../../profile/resolved.js';
import type { HostFacts } from '../../spec/facts.js';

/** Labels of everything that podctl makes for a command. */
export function runLabels(resolved: ResolvedProfile, project: ProjectId): Readonly<Record<string, string>> {
  return {
    [LABEL.project]: formatProject(project),
    [LABEL.profile]: resolved.name,
    ...(resolved.mode === null ? {} : { [LABEL.mode]: resolved.mode.name }),
    [LABEL.command]: resolved.command.name,
  };
}

/** One name per project, command and mode: a second start meets the first, and both modes stand side by side. */
export function containerName(resolved: ResolvedProfile, project: ProjectId): string {
  const mode = resolved.mode === null ? [] : [resolved.mode.name];
  const parts = [resolved.name, resolved.command.name, ...mode, project.hash];
  return parts.map((part) => part.replace(/[^A-Za-z0-9_.-]/g, '-')).join('-');
}

/** The part of the host that rules about users and paths look at. */
export function hostFacts({ platform, uid, gid, home }: Host): HostFacts {
  const known = platform === 'darwin' || platform === 'win32' ? platform : 'linux';
  return { platform: known, uid, gid, home };
}
