import type { Problem } from '../core/errors.js';
import { isWithin, normalizePath } from '../core/path.js';
import type { Decision, OwnershipQuestion } from './ownership-question.js';
import { isProtected } from './protected-path.js';
import type { Mount } from './spec.js';

export type Labels = {
  readonly mounts: readonly Mount[];
  readonly security: readonly string[];
  readonly decisions: readonly Decision[];
  readonly problems: readonly Problem[];
};

const DISABLE = 'label=disable';

/**
 * Choose how SELinux lets a container at its bind mounts. Folders of the project get the shared label; as soon as one mount lies
 * elsewhere, the container runs without separation instead, and nothing is relabelled. What the profile asks for itself is kept.
 */
export function labelMounts(question: OwnershipQuestion): Labels {
  const { mounts, security } = question;
  const problems = mounts.flatMap((mount) => refusal(mount, question));
  const open = needsLabels(question) ? mounts.filter((mount) => isOpen(mount, question)) : [];
  if (open.length === 0) return { mounts, security, decisions: [], problems };
  if (open.every((mount) => isOwn(mount, question))) {
    const keys = new Set(open.map(({ key }) => key));
    return {
      mounts: mounts.map((mount) => (keys.has(mount.key) ? { ...mount, selinux: 'shared' } : mount)),
      security,
      decisions: open.map(({ key }) => ({ at: `mounts/${key}`, rule: 'selinux-project' })),
      problems,
    };
  }
  return {
    mounts,
    security: [...security, DISABLE],
    decisions: [{ at: `security/${security.length}`, rule: 'selinux-disable' }],
    problems,
  };
}

// Nerdctl does not label containers, podman-hpc's hosts do not enforce, and inside a virtual machine the shared files have no labels.
function needsLabels({ engine, security, privileged }: OwnershipQuestion): boolean {
  const labels = engine.name === 'docker' || engine.name === 'podman';
  // Whoever writes a label of his own has decided.
  const decided = privileged || security.some((option) => /^label[=:]/.test(option));
  return labels && engine.selinux && !engine.vm && !decided;
}

function isOpen(mount: Mount, { unlabelled }: OwnershipQuestion): boolean {
  return mount.type === 'bind' && mount.selinux === null && !unlabelled.has(mount.key);
}

// A socket belongs to the program that made it, wherever it lies.
function isOwn(mount: Mount, { project, host, flavour }: OwnershipQuestion): boolean {
  const root = normalizePath(project, flavour);
  return mount.kind !== 'socket' && isWithin(mount.source, root) && !isProtected(mount.source, host.home, flavour);
}

function refusal(mount: Mount, { host, flavour }: OwnershipQuestion): readonly Problem[] {
  if (mount.type !== 'bind' || mount.selinux === null || !isProtected(mount.source, host.home, flavour)) return [];
  const flag = mount.key.startsWith('flag/');
  const name = flag ? '--mount' : `mount \`${mount.key}\``;
  const word = mount.selinux === 'private' ? 'Z or relabel=private' : 'z or relabel=shared';
  return [
    {
      message: `${name} would relabel \`${mount.source}\`, a home or system folder, for SELinux`,
      hint: `take ${flag ? word : `selinux = "${mount.selinux}"`} out: podctl then switches the separation off for this container`,
    },
  ];
}
