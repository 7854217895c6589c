import { quote } from '../../core/shell.js';
import { formatBytes } from '../../core/size.js';
import { type Finding, note, ok, problem, warning } from './finding.js';

/** podctl's own folder. `folder` null: it was not made yet. */
export type StateFacts = {
  readonly path: string;
  readonly uid: number | null;
  readonly folder: { readonly uid: number; readonly mode: number } | null;
  /** What is kept for undo: bytes, and how many; null: nothing. */
  readonly kept: { readonly bytes: number; readonly count: number } | null;
};

const MUCH = 2e9;

/** Whether podctl can use its own folder, whether others can read it, and how much it keeps. */
export function judgeState({ path, uid, folder, kept }: StateFacts): readonly Finding[] {
  if (folder === null) return [ok(`podctl keeps nothing yet (${path})`)];
  return [judgeFolder(path, folder, uid), ...(kept === null ? [] : [judgeKept(kept)])];
}

function judgeFolder(path: string, folder: NonNullable<StateFacts['folder']>, uid: number | null): Finding {
  const place = quote(path, 'sh');
  if (uid !== null && uid !== 0 && folder.uid !== uid) {
    return problem(`${path} belongs to user ${folder.uid}, not to you (${uid})`, {
      why: 'podctl can remember and undo nothing; an earlier run with sudo made it',
      mend: `sudo chown -R "$(id -u):$(id -g)" ${place}`,
    });
  }
  if (uid !== null && (folder.mode & 0o077) !== 0) {
    return warning(`other users may look into ${path}`, {
      why: 'secrets that containers have mounted, and kept data, lie below it',
      mend: `chmod 700 ${place}`,
    });
  }
  return ok(`${path} is yours alone`);
}

function judgeKept({ bytes, count }: NonNullable<StateFacts['kept']>): Finding {
  const seen = `${formatBytes(bytes)} are kept for podctl undo (${count} ${count === 1 ? 'time' : 'times'})`;
  if (bytes < MUCH) return ok(seen);
  return note(seen, { mend: 'podctl undo --list shows them, podctl undo --drop gives the room back' });
}
