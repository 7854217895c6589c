import { PodctlError } from '../core/errors.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { processFacts } from '../io/process-facts.js';
import { stateDir } from '../io/state-dir.js';
import type { Connection } from './engine.js';
import { asObject, asText, parseJson } from './json.js';

/** `none`: podctl has no attached run of that name; `held`: it still runs; `abandoned`: podctl was killed and left the container. */
export type LeaseState = 'none' | 'held' | 'abandoned';

export type LeaseDeps = {
  /** The engine that has the container: docker and podman may each have one of the same name. */
  readonly connection: Pick<Connection, 'program'>;
  readonly host: Host;
  readonly files: Files;
  /** Whether a process number is in use; tests give their own. */
  readonly isAlive?: (pid: number) => boolean;
};

/** Note that this podctl is attached to a container, so that a later one can tell whether anybody still is. */
export async function takeLease(container: string, deps: LeaseDeps): Promise<void> {
  const { host, files } = deps;
  const { mark } = await processFacts(host.pid, question(deps));
  await unlessReadOnly(async () => {
    await files.makeDirectory(`${stateDir(host)}/leases`, 0o700);
    await files.writeText(leasePath(container, deps), `${JSON.stringify({ pid: host.pid, mark })}\n`, 0o600);
  });
}

/** Forget the attached run of a container. */
export async function dropLease(container: string, deps: LeaseDeps): Promise<void> {
  await unlessReadOnly(() => deps.files.removeFile(leasePath(container, deps)));
}

/** Whether some podctl is attached to a container, or was and is gone. */
export async function leaseOf(container: string, deps: LeaseDeps): Promise<LeaseState> {
  const text = await deps.files.readText(leasePath(container, deps));
  if (text === null) return 'none';
  const lease = asObject(parseJson(text));
  const { pid } = lease;
  if (typeof pid !== 'number') return 'abandoned';
  const holder = await processFacts(pid, question(deps));
  // Process numbers come round again: only the start time tells the holder from a stranger.
  const same = asText(lease['mark']) === (holder.mark ?? '');
  return holder.alive && same ? 'held' : 'abandoned';
}

function question({ host, files, isAlive }: LeaseDeps) {
  return { platform: host.platform, files, ...(isAlive === undefined ? {} : { isAlive }) };
}

function leasePath(container: string, { connection, host }: LeaseDeps): string {
  return `${stateDir(host)}/leases/${connection.program}-${container}.json`;
}

// Without a state folder the run itself is still right; only a kill of podctl then needs `podctl down` by hand.
async function unlessReadOnly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PodctlError) || error.code !== 'IO') throw error;
  }
}
