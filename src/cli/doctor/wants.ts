import { formatProject } from '../../core/project.js';
import type { Finding } from '../../plan/doctor/finding.js';
import type { LabelledBind } from '../../plan/doctor/selinux.js';
import type { PortQuestion } from '../../plan/host-answers.js';
import type { Project } from '../project.js';

/** What the project would start, as far as doctor asks after it. */
export type Wants = {
  /** Host ports over TCP, with who wants each. */
  readonly ports: readonly (PortQuestion & { readonly by: string })[];
  readonly binds: readonly LabelledBind[];
  /** Images by reference. */
  readonly images: readonly string[];
  /** Who has a health check. */
  readonly checked: readonly string[];
  /** What is wrong with profile, variables or compose files. */
  readonly project: readonly Finding[];
  /** What is wrong with data. */
  readonly data: readonly Finding[];
  /** Data that were looked at. */
  readonly looked: readonly string[];
};

export const NO_WANTS: Wants = { ports: [], binds: [], images: [], checked: [], project: [], data: [], looked: [] };

/** Put together what several parts of a project want; what two of them say is told once. */
export function joinWants(parts: readonly Wants[]): Wants {
  return {
    ports: unique(parts.flatMap(({ ports }) => ports)),
    binds: unique(parts.flatMap(({ binds }) => binds)),
    images: unique(parts.flatMap(({ images }) => images)),
    checked: unique(parts.flatMap(({ checked }) => checked)),
    project: unique(parts.flatMap(({ project }) => project)),
    data: unique(parts.flatMap(({ data }) => data)),
    looked: unique(parts.flatMap(({ looked }) => looked)),
  };
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** Value of the label of what belongs to the project. */
export function projectLabel(project: Project): string {
  return formatProject(project.id);
}
