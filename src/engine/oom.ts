import type { Clock } from '../io/clock.js';
import type { Connection } from './engine.js';
import { PROBE_TIMEOUT_MS, type Probe } from './probe.js';

export type OomQuestion = { readonly name: string; readonly since: number };
export type OomDeps = { readonly connection: Connection; readonly clock: Clock; readonly probe: Probe };

/**
 * Whether docker saw a container run out of memory. The container itself is gone by then, its events are not. Podman keeps no such
 * event, so the answer is no there.
 */
export async function wasOutOfMemory(
  { name, since }: OomQuestion,
  { connection, clock, probe }: OomDeps,
): Promise<boolean> {
  if (connection.address === null || connection.program !== 'docker') return false;
  const filters = encodeURIComponent(JSON.stringify({ container: [name], event: ['oom'] }));
  // An end in the future would make the daemon wait for it.
  const span = `since=${seconds(since)}&until=${seconds(clock.now())}`;
  try {
    const reply = await probe(connection.address, {
      path: `/events?${span}&filters=${filters}`,
      timeout: PROBE_TIMEOUT_MS,
    });
    return reply.status === 200 && reply.text.trim() !== '';
  } catch {
    // No answer is no proof.
    return false;
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
