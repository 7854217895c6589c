import { PodctlError, throwProblems } from '../core/errors.js';
import { labelMounts } from './ownership-labels.js';
import type { Decision, OwnershipQuestion } from './ownership-question.js';
import { runsAsIdentity } from './ownership-runs-as.js';
import {
  type FixedUser,
  type Identity,
  isRoot,
  leftToEngine,
  mayMap,
  numericUser,
  writesToHost,
} from './ownership-user.js';
import type { Mount } from './spec.js';

export type OwnershipAnswer = Identity & {
  readonly mounts: readonly Mount[];
  readonly security: readonly string[];
};

/**
 * Choose `--user`, `--userns` and the SELinux labels of the mounts; docs/ownership.md gives the reasons. Throws
 * PodctlError('UNAVAILABLE') where no choice gives the files to the host user, 'REFUSED' for labels on home and system folders.
 */
export function resolveOwnership(question: OwnershipQuestion): OwnershipAnswer {
  const identity = identityFor(question);
  const labels = labelMounts(question);
  throwProblems('REFUSED', 'these folders must not be relabelled', labels.problems);
  return {
    ...identity,
    mounts: labels.mounts,
    security: labels.security,
    decisions: [...identity.decisions, ...labels.decisions],
  };
}

function identityFor(question: OwnershipQuestion): Identity {
  const { user, userns, engine, host } = question;
  if (user === null) return imageIdentity(question);
  if (user !== 'host') return { user, userns, decisions: [] };
  if (host.uid === null) return leftToEngine(question, 'ownership-windows');
  if (engine.vm) return leftToEngine(question, 'ownership-vm');
  return hostIdentity(question);
}

// user = "host", and the engine runs where the files are: whose they will be hangs on how it maps users.
function hostIdentity(question: OwnershipQuestion): Identity {
  const { userns, engine, host } = question;
  if (userns !== null && userns !== 'host' && !userns.startsWith('keep-id')) throw contradiction(userns);
  if (question.runsAs !== null) return runsAsIdentity(question, question.runsAs);
  if (!engine.rootless) return rootfulIdentity(question);
  if (engine.name === 'podman' && userns !== 'host' && host.uid !== 0) return keepId(question);
  return rootInside(question);
}

// Nobody asked for the host user's files. Only where the image's user could not write at all does podctl step in.
function imageIdentity(question: OwnershipQuestion): Identity {
  const fixed = numericUser(question.imageUser);
  if (fixed !== null && writesToHost(question) && mayMap(question)) return mappedTo(fixed);
  return leftToEngine(question, 'ownership-image-user');
}

function rootfulIdentity(question: OwnershipQuestion): Identity {
  const { engine, host, userns, imageUser } = question;
  if (engine.usernsRemap && userns !== 'host' && question.mounts.some((mount) => mount.type === 'bind')) {
    throw new PodctlError(
      'UNAVAILABLE',
      `${engine.name} remaps users (userns-remap), so no container user is the host user`,
      {
        hint: 'write userns = "host" in [container] to leave the remapping for this container, or take user = "host" out',
      },
    );
  }
  if (host.uid === 0 && isRoot(imageUser)) return leftToEngine(question, 'ownership-root-host');
  return { user: `${host.uid}:${host.gid}`, userns, decisions: [{ at: 'user', rule: 'ownership-user' }] };
}

// Docker, nerdctl and podman-hpc without root, and podman with its default mapping: root inside is the host user.
function rootInside(question: OwnershipQuestion): Identity {
  const { engine, userns, imageUser } = question;
  if (!isRoot(imageUser))
    return { user: '0:0', userns, decisions: [{ at: 'user', rule: 'ownership-rootless-as-root' }] };
  return leftToEngine(question, engine.name === 'podman-hpc' ? 'ownership-podman-hpc' : 'ownership-rootless-root');
}

function keepId(question: OwnershipQuestion): Identity {
  const { host, userns, imageUser } = question;
  const fixed = numericUser(imageUser);
  if (fixed !== null && fixed.uid !== host.uid && mayMap(question)) return mappedTo(fixed);
  const mapping: Decision[] = userns === null ? [{ at: 'userns', rule: 'ownership-keep-id' }] : [];
  // With uid= and gid= the profile has said itself who the host user is inside.
  if (isRoot(imageUser) || userns?.includes(':') === true) {
    return { user: null, userns: userns ?? 'keep-id', decisions: mapping };
  }
  return {
    user: `${host.uid}:${host.gid}`,
    userns: userns ?? 'keep-id',
    decisions: [...mapping, { at: 'user', rule: 'ownership-keep-id-user' }],
  };
}

// Without a group of its own the process would be in root's group, which is a subordinate id outside.
function mappedTo({ uid, gid, grouped }: FixedUser): Identity {
  const mapping: Decision = { at: 'userns', rule: 'ownership-keep-id-image-user' };
  const userns = `keep-id:uid=${uid},gid=${gid}`;
  if (grouped) return { user: null, userns, decisions: [mapping] };
  return { user: `${uid}:${gid}`, userns, decisions: [mapping, { at: 'user', rule: 'ownership-image-group' }] };
}

function contradiction(userns: string): PodctlError {
  return new PodctlError('BAD_DATA', `user = "host" and userns = "${userns}" do not go together`, {
    hint: 'take userns out: podctl then chooses the one that gives the files to you',
  });
}
