import { PodctlError } from '../core/errors.js';
import { shortHash } from '../core/hash.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { processFacts } from '../io/process-facts.js';
import { mountedSecretDir } from '../io/state-dir.js';
import type { Connection } from './engine.js';
import { makeSource, type Source } from './observe.js';
import type { Probe } from './probe.js';
import type { Processes } from './process.js';

export type SecretFilesDeps = {
  readonly connection: Pick<Connection, 'program' | 'address' | 'globals'>;
  readonly host: Host;
  readonly files: Files;
};

/** What the paths of a container's secret files begin with; the name of the variable follows. */
export function secretFilePrefix(container: string, { connection, host }: Omit<SecretFilesDeps, 'files'>): string {
  return join(host, [engineKey(connection), container, String(host.pid), ''].join(BETWEEN));
}

/** Secret files that a container of this name has on this engine, whichever podctl wrote them. */
export async function secretFilesOf(container: string, deps: SecretFilesDeps): Promise<readonly string[]> {
  const own = (await listed(deps)).filter((file) => file.container === container);
  return own.map(({ path }) => path);
}

export type SweepDeps = Omit<SecretFilesDeps, 'connection'> & {
  readonly connection: Connection;
  readonly processes: Processes;
  readonly probe: Probe;
  /** Whether a process number is in use; tests give their own. */
  readonly isAlive?: ((pid: number) => boolean) | undefined;
};

/**
 * Remove secret files whose container is gone: of podctls that have ended, or (`own`) of this one, when its plan is over. Files of a
 * container that is there stay, and so do those that another podctl just writes.
 */
export async function sweepSecretFiles(whose: 'ended' | 'own', deps: SweepDeps): Promise<void> {
  try {
    const files = await listed(deps);
    const candidates = await keepIf(files, async ({ pid }) =>
      whose === 'own' ? pid === deps.host.pid : pid !== deps.host.pid && !(await runs(pid, deps)),
    );
    if (candidates.length === 0) return;
    const source = makeSource({ ...deps, apiVersion: null }, { probe: deps.probe, run: deps.processes.run });
    const gone = await keepIf(candidates, ({ container }) => isGone(container, source));
    for (const { path } of gone) await deps.files.removeFile(path);
  } catch (error) {
    // A folder that cannot be read or written is no reason not to run.
    if (!(error instanceof PodctlError) || error.code !== 'IO') throw error;
  }
}

// Not in any container's or variable's name.
const BETWEEN = '@';

type Listed = { readonly path: string; readonly container: string; readonly pid: number };

async function listed({ connection, host, files }: SecretFilesDeps): Promise<readonly Listed[]> {
  const names = (await files.list(mountedSecretDir(host))) ?? [];
  return names.flatMap((name) => {
    const [key, container = '', pid = '', variable] = name.split(BETWEEN);
    const known = key === engineKey(connection) && /^\d+$/.test(pid) && variable !== undefined;
    return known ? [{ path: join(host, name), container, pid: Number(pid) }] : [];
  });
}

// Two engines may each have a container of one name. Podman's program reaches the same one with and without its socket.
function engineKey({ program, address, globals }: SecretFilesDeps['connection']): string {
  const local = /podman/.test(program) && (address === null || address.startsWith('unix:'));
  return shortHash(JSON.stringify([program, local ? null : address, globals]));
}

async function runs(pid: number, { host, files, isAlive }: SweepDeps): Promise<boolean> {
  const question = { platform: host.platform, files, ...(isAlive === undefined ? {} : { isAlive }) };
  return (await processFacts(pid, question)).alive;
}

// An engine that cannot answer leaves the question open, and the files where they are.
async function isGone(container: string, source: Source): Promise<boolean> {
  try {
    return (await source.inspect('container', container)) === null;
  } catch (error) {
    if (error instanceof PodctlError) return false;
    throw error;
  }
}

async function keepIf<T>(list: readonly T[], question: (one: T) => Promise<boolean>): Promise<readonly T[]> {
  const answers = await Promise.all(list.map(question));
  return list.filter((_, index) => answers[index] === true);
}

function join(host: Host, name: string): string {
  return `${mountedSecretDir(host)}${host.platform === 'win32' ? '\\' : '/'}${name}`;
}
