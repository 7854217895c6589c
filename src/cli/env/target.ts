import { PodctlError } from '../../core/errors.js';
import { isExactText } from '../../io/exact-text.js';
import type { World } from '../../io/world.js';
import { shownPath } from '../profiles.js';

/** An env file that may be written. `open`: others may read it, or write into it. */
export type Target = { readonly text: string; readonly open: boolean };

/**
 * The env file as it stands, when it may be written; null: there is none yet. A link, a folder and somebody else's file are left
 * alone: REFUSED and CANNOT_CREATE; what is no text cannot be written back: BAD_DATA.
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
  const text = (await files.readText(path)) ?? '';
  if (!(await isExactText(path, text, files))) {
    throw new PodctlError('BAD_DATA', `\`${file}\` is not UTF-8 text, and writing it would damage what is there`, {
      hint: 'save it as UTF-8, or name another file with --file',
    });
  }
  return { text, open: host.platform !== 'win32' && (stat.mode & 0o077) !== 0 };
}

/** Whether a file is still as it was read: somebody may write into it while podctl asks. Throws TRY_AGAIN when it is not. */
export async function checkUnchanged(path: string, was: Target | null, world: World): Promise<void> {
  const now = await readTarget(path, world);
  if (now?.text === was?.text) return;
  throw new PodctlError('TRY_AGAIN', `\`${shownPath(path, world.host)}\` was changed meanwhile; nothing was written`, {
    hint: 'do it again',
  });
}
