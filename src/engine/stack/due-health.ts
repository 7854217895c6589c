import { ifPossible, PodctlError } from '../../core/errors.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { untilDue } from '../../plan/stack/health-due.js';
import type { Tools } from '../ask.js';
import type { FoundEngine } from '../engine.js';
import { asObject, asText, type Json } from '../json.js';
import { probe } from '../probe.js';
import { realProcesses } from '../process.js';
import { healthCheckOf, lastHealth, makeStackReader } from './containers.js';

export type DueHealthDeps = {
  readonly found: FoundEngine;
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly tools?: Tools | undefined;
};

const LOOK_EVERY_MS = 250;
const LEAST_TIMEOUT_MS = 60_000;

/** Whether nobody runs this engine's health checks: podman's are timers of systemd, of the user's own where podman is rootless. */
export async function lacksHealthTimers({ found, host, files }: DueHealthDeps): Promise<boolean> {
  const { facts } = found;
  if (!facts.name.startsWith('podman') || facts.vm || host.platform !== 'linux' || isFar(found)) return false;
  const runtime = host.env['XDG_RUNTIME_DIR'] ?? `/run/user/${host.uid}`;
  const systemd = host.uid === 0 ? '/run/systemd/system' : `${runtime}/systemd/private`;
  return (await files.stat(systemd)) === null;
}

/** Whether an engine's ports are not this machine's. */
export function isFar({ connection }: Pick<FoundEngine, 'connection'>): boolean {
  const { address, globals } = connection;
  if (address === null) return globals.length > 0;
  return /^(ssh|tcp|http|https):\/\/(?!(localhost|127\.[0-9.]+|\[::1\])([:/]|$))/.test(address);
}

/**
 * Run the health checks of a stack when they are due, until the signal aborts, where the engine lacks the timers for it. The engine itself
 * keeps the results, counts retries and honours the start period.
 */
export async function tendHealth(project: string, deps: DueHealthDeps, signal: AbortSignal): Promise<void> {
  if (!(await lacksHealthTimers(deps))) return;
  const tools = deps.tools ?? { probe, run: realProcesses(deps.host).run };
  const read = makeStackReader(deps.found, tools);
  const checking = new Set<string>();
  const check = async (container: Json, timeout: number): Promise<void> => {
    const id = asText(container['Id']);
    checking.add(id);
    try {
      await runCheck({ id, timeout }, deps.found, tools);
    } catch (error) {
      // It ended meanwhile, or the engine is busy: the next look tells.
      if (!(error instanceof PodctlError)) throw error;
    } finally {
      checking.delete(id);
    }
  };
  const running: Promise<void>[] = [];
  const over = new Promise<readonly Json[]>((resolve) => signal.addEventListener('abort', () => resolve([])));
  while (!signal.aborted) {
    const now = deps.clock.now();
    // Nobody waits for an answer that is of no use any more. Where none comes, the engine is busy: the next look tells.
    const due = (await Promise.race([ifPossible(() => read(project)), over])) ?? [];
    for (const container of due.filter((one) => !checking.has(asText(one['Id'])))) {
      const wanted = asText(asObject(container['State'])['Status']) === 'running' ? healthCheckOf(container) : null;
      if (wanted === null) continue;
      const lastEnd = lastHealth(container)?.end ?? null;
      if (untilDue({ ...wanted, container: '', lastEnd }, now) === 0) running.push(check(container, wanted.timeout));
    }
    await deps.clock.sleep(LOOK_EVERY_MS, signal);
  }
  await Promise.all(running);
}

async function runCheck(
  { id, timeout }: { readonly id: string; readonly timeout: number },
  found: FoundEngine,
  tools: Tools,
): Promise<void> {
  const { address, program, globals } = found.connection;
  const within = Math.max(timeout * 2, LEAST_TIMEOUT_MS);
  if (address !== null) {
    const reply = await tools.probe(address, { path: `/v4.0.0/libpod/containers/${id}/healthcheck`, timeout: within });
    if (reply.status === 200 || reply.status === 409) return;
  }
  await tools.run({ file: program, args: [...globals, 'healthcheck', 'run', id], timeout: within });
}
