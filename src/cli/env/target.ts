import { PodctlError } from '../../core/errors.js';
import type { World } from '../../io/world.js';
import { shownPath } from '../profiles.js';

/** An env file that may be written. `open`: others may read it, or write into it. */
export type Target = { readonly text: string; readonly open: boolean };

/**
 * The env file as it stands, when it may be written; null: there is none yet. A link, a folder and somebody else's file are left
 * alone: REFUSED and CANNOT_CREATE.
 */
export async function readTarget(path: string, { files, host }: World): Promise<Target | null> {
  const stat = await files.lstat(path);
  if (stat === null) return null;
  const file = shownPath(path, host);
  if (stat.kind === 'link') {
    const target = await files.readLink(path);
    throw new PodctlError('REFUSED', `\`${file}\` is a link to \`${target ?? ''}\``, {
      hint: 'name the file itself with --file, or take the link away',
    });
  }
  if (stat.kind !== 'file') {
    throw new PodctlError('CANNOT_CREATE', `\`${file}\` is no file`, { hint: 'name another one with --file' });
  }
  if (host.uid !== null && stat.uid !== host.uid) {
    throw new PodctlError('REFUSED', `\`${file}\` belongs to another user (${stat.uid})`, {
      hint: 'run podctl as that user, or name another file with --file',
    });
  }
  return { text: (await files.readText(path)) ?? '', open: host.platform !== 'win32' && (stat.mode & 0o077) !== 0 };
}
