import { PodctlError } from '../core/errors.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { processFacts } from '../io/process-facts.js';
import { secretDir } from '../io/state-dir.js';

export type StaleSecretsDeps = {
  readonly host: Host;
  readonly files: Files;
  /** Whether a process number is in use; tests give their own. */
  readonly isAlive?: ((pid: number) => boolean) | undefined;
};

// The writer's process number stands in the name; a temporary name comes before the final one.
const SECRET_FILE = /-(\d+)\.env(?:\.[\w-]+\.tmp)?$/;

/** Remove the secret files of runs that were killed before they could do it. Files of a podctl that still runs stay. */
export async function removeStaleSecrets({ host, files, isAlive }: StaleSecretsDeps): Promise<void> {
  const folder = secretDir(host);
  const question = { platform: host.platform, files, ...(isAlive === undefined ? {} : { isAlive }) };
  try {
    for (const name of (await files.list(folder)) ?? []) {
      const pid = Number(SECRET_FILE.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(pid) || pid === host.pid || (await processFacts(pid, question)).alive) continue;
      await files.removeFile(`${folder}/${name}`);
    }
  } catch (error) {
    // A folder that cannot be read or written is no reason not to run.
    if (!(error instanceof PodctlError) || error.code !== 'IO') throw error;
  }
}
