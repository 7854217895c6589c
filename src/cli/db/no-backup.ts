import { PodctlError } from '../../core/errors.js';
import type { StoredBackup } from '../../io/backup-store.js';

/** The error for a backup that is not there; `listed` are those that the folder has. */
export function noBackup(backup: string | null, listed: readonly StoredBackup[]): PodctlError {
  if (backup !== null) {
    const message = `there is no backup \`${backup}\``;
    return new PodctlError('MISSING_INPUT', message, { hint: 'podctl db list shows them' });
  }
  const other = listed.findLast(({ state }) => state === 'whole')?.manifest;
  if (other === undefined) {
    return new PodctlError('MISSING_INPUT', 'there is no backup yet', { hint: 'podctl db list shows them' });
  }
  return new PodctlError('MISSING_INPUT', 'there is no backup of these data yet, only of others', {
    hint: `to take one of them name it, for instance ${other.id} (of ${other.source})`,
  });
}
