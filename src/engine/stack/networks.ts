import { COMPOSE_LABEL } from '../../core/compose-label.js';
import { LABEL } from '../../core/project.js';
import type { Host } from '../../io/host.js';
import type { FoundEngine } from '../engine.js';
import { type Processes, realProcesses } from '../process.js';

export type NetworkQuestion = {
  readonly found: FoundEngine;
  readonly host: Host;
  /** As the provider knows the stack. */
  readonly stack: string;
  /** Value of podctl's label. */
  readonly project: string;
  readonly run?: Processes['run'] | undefined;
};

const TIMEOUT_MS = 60_000;

/** Names of the networks that were made for a stack, with podctl's label. An engine that does not say has none. */
export async function stackNetworks({ found, host, stack, project, run }: NetworkQuestion): Promise<readonly string[]> {
  const { program, globals } = found.connection;
  const filters = [`label=${LABEL.project}=${project}`, `label=${COMPOSE_LABEL.project}=${stack}`];
  const args = [
    ...globals,
    'network',
    'ls',
    ...filters.flatMap((filter) => ['--filter', filter]),
    '--format',
    '{{.Name}}',
  ];
  const ended = await (run ?? realProcesses(host).run)({ file: program, args, timeout: TIMEOUT_MS });
  return ended.exitCode === 0 ? ended.stdout.split('\n').filter((line) => line !== '') : [];
}
