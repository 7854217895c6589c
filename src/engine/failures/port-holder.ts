import { escapeControl } from '../../core/text.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { findHolder } from '../../io/port-holder.js';
import type { Connection } from '../engine.js';
import type { Processes } from '../process.js';
import { recognise } from './recognise.js';

export type HolderDeps = {
  readonly connection: Connection;
  readonly host: Host;
  readonly files: Files;
  readonly processes: Pick<Processes, 'run'>;
};

/** Who holds the port that an engine could not get, in words: a container of its own, else a process of this machine. null: not known. */
export async function portHolder(output: string, deps: HolderDeps): Promise<string | null> {
  const { connection, host, files } = deps;
  const known = recognise(output, connection.program);
  const port = known?.id === 'port-taken' ? known.facts['port'] : undefined;
  if (port === undefined) return null;
  const names = await containersOn(port, deps);
  if (names.length > 0) return `container ${names.map((name) => `\`${name}\``).join(', ')}`;
  if (host.platform !== 'linux') return null;
  const address = known?.facts['address']?.replace(/^\[|\]$/g, '') ?? '0.0.0.0';
  const holder = await findHolder({ address, port: Number(port) }, files);
  return holder === null ? null : `\`${escapeControl(holder.program)}\` (process ${holder.pid})`;
}

async function containersOn(port: string, { connection, processes }: HolderDeps): Promise<readonly string[]> {
  const filters = ['--filter', 'status=running', '--format', '{{.Names}}\t{{.Ports}}'];
  try {
    const args = [...connection.globals, 'ps', ...filters];
    const { exitCode, stdout } = await processes.run({ file: connection.program, args, timeout: 10_000 });
    if (exitCode !== 0) return [];
    const lines = stdout.split('\n').map((line) => line.split('\t'));
    // Podman 4.3 has no filter for published ports.
    return lines.flatMap(([name = '', ports = '']) => (new RegExp(`:${port}->`).test(ports) ? [name] : []));
  } catch {
    // The failure itself is told in any case.
    return [];
  }
}
