import { LABEL } from '../../core/project.js';

/** Labels by which the programs that run compose files mark what they made; their value is the compose project's name. */
const COMPOSE_LABELS = ['com.docker.compose.project', 'io.podman.compose.project'];

/** A project by the value of its label, and by another name that it was given in compose's way (`-p`). */
export type Owner = { readonly project: string; readonly composeProject: string | null };

/** True for what podctl, or a compose program that podctl started, made for the project. What names another project is that one's. */
export function isOwn(labels: Readonly<Record<string, string>>, { project, composeProject }: Owner): boolean {
  const owner = labels[LABEL.project];
  if (owner !== undefined) return owner === project;
  const names = composeNames({ project, composeProject });
  return COMPOSE_LABELS.some((label) => names.includes(labels[label] ?? ''));
}

/** `label=value` of each label by which `isOwn` knows the project's things: all that it says yes to have one of these. */
export function ownLabels(owner: Owner): readonly string[] {
  const names = composeNames(owner);
  return [
    `${LABEL.project}=${owner.project}`,
    ...COMPOSE_LABELS.flatMap((label) => names.map((name) => `${label}=${name}`)),
  ];
}

function composeNames({ project, composeProject }: Owner): readonly string[] {
  return composeProject === null ? [project] : [project, composeProject];
}

/** Whether anything says that some project made it. */
export function isAnybodys(labels: Readonly<Record<string, string>>): boolean {
  return [LABEL.project, ...COMPOSE_LABELS].some((label) => labels[label] !== undefined);
}

/** The compose service that it was made for, or null. */
export function serviceOf(labels: Readonly<Record<string, string>>): string | null {
  return labels['com.docker.compose.service'] ?? labels['io.podman.compose.service'] ?? null;
}

/** Whether it is at least so old. What nobody knows the age of is young. */
export function isOldEnough(
  time: number | null,
  { olderThan, now }: { readonly olderThan: number | null; readonly now: number },
): boolean {
  return olderThan === null || (time !== null && now - time >= olderThan);
}
