import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Mount } from './spec.js';

export const PROPAGATIONS = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const;

// What engines know and a spec cannot say. Taking one of them and leaving it out would start another container than was asked for.
const UNSAID = new Set(
  (
    'bind-nonrecursive bind-recursive bind-create-src consistency volume-nocopy volume-label volume-subpath image-subpath ' +
    'subpath chown U O idmap notmpcopyup tmpcopyup nocopy copy consistent cached delegated exec noexec dev nodev suid ' +
    'nosuid bind rbind rro upperdir workdir'
  ).split(' '),
);

/** A mount of which nothing was said: docker's own default is a volume. */
export const BLANK_MOUNT: Mount = {
  key: '',
  type: 'volume',
  source: '',
  target: '',
  readOnly: false,
  selinux: null,
  propagation: null,
  kind: null,
  contains: [],
  create: false,
  optional: false,
  size: null,
  mode: null,
  driver: null,
  options: {},
};

/** The same mount, once everything that it needs is there. */
export function checkedMount(mount: Mount, text: string): Mount {
  if (mount.target === '') throw wrongMount(text, 'it has no target', 'add target=/path, the path in the container');
  if (!mount.target.startsWith('/')) {
    const hint = 'write a path that starts with /';
    throw wrongMount(text, `the target \`${mount.target}\` is not an absolute path of the container`, hint);
  }
  if (mount.type === 'bind' && mount.source === '') {
    throw wrongMount(text, 'the bind has no source', 'add source=PATH, the path on this machine');
  }
  if (mount.type === 'volume' && !isVolumeName(mount.source)) {
    const hint = 'for a path of this machine write type=bind, or start the path with ./ or /';
    throw wrongMount(text, `\`${mount.source}\` is not a name of a volume`, hint);
  }
  return mount;
}

/** Names that every engine takes; empty for an anonymous volume. */
function isVolumeName(name: string): boolean {
  return /^([A-Za-z0-9][A-Za-z0-9_.-]*)?$/.test(name);
}

/** The error for a word that is no option, with the option that was meant. */
export function unknownMountOption(word: string, known: readonly string[], text: string): PodctlError {
  if (UNSAID.has(word)) {
    const hint = 'leave it out; podctl takes only mount options that mean the same on every engine';
    return wrongMount(text, `podctl cannot pass \`${word}\` on`, hint);
  }
  const close = nearest(word, known);
  const hint = close === undefined ? `options are ${known.join(', ')}` : `did you mean ${close}?`;
  return wrongMount(text, `\`${word}\` is not an option of a mount`, hint);
}

/** The error for anything wrong in a `--mount` flag. */
export function wrongMount(text: string, what: string, hint: string): PodctlError {
  // Options of a volume driver may hold a password.
  const shown = text.replace(/volume-opt=.*/s, 'volume-opt=…');
  return new PodctlError('USAGE', `\`--mount ${shown}\`: ${what}`, { hint });
}
