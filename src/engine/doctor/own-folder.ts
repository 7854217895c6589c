import { PodctlError } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { stateDir } from '../../io/state-dir.js';
import type { StateFacts } from '../../plan/doctor/state.js';

/** podctl's own folder: whose it is, and who may look in. */
export async function readOwnFolder({
  host,
  files,
}: {
  readonly host: Host;
  readonly files: Files;
}): Promise<StateFacts> {
  const path = stateDir(host);
  const folder = await statOf(path, files);
  return { path, uid: host.uid, folder, kept: null };
}

async function statOf(path: string, files: Files): Promise<StateFacts['folder']> {
  try {
    const stat = await files.stat(path);
    return stat === null ? null : { uid: stat.uid, mode: stat.mode };
  } catch (error) {
    if (error instanceof PodctlError) return null;
    throw error;
  }
}
