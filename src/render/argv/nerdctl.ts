import { secretPointer } from '../../spec/secret-mount.js';
import type { Mount } from '../../spec/spec.js';
import { cannotSay } from '../cannot-say.js';
import { secretFileMounts } from '../secret-mounts.js';
import type { ArgToken } from '../token.js';
import { docker } from './docker.js';
import { type Dialect, option } from './flags.js';
import { formatMount, type MountWords } from './mount.js';

const MOUNT_WORDS: MountWords = {
  readOnly: { bind: 'readonly', volume: 'readonly', tmpfs: 'readonly' },
  relabel: null,
  driver: false,
};

/** Nerdctl's flags: docker's, without those that it does not have. */
export const nerdctl = {
  ...docker,
  secrets: (spec) =>
    secretFileMounts(spec.secrets, 'nerdctl').flatMap((mount) => nerdctlMount(mount, secretPointer(mount.key))),
  mounts: (spec) => spec.mounts.flatMap((mount) => nerdctlMount(mount)),
  userns: null,
  networkAliases: null,
  health: null,
} satisfies Dialect;

function nerdctlMount(mount: Mount, at = `mounts/${mount.key}`): readonly ArgToken[] {
  if (mount.selinux !== null) {
    throw cannotSay(
      `nerdctl cannot relabel mount \`${mount.key}\` for SELinux`,
      'set selinux = "none" on it and label the folder yourself',
    );
  }
  if (mount.driver !== null || Object.keys(mount.options).length > 0) {
    throw cannotSay(
      `nerdctl has no volume drivers or options, which mount \`${mount.key}\` asks for`,
      'use docker or podman, or a bind mount',
    );
  }
  return option('--mount', formatMount(mount, MOUNT_WORDS), at);
}
